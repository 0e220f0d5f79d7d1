// One copy that its destination missed, made from one that is good: read ▸ check ▸ write ▸ publish ▸ record.
import { isBad, type Verified } from "../../schemas/backup.ts"
import type { Problem } from "../../schemas/errors.ts"
import type { Manifest } from "../../schemas/manifest.ts"
import type { CopyPlace, Fill } from "../core/back-fill-plan.ts"
import { Fault, faultIn } from "../core/fault.ts"
import { keepingOfManifest } from "../core/keeping.ts"
import { manifestKey } from "../core/key.ts"
import type { Signer } from "../core/manifest-seal.ts"
import { bytesAreRight, copyAcross } from "../pipeline/copy-across.ts"
import type { OpenCopy, Place } from "../pipeline/open.ts"
import type { Catalogue, Clock, Destination, Log } from "../ports.ts"
import { leaveGuide } from "./guide.ts"
import { failureOf, journalOf } from "./journal.ts"
import { publishCopy } from "./publish.ts"
import { storedManifest } from "./stored-manifest.ts"

export interface FillDeps {
  readonly catalogue: Catalogue
  readonly destinations: ReadonlyMap<string, Destination>
  readonly clock: Clock
  readonly log: Log
  readonly signer?: Signer | null
}

/** Undefined when nothing is left to do, else the problem that is recorded with the copy. Never rejects. */
export async function fillCopy(
  deps: FillDeps,
  { backup, to, from }: Fill,
  signal: AbortSignal,
): Promise<Problem | undefined> {
  const { catalogue, clock, log } = deps
  const journal = journalOf(deps, backup.runId, { backupId: backup.id, destination: to.destination })
  const what = `the copy of ${backup.database} at ${to.destination}`
  try {
    const manifest = catalogue.manifest(backup.id)
    if (!manifest) throw new Fault("internal", `the catalogue has no manifest of backup ${backup.id}`)
    const place = { ...placeOf(deps, to), keeping: keepingOfManifest(manifest) }
    const there = await isThere(place, manifest, signal)
    const brought = there ? null : await bring(deps, place, from, manifest, signal)
    const source = brought?.from ?? null
    // What is there already was read, and hashed.
    const verified = brought?.verified ?? "hash"
    if (catalogue.copyStored(backup.id, to.destination, clock(), verified)) {
      const { storedBytes, storedSha256 } = manifest.proof
      const how = source === null ? "was there already" : `was made from ${source}`
      journal("info", `${what} ${how}: ${storedBytes} bytes, sha256 ${storedSha256}`)
      await leaveGuide([place.destination], log, signal)
    } else {
      await remove(place, signal)
      journal("info", `${what} was not kept: the backup was deleted meanwhile`)
    }
    return undefined
  } catch (error) {
    if (signal.aborted) return failureOf(signal.reason, log)
    const problem = failureOf(error, log)
    const before = catalogue.backup(backup.id)
    if (before?.status !== "completed") return problem
    const last = before.copies.find(({ destination }) => destination === to.destination)
    // What is known to be bad is so until it is made again.
    const said = last && isBad(last) ? { ...problem, code: "copy-mismatch" as const } : problem
    // The same again is no news: an outage of days must not fill the log.
    if (last?.state === "failed" && last.error.message === said.message) return problem
    catalogue.copyFailed(backup.id, to, said)
    journal("warn", `${what} could not be made: ${problem.message}. It is tried again`)
    return problem
  }
}

function placeOf({ destinations }: FillDeps, { destination: name, key }: CopyPlace): Place {
  const destination = destinations.get(name)
  if (!destination) throw new Fault("destination-unknown", `there is no destination named ${name}`)
  return { destination, key }
}

/** From the first copy that is whole: which, and how the new one was compared. Throws the first failure when none is. */
async function bring(
  deps: FillDeps,
  to: Place,
  from: readonly CopyPlace[],
  manifest: Manifest,
  signal: AbortSignal,
): Promise<{ readonly from: string; readonly verified: Verified }> {
  let first: unknown
  for (const place of from) {
    let written: OpenCopy
    try {
      written = await copyAcross({ ...placeOf(deps, place), proof: manifest.proof }, to, signal)
    } catch (error) {
      signal.throwIfAborted()
      first ??= error
      continue
    }
    return { verified: await publishCopy(written, manifest, signal, deps.signer), from: place.destination }
  }
  throw first ?? new Fault("copy-missing", `no other copy of ${to.key} is left`)
}

/**
 * Whether a crash came after the copy was published and before that was recorded. What is not whole, and ours by its name, is
 * removed: no bytes are overwritten. Throws when another backup's manifest stands there.
 */
async function isThere(
  { destination, key }: Place,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<boolean> {
  if ((await destination.size(key, signal)) === null) return false
  const place = { destination, key }
  const found = await storedManifest(destination, key, signal).catch((error) => {
    if (faultIn(error)?.code === "copy-mismatch") return undefined
    throw error
  })
  if (found !== undefined) {
    if (found.id !== manifest.id)
      throw new Fault("destination-unavailable", `another backup stands at ${key} in ${destination.name}`, {
        hint: "Two installations store there. Give each a prefix or a folder of its own.",
      })
    if (await bytesAreRight({ ...place, proof: manifest.proof }, signal)) return true
  }
  await remove(place, signal)
  return false
}

/** The manifest first, so that a crash leaves nothing that looks like a backup. */
async function remove({ destination, key }: Place, signal: AbortSignal): Promise<void> {
  await destination.remove(manifestKey(key), signal)
  await destination.remove(key, signal)
}
