// Loading an archive with several processes at once: what can be loaded so, and what that takes meanwhile.
import type { NewOptions } from "../../schemas/restore.ts"
import { Fault } from "./fault.ts"
import { aboutRoom } from "./plan-hash.ts"
import { lacksSome } from "./restorable-part.ts"
import type { RestorableBackup, RestorableManifest } from "./source-as-backup.ts"
import type { Survey } from "./survey.ts"

type Loaded = Pick<RestorableManifest, "format" | "part" | "facts" | "reading">
type Sized = Pick<RestorableBackup, "proof">

/** How many processes are to load it. Throws a Fault, `restore-unsupported`, for what only one can load. */
export function loadJobs(manifest: Loaded, { jobs = 1, tables }: Wanted): number {
  if (jobs === 1) return 1
  const why = whyOnlyOne(manifest, tables)
  if (why === null) return jobs
  throw new Fault("restore-unsupported", `${jobs} jobs cannot load it at once: ${why}`, {
    hint: "Restore it without jobs.",
  })
}

type Wanted = Pick<NewOptions, "jobs"> & { readonly tables?: readonly string[] | undefined }

function whyOnlyOne(manifest: Loaded, tables: Wanted["tables"]): string | null {
  if (manifest.format !== "archive") return "it is SQL text, which has one order"
  if (manifest.reading?.archive)
    return `it is in the ${manifest.reading.archive} format, whose files come one after the other`
  // What may fail for what is missing is told by the order of the messages.
  if (lacksSome(manifest) || tables !== undefined)
    return "it is loaded without some that the rest may refer to"
  if (manifest.facts?.attributes.timescaledb !== undefined)
    return "TimescaleDB's own tables must be filled one after the other"
  return null
}

/** Of a plan; empty for one job. */
export function parallelSteps({ proof }: Sized, jobs: number): string[] {
  if (jobs === 1) return []
  return [
    `Put the archive, ${proof.rawBytes} bytes, into a file without a name where the tools run, for ${jobs} jobs to read at once; it is gone when they end`,
  ]
}

/** Of a plan: sentences without a full stop. */
export function parallelWarnings({ proof }: Sized, jobs: number, survey: Survey | null): string[] {
  const free = survey?.temporaryBytes ?? null
  if (jobs === 1 || free === null || free > proof.rawBytes) return []
  return [
    `${aboutRoom}${jobs} jobs need ${proof.rawBytes} bytes for the archive meanwhile, and ${free} are left for temporary files there`,
  ]
}
