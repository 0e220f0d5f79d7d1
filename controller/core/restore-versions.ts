// Whether a server's tools read what those of another version wrote, and whether it takes it.
import type { Manifest } from "../../schemas/manifest.ts"
import type { Engine } from "../../schemas/scalar.ts"
import { Fault } from "./fault.ts"

export interface TargetTools {
  readonly serverVersion: string
  readonly toolVersion: string
  /** They read what pg_dump compressed with zstd. */
  readonly zstd: boolean
}

type Dumped = Pick<Manifest, "engine" | "format" | "sourceCompression">

/** Of pg_dump: each began to write archives that the one before does not read. */
const archivesChanged = [17, 16]

/** Sentences without a full stop about what may fail. Throws a Fault, `restore-unsupported`, for what must. */
export function versionWarnings(
  { engine, format, sourceCompression }: Dumped,
  { serverVersion, toolVersion, zstd }: TargetTools,
): string[] {
  const { name, serverVersion: from } = engine
  if (name === "postgres" && format === "archive") {
    const [wrote, reads] = [seriesOf(name, engine.toolVersion), seriesOf(name, toolVersion)]
    const changed = archivesChanged.find((version) => wrote !== null && wrote >= version)
    if (changed !== undefined && reads !== null && reads < changed)
      throw unreadable(
        `the backup is an archive of pg_dump ${engine.toolVersion}, which pg_restore ${toolVersion} does not read`,
        `Restore it on PostgreSQL ${changed} or newer, or make a backup with dbbackup.format=plain.`,
      )
    if (sourceCompression?.startsWith("zstd") && !zstd)
      throw unreadable(
        `the backup is an archive compressed with ${sourceCompression}, which pg_restore ${toolVersion} of that server does not read`,
        "Restore it on a server whose tools know zstd (PostgreSQL 16 or newer), or make a backup with dbbackup.compress=gzip.",
      )
  }
  const [source, target] = [seriesOf(name, from), seriesOf(name, serverVersion)]
  if (source === null || target === null || target >= source) return []
  return [
    `The backup is from version ${from}, newer than the server's ${serverVersion}: the load may be refused`,
  ]
}

/** The release series as one number, to compare: 17 of PostgreSQL 17.6, 10011 of MariaDB 10.11.14. */
function seriesOf(engine: Engine, version: string): number | null {
  const match = /^(\d+)(?:\.(\d+))?/.exec(version)
  if (!match) return null
  return engine === "postgres" ? Number(match[1]) : Number(match[1]) * 1000 + Number(match[2] ?? 0)
}

function unreadable(message: string, hint: string): Fault {
  return new Fault("restore-unsupported", message, { hint })
}
