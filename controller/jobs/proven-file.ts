// A file that is restored and is no backup: proven to be the one that was looked through, before anything of it reaches a server.
import { Fault } from "../core/fault.ts"
import { requireIdentity } from "../core/key-missing.ts"
import { isBackup, type RestorableBackup, type RestorableManifest } from "../core/source-as-backup.ts"
import { proveCopy } from "../pipeline/load.ts"
import type { StoredCopy } from "../pipeline/stored-copy.ts"
import type { Destination, EndDetector } from "../ports.ts"
import { type CopyDeps, type GoodCopies, goodCopies } from "./good-copy.ts"
import { identityFor } from "./identity-for.ts"
import type { Journal } from "./journal.ts"

export interface FileDeps extends CopyDeps {
  readonly uploads: Destination
}

interface Wanted {
  readonly backup: RestorableBackup
  readonly manifest: RestorableManifest
  /** What opens it, where that was given with the request. */
  readonly identity: string | undefined
}

/** Its size and hash are the proof: what is in it, and that it is whole, was seen then. */
export const lookedThrough: EndDetector = {
  push() {},
  finish: () => "what was looked through",
  held: () => ({}),
}

/** What is to be read: the copies of a backup, or the file. @param end as `goodCopies` has it; of a file, nothing is asked of its own end */
export function provenBytes(
  deps: FileDeps,
  wanted: Wanted,
  end: () => EndDetector,
  journal: Journal,
  signal: AbortSignal,
): GoodCopies {
  if (isBackup(wanted)) return goodCopies(deps, wanted, end, journal, signal)
  return {
    async next() {
      const file = fileToRead(deps, wanted)
      await proveCopy({ ...file, end: end(), onProgress: () => undefined, signal })
      const { storedBytes, storedSha256 } = file.proof
      journal(
        "info",
        `${wanted.backup.source?.fileName} is what was looked through: ${storedBytes} bytes, sha256 ${storedSha256}`,
      )
      return file
    },
    brokeOff(_, error) {
      throw error
    },
  }
}

/** Where it is, and what opens it. Throws a Fault, `destination-unavailable` or `key-missing`. */
export function fileToRead(
  deps: Pick<FileDeps, "destinations" | "uploads" | "identities">,
  wanted: Wanted,
): StoredCopy {
  const { backup, manifest } = wanted
  const [copy] = backup.copies
  const isUpload = backup.source?.origin === "upload"
  const destination = isUpload ? deps.uploads : copy && deps.destinations.get(copy.destination)
  if (!copy || !destination)
    throw new Fault(
      "destination-unavailable",
      `the destination ${copy?.destination} is not defined any more`,
      {
        hint: "Choose the file again, where it is now.",
      },
    )
  const identity = identityFor(deps, wanted)?.identity ?? null
  requireIdentity(manifest.encryption, identity === null ? null : { identity })
  return {
    ...{ destination, key: copy.key, proof: backup.proof, compression: manifest.compression, identity },
    whenChanged: "It is another file than was looked through. Choose it again.",
  }
}
