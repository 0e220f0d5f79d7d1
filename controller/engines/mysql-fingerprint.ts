// A MySQL or MariaDB database's fingerprint: in one go of a snapshot of its own, or in pieces. Names travel as hexadecimal digits.
import { createHash } from "node:crypto"
import type { FingerprintLevel } from "../../schemas/manifest.ts"
import { Fault } from "../core/fault.ts"
import type { FingerprintReading } from "./engine.ts"
import { fromHex, markTable, text } from "./mysql-sql.ts"

/** Room for one statement that counts the rows of some ten thousand tables. */
const statementBytes = 8 * 1024 * 1024
const end = "fingerprint"

const run = "set @dbbackup = coalesce(@dbbackup, 'do 0');\nprepare dbbackup from @dbbackup;\nexecute dbbackup"
const base = "t.table_type in ('BASE TABLE', 'SYSTEM VERSIONED')"
const tablesOf = (own: string) =>
  `information_schema.tables t where t.table_schema = ${own} and t.table_name <> '${markTable}'`
/** One statement of a part for each table: `before` and `after` stand around the table's place. */
function each(own: string, key: string, before: string, after: string, which: string): string {
  const place = `concat('\`', replace(${own}, '\`', '\`\`'), '\`.\`', replace(t.table_name, '\`', '\`\`'), '\`')`
  const one = `concat('select ''${key}'', ''', hex(t.table_name), ''', ${before}', ${place}, '${after}')`
  return `select group_concat(${one} separator ' union all ')
into @dbbackup from ${tablesOf(own)} and ${which};\n${run}`
}

/** What a session that reads fingerprints begins with. */
export const settings = [
  "set session sql_mode = ''",
  // MySQL shows figures of yesterday otherwise; MariaDB has no such variables, and reads no comment of this number.
  `set session group_concat_max_len = ${statementBytes} /*!80000 , session information_schema_stats_expiry = 0, session max_execution_time = 0 */ /*M!100100 , session max_statement_time = 0 */`,
  // With another one, "with consistent snapshot" is ignored.
  "set session transaction isolation level repeatable read",
].join(";\n")

/** Statements that answer with rows of a key and values, as `readMysqlFingerprint` takes them. */
export const fingerprintOf = (name: string, level: FingerprintLevel): string =>
  [
    settings,
    "start transaction with consistent snapshot",
    nextOf(name),
    statementsOf(name, level),
    "rollback",
  ].join(";\n")

/** What comes next in it, which no snapshot holds. */
export function nextOf(name: string): string {
  const own = text(name)
  return [
    `select 'next', hex(t.table_name), t.auto_increment from ${tablesOf(own)} and t.auto_increment is not null`,
    each(own, "next", "next_not_cached_value from ", "", "t.table_type = 'SEQUENCE'"),
  ].join(";\n")
}

/** All the rest, in the transaction that is open. */
export function statementsOf(name: string, level: FingerprintLevel): string {
  const own = text(name)
  return [
    `select 'bytes', coalesce(sum(t.data_length + t.index_length), 0) from ${tablesOf(own)}`,
    level === "exact"
      ? `${each(own, "rows", "count(*) from ", "", "t.table_type = 'BASE TABLE'")};
${each(own, "rows", "count(*) from ", " for system_time all", "t.table_type = 'SYSTEM VERSIONED'")}`
      : `select 'rows', hex(t.table_name), t.table_rows from ${tablesOf(own)} and ${base} and t.table_rows > 0`,
    // The server learns only after a while that a table is not empty any more.
    ...(level === "estimates"
      ? [
          each(
            own,
            "rows",
            "(select count(*) from (select 1 from ",
            " limit 1) x)",
            `${base} and coalesce(t.table_rows, 0) = 0`,
          ),
        ]
      : []),
    `select 'outside', count(*) from ${tablesOf(own)} and ${base}
  and t.engine in (select e.engine from information_schema.engines e where e.transactions = 'NO')`,
    ...definitions(own).map((of) => `select 'definition', ${of}`),
    `select 'role', hex(r.definer) from (
  select definer from information_schema.routines where routine_schema = ${own}
  union select definer from information_schema.triggers where trigger_schema = ${own}
  union select definer from information_schema.events where event_schema = ${own}
  union select definer from information_schema.views where table_schema = ${own}
  union select replace(grantee, '''', '') from information_schema.schema_privileges where table_schema = ${own}) r`,
    `select '${end}'`,
  ].join(";\n")
}

/** What is defined in it, without the database's own name, which a restored one does not share, and without who defined it. */
function definitions(own: string): readonly string[] {
  const within = (column: string) => `${column} = ${own}`
  const fields = (...all: readonly string[]) =>
    `hex(concat_ws('|', ${all.map((field) => `coalesce(${field}, '-')`).join(", ")}))`
  /** A default that asks a sequence names its database. */
  const free = (body: string) => `replace(${body}, concat('\`', replace(${own}, '\`', '\`\`'), '\`.'), '')`
  return [
    `'table', ${fields("table_name", "table_type", "engine", "table_collation", "table_comment")}
from information_schema.tables where ${within("table_schema")} and table_type <> 'VIEW' and table_name <> '${markTable}'`,
    `'column', ${fields("c.table_name", "c.ordinal_position", "c.column_name", "c.column_type", "c.is_nullable", free("c.column_default"), "c.extra", "c.collation_name", "c.generation_expression", "c.column_comment")}
from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
where ${within("c.table_schema")} and t.table_type <> 'VIEW' and c.table_name <> '${markTable}'`,
    `'index', ${fields("table_name", "index_name", "seq_in_index", "column_name", "sub_part", "non_unique", "index_type", "collation")}
from information_schema.statistics where ${within("table_schema")}`,
    `'key', ${fields("table_name", "constraint_name", "ordinal_position", "column_name", "referenced_table_name", "referenced_column_name")}
from information_schema.key_column_usage where ${within("table_schema")}`,
    `'reference', ${fields("table_name", "constraint_name", "update_rule", "delete_rule")}
from information_schema.referential_constraints where ${within("constraint_schema")}`,
    `'check', ${fields("constraint_name", "check_clause")}
from information_schema.check_constraints where ${within("constraint_schema")}`,
    `'partition', ${fields("table_name", "partition_name", "subpartition_name", "partition_method", "partition_expression", "partition_description")}
from information_schema.partitions where ${within("table_schema")} and partition_name is not null`,
    `'view', ${fields("table_name", free("view_definition"), "check_option", "security_type")}
from information_schema.views where ${within("table_schema")}`,
    `'routine', ${fields("routine_type", "routine_name", "dtd_identifier", "routine_definition", "is_deterministic", "sql_data_access", "security_type", "sql_mode", "routine_comment")}
from information_schema.routines where ${within("routine_schema")}`,
    `'parameter', ${fields("specific_name", "routine_type", "ordinal_position", "parameter_mode", "parameter_name", "dtd_identifier")}
from information_schema.parameters where ${within("specific_schema")}`,
    `'trigger', ${fields("trigger_name", "event_object_table", "action_timing", "event_manipulation", "action_order", "action_statement", "sql_mode")}
from information_schema.triggers where ${within("trigger_schema")}`,
    `'event', ${fields("event_name", "event_definition", "event_type", "execute_at", "interval_value", "interval_field", "sql_mode", "on_completion", "event_comment")}
from information_schema.events where ${within("event_schema")}`,
  ]
}

/** Throws a Fault when the answer breaks off. */
export function readMysqlFingerprint(stdout: string): FingerprintReading {
  const rows = stdout.split("\n").map((line) => line.split("\t"))
  const of = (key: string) => rows.filter(([first]) => first === key)
  const bytes = of("bytes")[0]?.[1]
  if (of(end).length === 0 || bytes === undefined)
    throw new Fault("dump-failed", "the server's answer breaks off", { hint: "Look at the server's log." })
  const byName = <T>(key: string, read: (text: string) => T): Record<string, T> =>
    Object.fromEntries(
      of(key)
        .map(([, name = "", value = ""]) => [fromHex(name), read(value)] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    )
  const hash = createHash("sha256")
  const defined = of("definition").map((row) => row.slice(1).join("\t"))
  for (const line of defined.sort()) hash.update(`${line}\n`)
  return {
    rows: byName("rows", Number),
    schemaSha256: hash.digest("hex"),
    sequences: byName("next", (text) => text),
    extensions: {},
    roles: [...new Set(of("role").map(([, role = ""]) => fromHex(role)))].sort(),
    databaseBytes: Math.round(Number(bytes)),
  }
}

/** Whether a snapshot holds all of its tables, by the same answer: some engines know no transactions. */
export const isAllInSnapshot = (stdout: string): boolean =>
  stdout.split("\n").some((line) => line === "outside\t0")
