// One stored copy read again by itself, as it is stored, at a gentle pace; or, where the store computes a sha-256 of what it holds,
// asked for that. Only what is bad is kept in the history: nobody asked.
import type { BackupId } from "../../schemas/backup.ts"
import type { Problem } from "../../schemas/errors.ts"
import type { Signer } from "../core/manifest-seal.ts"
import { rulesFor } from "../engines/registry.ts"
import type { Catalogue, Clock, Destination, Log } from "../ports.ts"
import { failureOf } from "./journal.ts"
import { checkCopy, checkManifest, type Reading } from "./verify-bytes.ts"
import { record } from "./verify-record.ts"

export interface SweepDeps {
  readonly catalogue: Catalogue
  readonly clock: Clock
  readonly log: Log
  readonly signer?: Signer | null
}

export interface Swept {
  /** `gone`: it is not stored there any more. */
  readonly outcome: "good" | "bad" | "gone" | "not-looked-at"
  readonly problem: Problem | null
}

/** Never rejects. */
export async function sweepCopy(
  { catalogue, clock, log, signer = null }: SweepDeps,
  destination: Destination,
  id: BackupId,
  bytesPerSecond: number | null,
  signal: AbortSignal,
): Promise<Swept> {
  const backup = catalogue.backup(id)
  const copies = backup?.status === "completed" ? backup.copies : []
  const copy = copies.find((one) => one.destination === destination.name)
  const manifest = catalogue.manifest(id)
  if (backup?.status !== "completed" || copy?.state !== "stored" || !manifest)
    return { outcome: "gone", problem: null }
  const startedAt = clock()
  const { key } = copy
  const reading: Reading = {
    copy: { destination, key, proof: backup.proof, compression: "none", identity: null, bytesPerSecond },
    ...{ manifest, signer },
    opens: false,
    end: () => rulesFor(manifest.engine.name).end(manifest.format, manifest.subject),
    onProgress: () => undefined,
    log: (level, message) => log(level, message, { backupId: id, destination: destination.name }),
  }
  try {
    const told = await destination.storedSha256?.(key, signal)
    const finding =
      told === backup.proof.storedSha256
        ? await checkManifest(reading, ["the store's own sha-256 of it is the one recorded"], signal)
        : await checkCopy(reading, signal)
    const { outcome } = record(
      { catalogue, clock, log },
      { backup, copy, level: "checksum", startedAt, finding, quiet: true },
    )
    return { outcome: outcome === "passed" ? "good" : "bad", problem: null }
  } catch (error) {
    if (signal.aborted) return { outcome: "not-looked-at", problem: null }
    return { outcome: "not-looked-at", problem: failureOf(error, log) }
  }
}
