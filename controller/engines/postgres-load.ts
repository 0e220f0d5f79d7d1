// What loads a dump into an empty PostgreSQL database: an archive or statements, whole or a part, with what TimescaleDB wants around it.
import type { DumpFormat } from "../../schemas/manifest.ts"
import type { Loadable } from "./receiving.ts"
import confine from "./sh/postgres-confine.sh" with { type: "text" }
import loadScript from "./sh/postgres-load.sh" with { type: "text" }
import loadFolderScript from "./sh/postgres-load-folder.sh" with { type: "text" }
import loadInPlaceScript from "./sh/postgres-load-in-place.sh" with { type: "text" }
import loadJobsScript from "./sh/postgres-load-jobs.sh" with { type: "text" }
import loadPartScript from "./sh/postgres-load-part.sh" with { type: "text" }
import loadTextScript from "./sh/postgres-load-text.sh" with { type: "text" }
import loadTextPartScript from "./sh/postgres-load-text-part.sh" with { type: "text" }
import refers from "./sh/postgres-refers.sh" with { type: "text" }
import timescale from "./sh/postgres-timescale.sh" with { type: "text" }
import timescaleLoad from "./sh/postgres-timescale-load.sh" with { type: "text" }

/** Body and arguments after the connection's. `database`: a connection string. */
export function postgresLoad(
  database: string,
  format: DumpFormat,
  what: Loadable,
): { readonly body: string; readonly args: readonly string[] } {
  const { isPart = false, facts, parallel, inPlace = false } = what
  if (inPlace && format === "archive") return { body: loadInPlaceScript, args: [database] }
  if (parallel && format === "archive") {
    const { jobs, bytes } = parallel
    return { body: `${optionsOf(what)}${loadJobsScript}`, args: [database, String(jobs), String(bytes)] }
  }
  const [whole, part] = format === "sql" ? [loadTextScript, loadTextPartScript] : [loadScript, loadPartScript]
  const load = `${what.archive === "directory" ? loadFolderScript : isPart ? `${refers}${part}` : whole}`
  const { timescaledb, timescaledbSchema = "public" } = facts?.attributes ?? {}
  const before = format === "sql" ? (what.unconfined ? confine : "set_confined=''\n") : optionsOf(what)
  if (timescaledb === undefined) return { body: `${before}${load}`, args: [database] }
  return {
    body: `${before}${timescale}load() (\n${load})\n${timescaleLoad}`,
    args: [database, timescaledb, timescaledbSchema],
  }
}

/** Words of our own alone: the shell splits them. */
function optionsOf({ archive, content = "all", withoutOwners = false }: Loadable): string {
  const options = [
    ...(archive ? [`--format=${archive}`] : []),
    ...(content === "schema" ? ["--schema-only"] : []),
    ...(withoutOwners ? ["--no-owner", "--no-privileges"] : []),
  ]
  return `load_options='${options.join(" ")}'\n`
}
