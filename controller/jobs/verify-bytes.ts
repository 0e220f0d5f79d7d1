// Level `checksum`: a stored copy is read to its end, and its bytes and its manifest compared with what is recorded of them. What
// keeps it from being read says nothing of it, and is thrown.
import type { Manifest } from "../../schemas/manifest.ts"
import { Fault, faultIn, problemOf } from "../core/fault.ts"
import { keepingOfManifest } from "../core/keeping.ts"
import { manifestKey } from "../core/key.ts"
import { formatManifest } from "../core/manifest.ts"
import type { Signer } from "../core/manifest-seal.ts"
import { guideKey } from "../core/restore-guide.ts"
import type { Finding } from "../core/verify-plan.ts"
import { proveBytes } from "../pipeline/copy-across.ts"
import { proveCopy } from "../pipeline/load.ts"
import type { StoredCopy } from "../pipeline/stored-copy.ts"
import type { Destination, EndDetector, Log } from "../ports.ts"
import { publishManifest } from "./publish.ts"
import { sealedManifest } from "./stored-manifest.ts"

/** One copy to be read. */
export interface Reading {
  readonly copy: StoredCopy
  readonly manifest: Manifest
  /** False: the bytes as they are stored are compared, and not opened, for want of the key or to spare the machine. */
  readonly opens: boolean
  /** A fresh watcher for the dump's own end. */
  readonly end: () => EndDetector
  readonly onProgress: (storedBytes: number) => void
  readonly log: Log
  /** Manifests are signed by it; absent or null: there is no secret to sign with. */
  readonly signer?: Signer | null
}

/** The bytes, then the manifest beside them. */
export async function checkCopy(reading: Reading, signal: AbortSignal): Promise<Finding> {
  const bytes = await checkBytes(reading, signal)
  return bytes.good ? await checkManifest(reading, bytes.report, signal) : bytes
}

/** What was read as wrong is read once more: what a network or a cache has garbled is no damage. */
export async function checkBytes(reading: Reading, signal: AbortSignal): Promise<Finding> {
  const first = await wrongIn(reading, () => proveAsAsked(reading, signal), signal)
  if (first === null) return { good: true, report: bytesInWords(reading) }
  const stored = await wrongIn(reading, () => proveBytes(reading.copy, signal, reading.onProgress), signal)
  if (stored !== null) return { good: false, of: "copy", problem: problemOf(stored) }
  const again = reading.opens ? await wrongIn(reading, () => proveAsAsked(reading, signal), signal) : null
  if (again === null) {
    const twice = `the first reading gave other bytes than the second, which gave the right ones: ${first.message}`
    reading.log("warn", twice)
    return { good: true, report: [...bytesInWords(reading), twice] }
  }
  if (reading.manifest.encryption !== null && again.code === "copy-mismatch") throw notOpened(reading, again)
  const message = `the copy is what was stored, and what was stored is no whole dump: ${again.message}`
  const hint =
    "No copy of this backup can be good. Make a new backup now; an older one is what there is until then."
  return { good: false, of: "dump", problem: problemOf(new Fault("dump-truncated", message, { hint })) }
}

async function proveAsAsked({ copy, opens, end, onProgress }: Reading, signal: AbortSignal): Promise<void> {
  if (opens) await proveCopy({ ...copy, end: end(), onProgress, signal })
  else await proveBytes(copy, signal, onProgress)
}

/** What is wrong with the bytes; null when they are right. Rejects when they could not be looked at. */
async function wrongIn(
  { copy }: Reading,
  prove: () => Promise<void>,
  signal: AbortSignal,
): Promise<Fault | null> {
  try {
    await prove()
    return null
  } catch (error) {
    signal.throwIfAborted()
    const fault = faultIn(error)
    if (fault?.code === "copy-missing") await requireItself(copy.destination, signal)
    if (fault && aboutBytes.has(fault.code)) return fault
    throw error
  }
}

const aboutBytes: ReadonlySet<Fault["code"]> = new Set([
  "copy-mismatch",
  "copy-missing",
  "dump-truncated",
  "dump-empty",
])

/** A folder whose disk is not mounted, or a bucket that was made anew, lacks everything: that is no verdict on one copy. */
async function requireItself(destination: Destination, signal: AbortSignal): Promise<void> {
  if ((await destination.size(guideKey, signal)) !== null) return
  throw new Fault(
    "destination-unavailable",
    `${destination.name} (${destination.location}) holds neither the copy nor ${guideKey}, which stands at every destination with backups`,
    { hint: "It looks like another place: is its disk mounted, is it the right bucket and prefix?" },
  )
}

/** Whether the key is wrong or the cipher's work, nobody can tell: no verdict. */
function notOpened({ manifest }: Reading, { message, cause }: Fault): Fault {
  const what = `the copy is what was stored, and the identity of the key ${manifest.encryption?.key} does not open it`
  return new Fault("key-missing", `${what}: ${message}`, {
    hint: "Name the identity that the backup was encrypted for. Another recipient's opens it as well.",
    cause,
  })
}

export function bytesInWords({ copy, opens, manifest }: Reading): readonly string[] {
  const { storedBytes, storedSha256, rawBytes } = copy.proof
  const stored = `${storedBytes} bytes were read, with the sha-256 recorded: ${storedSha256}`
  const key = manifest.encryption?.key
  if (!opens && key !== undefined)
    return [stored, `they are encrypted with the key ${key}, which is not here: they were not opened`]
  if (!opens) return [stored]
  return [stored, `the ${rawBytes} bytes that left the server came out of them, with their sha-256`]
}

/**
 * The catalogue knows what the manifest says, so that one that is missing, or other than it was, is written again. One that is right
 * and not signed with the secret that is in force gets its signature.
 */
export async function checkManifest(
  { copy: { destination, key }, manifest, log, signer = null }: Reading,
  report: readonly string[],
  signal: AbortSignal,
): Promise<Finding> {
  const wanted = formatManifest(manifest, signer)
  const sealed = await sealedManifest(destination, key, signer, signal).catch((error) => {
    if (faultIn(error)?.code === "copy-mismatch") return "unreadable" as const
    throw error
  })
  const found = sealed === "unreadable" ? sealed : sealed?.manifest
  if (found !== undefined && found !== "unreadable") {
    if (formatManifest(found, signer).equals(wanted)) {
      const isSigned = signer === null || (sealed !== "unreadable" && sealed?.seal === "signed")
      const signed = isSigned ? [] : await signAnew(destination, key, wanted, manifest, log, signal)
      return { good: true, report: [...report, "its manifest is as it was", ...signed] }
    }
    if (found.id !== manifest.id) {
      const problem = problemOf(
        new Fault("copy-mismatch", `the manifest of another backup, ${found.id}, stands beside ${key}`, {
          hint: "Two installations store there, or somebody moved files. Give each a prefix or a folder of its own.",
        }),
      )
      return { good: false, of: "copy", problem }
    }
  }
  const was =
    found === undefined ? "was missing" : found === "unreadable" ? "could not be read" : "had changed"
  await publishManifest({ destination, key, keeping: keepingOfManifest(manifest) }, wanted, signal)
  const said = `the manifest of ${key} at ${destination.name} ${was}, and was written again`
  log("warn", said)
  return { good: true, report: [...report, said] }
}

/** It is right without it, so nothing is thrown: the next reading tries again. */
async function signAnew(
  destination: Destination,
  key: string,
  text: Buffer,
  manifest: Manifest,
  log: Log,
  signal: AbortSignal,
): Promise<readonly string[]> {
  try {
    await destination.put(manifestKey(key), text, signal, keepingOfManifest(manifest))
    return ["it was signed with the ENCRYPTION_KEY that is in force"]
  } catch (error) {
    signal.throwIfAborted()
    log(
      "warn",
      `the manifest of ${key} at ${destination.name} could not be signed anew: ${problemOf(error).message}`,
    )
    return []
  }
}
