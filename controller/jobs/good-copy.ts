// Which copy of a backup is restored from: the nearest that is proven good. One that is bad is recorded as such on the way, as the
// sweep does, and is made again from a good one; one that cannot be read is passed over. Nothing reaches a server meanwhile.
import type { CompletedBackup } from "../../schemas/backup.ts"
import type { Manifest } from "../../schemas/manifest.ts"
import { copiesToTry, isOfOneCopy, nearestFirst, storedNowhere } from "../core/copy-order.ts"
import { Fault, faultIn, inFull } from "../core/fault.ts"
import { requireIdentity } from "../core/key-missing.ts"
import type { ReadableCopy } from "../core/verify-plan.ts"
import { type FailedCopy, noneLeft } from "../pipeline/failed-copy.ts"
import type { StoredCopy as Opened } from "../pipeline/stored-copy.ts"
import type { Catalogue, Clock, Destination, EndDetector, Identities, Log } from "../ports.ts"
import { identityFor } from "./identity-for.ts"
import type { Journal } from "./journal.ts"
import { checkBytes } from "./verify-bytes.ts"
import { record } from "./verify-record.ts"

export interface CopyDeps {
  readonly catalogue: Catalogue
  readonly destinations: ReadonlyMap<string, Destination>
  readonly identities: Identities
  readonly clock: Clock
  readonly log: Log
}

export interface Wanted {
  readonly backup: CompletedBackup
  readonly manifest: Manifest
  /** What opens the backup, where it was given with the request. */
  readonly identity: string | undefined
}

export interface GoodCopies {
  /**
   * The next one that is good, after all of it was read. Throws a Fault, of the first that was tried, when none is left, and at once
   * what another copy would be no help for.
   */
  next(): Promise<Opened>
  /** What was proven broke while it was loaded: it is tried once more, after all others. Throws `error` when it is not of that copy. */
  brokeOff(copy: Opened, error: unknown): void
}

/** @param end a fresh watcher for the dump's own end, for each reading */
export function goodCopies(
  deps: CopyDeps,
  wanted: Wanted,
  end: () => EndDetector,
  journal: Journal,
  signal: AbortSignal,
): GoodCopies {
  // It may have been found bad since the restore was asked for.
  const now = deps.catalogue.backup(wanted.backup.id)
  const backup = now?.status === "completed" ? now : wanted.backup
  const waiting = [...copiesToTry(nearestFirst(backup, (name) => deps.destinations.get(name)?.kind))]
  const failed: FailedCopy[] = []
  const broken = new Set<string>()

  return {
    async next() {
      for (let copy = waiting.shift(); copy; copy = waiting.shift()) {
        const { destination, key } = copy
        try {
          const opened = await proven(deps, wanted, copy, end, signal)
          const { storedBytes, storedSha256 } = backup.proof
          const what = `${storedBytes} bytes, sha256 ${storedSha256}`
          journal("info", `the copy at ${destination} is what left the server: ${what}`)
          return opened
        } catch (error) {
          signal.throwIfAborted()
          const fault = faultIn(error)
          if (!fault || !isOfOneCopy(fault)) throw error
          failed.push({ destination, key, fault })
          const [another] = waiting
          if (another) journal("warn", `${inFull(fault)}. Going on with the copy at ${another.destination}.`)
        }
      }
      throw failed.length > 0 ? noneLeft(failed) : storedNowhere()
    },
    brokeOff({ destination: { name: destination }, key }, error) {
      const fault = faultIn(error)
      const copy = copiesToTry(backup).find((one) => one.destination === destination)
      if (!fault || !isOfOneCopy(fault) || !copy) throw error
      failed.push({ destination, key, fault })
      if (!broken.has(destination)) waiting.push(copy)
      broken.add(destination)
      const [next] = waiting
      if (!next) throw error
      journal("warn", `${inFull(fault)}. Beginning anew with the copy at ${next.destination}.`)
    },
  }
}

/** Where a copy is, and what opens it. Throws a Fault, `destination-unavailable` or `key-missing`. */
export function openedCopy(
  deps: Pick<CopyDeps, "destinations" | "identities">,
  { backup, manifest, identity: given }: Wanted,
  { destination: name, key }: Pick<ReadableCopy, "destination" | "key">,
): Opened {
  const destination = deps.destinations.get(name)
  if (!destination)
    throw new Fault("destination-unavailable", `the destination ${name} is not defined any more`)
  const identity = identityFor(deps, { manifest, identity: given })?.identity ?? null
  requireIdentity(manifest.encryption, identity === null ? null : { identity })
  const { compression } = manifest
  return { destination, key, proof: backup.proof, compression, identity }
}

/** Throws a Fault when the copy is not good, or cannot be read. What was seen of it is recorded. */
async function proven(
  deps: CopyDeps,
  wanted: Wanted,
  copy: ReadableCopy,
  end: () => EndDetector,
  signal: AbortSignal,
): Promise<Opened> {
  const { backup, manifest } = wanted
  const { destination: name } = copy
  const opened = openedCopy(deps, wanted, copy)
  const startedAt = deps.clock()
  const log: Log = (level, message) => deps.log(level, message, { backupId: backup.id, destination: name })
  const reading = { copy: opened, manifest, opens: true, end, onProgress: () => undefined, log }
  const finding = await checkBytes(reading, signal)
  record(deps, { backup, copy, level: "checksum", startedAt, finding, quiet: true })
  if (finding.good) return opened
  const { code, message, hint } = finding.problem
  throw new Fault(code, message, hint === null ? {} : { hint })
}
