// What the dump of one subject must know when it is a part of what one tool prints, beside the dumps of others.
import type { Problem } from "../../schemas/errors.ts"
import type { Snapshot } from "../../schemas/manifest.ts"
import type { DumpPlan } from "../engines/engine.ts"
import { type FailedCopy, faultOf } from "../pipeline/failed-copy.ts"
import type { OpenCopy } from "../pipeline/open.ts"
import type { Stored } from "../pipeline/store.ts"
import type { Docker } from "../ports.ts"
import type { Deadline } from "./deadline.ts"
import type { SameInstant } from "./same-instant.ts"

export interface JointPart {
  readonly plan: DumpPlan
  /** The tool's part, whatever is asked for; the first one starts the tool with that. */
  readonly exec: Docker["exec"]
  readonly snapshot: () => Snapshot
  /** What opened a snapshot at the instant of the tool's, for the fingerprints of all of them; undefined when nothing did. */
  readonly instant: SameInstant | undefined
  /**
   * Waits, with the bytes at rest, for the tool to print all the others and to exit with 0; the time limit is over by then. Rejects
   * with why it did not, and no bytes are left.
   */
  whole(stored: Stored, limit: Deadline): Promise<Stored>
  /** Whether it is dumped again in this run, so that this failure is none of the backup. */
  repeats(problem: Problem): boolean
}

/**
 * Closes the files, or uploads, so that a dump which waits holds no memory; without manifests they are no backups. To commit the
 * writers that it returns does nothing any more. Rejects when no destination has the bytes.
 */
export async function atRest(stored: Stored, signal: AbortSignal): Promise<Stored> {
  const failed: FailedCopy[] = [...stored.failed]
  const writers: OpenCopy[] = []
  for (const copy of stored.writers) {
    try {
      signal.throwIfAborted()
      await copy.writer.commit()
      writers.push({ ...copy, writer: { ...copy.writer, commit: async () => {} } })
    } catch (error) {
      await copy.writer.abort(error)
      const fault = faultOf(error)
      failed.push({ destination: copy.destination.name, key: copy.key, fault })
      if (failed.length === stored.failed.length + stored.writers.length) throw fault
    }
  }
  const rested = { ...stored, failed, writers }
  if (!signal.aborted) return rested
  await discard(rested)
  throw signal.reason
}

/** Never rejects. */
export async function discard({ writers }: Stored): Promise<void> {
  for (const { destination, key } of writers)
    await destination.remove(key, AbortSignal.timeout(30_000)).catch(() => undefined)
}
