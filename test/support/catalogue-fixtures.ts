// A catalogue of every schema there ever was, as SQL, for the test of upgrades: `bun test/support/catalogue-fixtures.ts` writes what is
// missing, each from the one before. Rows that only the new schema can hold are added to the file by hand.
import { Database } from "bun:sqlite"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { knownMigrations, migrate } from "../../controller/state/migrate.ts"
import { repository } from "./places.ts"

const folder = join(repository, "test/golden/catalogues")
export const fixturePath = (version: number) => join(folder, `${String(version).padStart(4, "0")}.sql`)

/** The catalogue of that schema as it was, in a file that must not exist yet. */
export function loadFixture(version: number, path: string): void {
  const db = new Database(path, { create: true, strict: true })
  db.run(readFileSync(fixturePath(version), "utf8"))
  db.close()
}

function dump(db: Database): string {
  const objects = db
    .query<{ type: string; name: string; sql: string }, []>(
      "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid",
    )
    .all()
  const tables = objects.filter(({ type }) => type === "table")
  const rest = objects.filter(({ type }) => type !== "table")
  const pragma = (name: string) => `PRAGMA ${name} = ${db.query(`PRAGMA ${name}`).values()[0]?.[0]};`
  return [
    pragma("application_id"),
    pragma("user_version"),
    ...tables.map(({ sql }) => `${sql};`),
    ...tables.flatMap(({ name }) => inserts(db, name)),
    ...rest.map(({ sql }) => `${sql};`),
    "",
  ].join("\n")
}

function inserts(db: Database, table: string): string[] {
  const columns = db
    .query<{ name: string; hidden: number }, []>(`PRAGMA table_xinfo(${table})`)
    .all()
    .flatMap(({ name, hidden }) => (hidden === 0 ? [name] : []))
  const values = columns.map((name) => `quote(${name})`).join(" || ', ' || ")
  return db
    .query<{ row: string }, []>(`SELECT ${values} AS row FROM ${table} ORDER BY 1`)
    .all()
    .map(({ row }) => `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${row});`)
}

if (import.meta.main) {
  const known = knownMigrations()
  for (const { version } of known) {
    if (existsSync(fixturePath(version))) continue
    const db = new Database(":memory:", { strict: true })
    db.run(readFileSync(fixturePath(version - 1), "utf8"))
    migrate(db, "", known.slice(0, version), () => {})
    writeFileSync(fixturePath(version), dump(db))
    process.stdout.write(`wrote ${fixturePath(version)}: add rows that only this schema can hold\n`)
  }
}
