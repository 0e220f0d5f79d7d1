// What loads a dump into an empty PostgreSQL database: an archive or statements, whole or a part, with what TimescaleDB wants around it.
import type { DatabaseFacts, DumpFormat } from "../../schemas/manifest.ts"
import loadScript from "./sh/postgres-load.sh" with { type: "text" }
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
  isPart: boolean,
  facts: DatabaseFacts | undefined,
): { readonly body: string; readonly args: readonly string[] } {
  const [whole, part] = format === "sql" ? [loadTextScript, loadTextPartScript] : [loadScript, loadPartScript]
  const load = isPart ? `${refers}${part}` : whole
  const { timescaledb, timescaledbSchema = "public" } = facts?.attributes ?? {}
  if (timescaledb === undefined) return { body: load, args: [database] }
  return {
    body: `${timescale}load() (\n${load})\n${timescaleLoad}`,
    args: [database, timescaledb, timescaledbSchema],
  }
}
