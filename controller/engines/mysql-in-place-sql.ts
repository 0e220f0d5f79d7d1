// What MySQL and MariaDB are asked and told before and after a load into a database that is there. Queries whose answer is statements.
import { text } from "./mysql-sql.ts"

const base = "t.table_type in ('BASE TABLE', 'SYSTEM VERSIONED')"
const quoted = (expression: string) => `concat('\`', replace(${expression}, '\`', '\`\`'), '\`')`
const place = (schema: string, name: string) => `concat(${quoted(schema)}, '.', ${quoted(name)})`
const tablesOf = (name: string) => `information_schema.tables t where t.table_schema = ${text(name)}`
const joined = (statements: readonly string[]) => statements.join(";\n")

const plain = "set session sql_mode = ''"
const longLists = "set session group_concat_max_len = 67108864"
/** A metadata lock would be waited for a year. */
export const lockSeconds = 20

/**
 * A query of sessions in the database, whose columns begin with p. MySQL cannot show any session in information_schema while one of them
 * runs a statement with characters beyond Unicode's first 65,536; newer ones have another list, unless that is switched off.
 */
function ofSessions(name: string, columns: string, ending = ""): string {
  const digits = Buffer.from(name).toString("hex")
  const query = `select ${columns} from ', @dbbackup, ' p where hex(convert(p.db using utf8mb4)) = upper(''${digits}'')
and p.id <> connection_id() and p.command <> ''Daemon'' ${ending}`
  return joined([
    `set @dbbackup = if(@@performance_schema and exists (select 1 from information_schema.tables t where t.table_schema = 'performance_schema'
and t.table_name = 'processlist'), 'performance_schema.processlist', 'information_schema.processlist')`,
    `set @dbbackup = concat('${query}')`,
    "prepare dbbackup from @dbbackup",
    "execute dbbackup",
  ])
}

/** Rows: whether it is there, and its sessions by user. */
export const askOccupied = (name: string) =>
  joined([
    plain,
    `select 'there', hex(s.schema_name) from information_schema.schemata s where s.schema_name = ${text(name)}`,
    ofSessions(name, "''session'', hex(p.user), count(*)", "group by p.user order by p.user"),
  ])

export const endSessions = (name: string) =>
  joined([plain, ofSessions(name, "concat(''kill '', p.id, '';'')")])

/** Fails where one is locked, and changes nothing. */
export const lockAll = (name: string) =>
  joined([
    plain,
    longLists,
    `select 'set session lock_wait_timeout = ${lockSeconds};'`,
    `select coalesce(concat('lock tables ', group_concat(${place("t.table_schema", "t.table_name")}, ' write'), ';'), 'do 0;')
from ${tablesOf(name)} and ${base}`,
  ])

const limits = `select 'set session foreign_key_checks = 0, lock_wait_timeout = ${lockSeconds};'`
const drop = (words: string, schema: string, name: string) =>
  `select concat('drop ${words} if exists ', ${place(schema, name)}, ';')`

/** Leaves the database itself: its settings and the grants on it. */
export const dropAll = (name: string) =>
  joined([
    plain,
    limits,
    `${drop("view", "t.table_schema", "t.table_name")} from ${tablesOf(name)} and t.table_type = 'VIEW'`,
    `${drop("table", "t.table_schema", "t.table_name")} from ${tablesOf(name)} and ${base}`,
    `${drop("sequence", "t.table_schema", "t.table_name")} from ${tablesOf(name)} and t.table_type = 'SEQUENCE'`,
    `select concat('drop ', lower(r.routine_type), ' if exists ', ${place("r.routine_schema", "r.routine_name")}, ';')
from information_schema.routines r where r.routine_schema = ${text(name)} and r.routine_type in ('FUNCTION', 'PROCEDURE', 'PACKAGE')`,
    `${drop("event", "e.event_schema", "e.event_name")} from information_schema.events e where e.event_schema = ${text(name)}`,
  ])

/** In whose place the dump makes a table: it drops tables alone. */
export const dropViews = (name: string, views: readonly string[]) =>
  joined([
    plain,
    limits,
    `${drop("view", "t.table_schema", "t.table_name")} from ${tablesOf(name)} and t.table_type = 'VIEW'
and t.table_name in (${views.map(text).join(", ")})`,
  ])
