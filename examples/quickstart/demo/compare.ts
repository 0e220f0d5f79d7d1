// Compares two databases of one server row by row: every table, every row, hashed here and not by the server.
import { createHash } from "node:crypto"
import { type EngineName, query } from "./client.ts"

export interface Comparison {
  readonly tables: number
  readonly rows: number
  /** What differs, in words. Empty: the databases hold the same rows. */
  readonly differences: readonly string[]
}

interface Contents {
  readonly rows: number
  readonly hash: string
}

/** Reads both databases completely. `rows` and `tables` are those of the restored one. */
export async function compareDatabases(
  engine: EngineName,
  container: string,
  original: string,
  restored: string,
): Promise<Comparison> {
  const [before, after] = await Promise.all([
    contentsOf(engine, container, original),
    contentsOf(engine, container, restored),
  ])
  const differences: string[] = []
  for (const [table, { rows, hash }] of before) {
    const copy = after.get(table)
    if (copy === undefined) differences.push(`${table} is missing`)
    else if (copy.rows !== rows) differences.push(`${table} has ${copy.rows} rows instead of ${rows}`)
    else if (copy.hash !== hash) differences.push(`${table} has other values`)
  }
  for (const table of after.keys()) if (!before.has(table)) differences.push(`${table} is new`)
  if (before.size === 0) differences.push(`${original} has no tables to compare`)
  const rows = [...after.values()].reduce((sum, table) => sum + table.rows, 0)
  return { tables: after.size, rows, differences }
}

async function contentsOf(
  engine: EngineName,
  container: string,
  database: string,
): Promise<ReadonlyMap<string, Contents>> {
  const { listTables, readTable, checksums } = engine === "postgres" ? postgres : mysql
  const ask = (sql: string) => query(engine, container, database, `${sql};\n`)
  const tables = (await ask(listTables)).split("\n").filter(Boolean).sort()
  const sums = checksums && tables.length > 0 ? (await ask(checksums(tables))).split("\n") : []
  const contents = new Map<string, Contents>()
  for (const [index, table] of tables.entries()) {
    // No order is asked of the server, whose collations call different values equal.
    const lines = (await ask(readTable(table))).split("\n").slice(0, -1).sort()
    const sum = sums[index]?.split("\t").at(-1) ?? ""
    const hash = createHash("sha256")
      .update([sum, ...lines].join("\n"), "latin1")
      .digest("hex")
    contents.set(Buffer.from(table, "latin1").toString(), { rows: lines.length, hash })
  }
  return contents
}

interface Reader {
  readonly listTables: string
  readonly readTable: (table: string) => string
  readonly checksums?: (tables: readonly string[]) => string
}

// COPY writes NULL as \N and floats in full.
const postgres: Reader = {
  listTables: `SELECT format('%I.%I', nspname, relname) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE relkind IN ('r', 'm') AND nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')`,
  readTable: (table) => `COPY (SELECT * FROM ${table}) TO STDOUT`,
}

// In the client's output a NULL looks like the text NULL, and a FLOAT is rounded: the server's checksum tells them apart.
const mysql: Reader = {
  listTables: `SELECT CONCAT('\`', REPLACE(table_name, '\`', '\`\`'), '\`') FROM information_schema.tables
    WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'`,
  readTable: (table) => `SELECT * FROM ${table}`,
  checksums: (tables) => `CHECKSUM TABLE ${tables.join(", ")} EXTENDED`,
}
