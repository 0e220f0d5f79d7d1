// What MySQL and MariaDB are asked. Names travel as hexadecimal digits, in both directions: no quoting can go wrong.
import { listEndless } from "./mysql-endless.ts"
import { keptTable } from "./mysql-journal.ts"

const systemSchemas = "('mysql', 'information_schema', 'performance_schema', 'ndbinfo')"
// `sys` is the server's own where it holds the server's own table. lost+found is a folder of the file system.
const people = (schema: string) =>
  `lower(${schema}) not in ${systemSchemas} and ${schema} <> '#mysql50#lost+found' and not (lower(${schema}) = 'sys'
    and exists (select 1 from information_schema.tables s where s.table_schema = ${schema} and s.table_name = 'sys_config'))`

// MariaDB calls a table with history SYSTEM VERSIONED.
const base = "t.table_type in ('BASE TABLE', 'SYSTEM VERSIONED')"

// A database has no comment in MySQL, so an empty table in it marks one that a restore is filling; its comment says which.
export const markTable = "dbbackup_unfinished_restore"

const schemas = `select 'database', hex(s.schema_name), s.default_character_set_name, s.default_collation_name,
  (select count(*) from information_schema.tables t where t.table_schema = s.schema_name and ${base}
    and t.table_name <> '${markTable}')
from information_schema.schemata s`

/** Rows of what else a dump must hold, by database and kind; `of` says for which names of schemas. */
const objects = (of: (schema: string) => string) =>
  [
    `select 'object', hex(t.table_schema), if(t.table_type = 'VIEW', 'views', 'sequences'), count(*) from information_schema.tables t
where t.table_type in ('VIEW', 'SEQUENCE') and ${of("t.table_schema")} group by t.table_schema, t.table_type`,
    `select 'object', hex(r.routine_schema), concat(lower(r.routine_type), 's'), count(*) from information_schema.routines r
where r.routine_type in ('FUNCTION', 'PROCEDURE') and ${of("r.routine_schema")} group by r.routine_schema, r.routine_type`,
    `select 'object', hex(g.trigger_schema), 'triggers', count(*) from information_schema.triggers g
where ${of("g.trigger_schema")} group by g.trigger_schema`,
    `select 'object', hex(e.event_schema), 'events', count(*) from information_schema.events e
where ${of("e.event_schema")} group by e.event_schema`,
  ] as const

const grantee =
  "concat(quote(substring_index(current_user(), '@', 1)), '@', quote(substring_index(current_user(), '@', -1)))"

/** Rows of a key and values, as `readProbe` takes them. One scan of the tables each for the counts and for the engines. */
export const describeServer = [
  "set session sql_mode = ''",
  "select 'server', version(), @@skip_networking, hex(current_user())",
  `select 'database', hex(s.schema_name), s.default_character_set_name, s.default_collation_name, coalesce(c.n, 0)
from information_schema.schemata s
left join (select t.table_schema, count(*) n from information_schema.tables t where ${base} group by t.table_schema) c
  on c.table_schema = s.schema_name
where ${people("s.schema_name")}`,
  `select 'outside', hex(t.table_schema), hex(t.table_name), t.engine from information_schema.tables t
join information_schema.engines e on e.engine = t.engine
where ${base} and e.transactions = 'NO' and ${people("t.table_schema")} order by 2, 3`,
  ...objects(people),
  listEndless(people),
  `select 'kept', hex(t.table_schema) from information_schema.tables t where t.table_name = '${keptTable}'`,
  `select 'right', privilege_type from information_schema.user_privileges where grantee = ${grantee}`,
  `select 'right', privilege_type, hex(table_schema) from information_schema.schema_privileges where grantee = ${grantee}`,
  `select 'proc' from information_schema.table_privileges where grantee = ${grantee} and table_schema = 'mysql' and table_name = 'proc'`,
  "select 'role', coalesce(current_role(), 'NONE')",
  "show session status like 'Ssl_version'",
].join(";\n")

export function describeDatabase(name: string): string {
  return [
    "set session sql_mode = ''",
    `${schemas} where s.schema_name = ${text(name)}`,
    ...objects((schema) => `${schema} = ${text(name)}`),
  ].join(";\n")
}

/** Rows of a key and values: what a dump of a part can choose from, with what decides about it. */
export function listRelations(name: string): string {
  const own = text(name)
  return [
    "set session sql_mode = ''",
    `select 'schema', hex(${own}), @@lower_case_table_names`,
    `select 'relation', hex(t.table_name), t.table_type from information_schema.tables t
where t.table_schema = ${own} and (${base} or t.table_type in ('VIEW', 'SEQUENCE')) order by t.table_name`,
    `select 'trigger', hex(g.event_object_table), count(*) from information_schema.triggers g
where g.trigger_schema = ${own} group by g.event_object_table`,
    `select 'view', hex(v.table_name), hex(v.view_definition) from information_schema.views v where v.table_schema = ${own}`,
  ].join(";\n")
}

export function createDatabase(name: string, { charset, collation }: Record<string, string>): string {
  const options = [
    ...(isWord(charset) ? [`character set ${charset}`] : []),
    ...(isWord(collation) ? [`collate ${collation}`] : []),
  ]
  return prepared("create database", name, options.join(" "))
}

export function dropDatabase(name: string): string {
  return prepared("drop database if exists", name, "")
}

const marked = (name: string, restoreId: string) =>
  `from information_schema.tables where table_schema = ${text(name)} and table_name = '${markTable}' and table_comment = ${text(restoreId)}`

export function claim(name: string, restoreId: string): string {
  return run(
    `concat('create table ', ${quoted(name)}, '.${markTable} (i int) comment ', quote(${text(restoreId)}))`,
  )
}

export function release(name: string): string {
  return run(`concat('drop table if exists ', ${quoted(name)}, '.${markTable}')`)
}

/** The word is only read when the rest succeeded. */
export function dropUnfinished(name: string, restoreId: string): string {
  const drop = `if(exists (select 1 ${marked(name, restoreId)}), concat('drop database ', ${quoted(name)}), 'do 0')`
  return `select 'dropped' ${marked(name, restoreId)};\n${run(drop)}`
}

const quoted = (name: string) => `concat('\`', replace(${text(name)}, '\`', '\`\`'), '\`')`

/** The value, an expression, is run as a statement. */
const run = (value: string) =>
  [`set @dbbackup = ${value}`, "prepare dbbackup from @dbbackup", "execute dbbackup"].join(";\n")

/** The server puts the name between backticks. */
function prepared(statement: string, name: string, options: string): string {
  return [
    `set @dbbackup = concat('${statement} \`', replace(${text(name)}, '\`', '\`\`'), '\` ${options}')`,
    "prepare dbbackup from @dbbackup",
    "execute dbbackup",
  ].join(";\n")
}

/** An expression for the name. */
export function text(name: string): string {
  return `convert(x'${Buffer.from(name).toString("hex")}' using utf8mb4)`
}

/** The name that a row holds as hexadecimal digits. */
export const fromHex = (digits = ""): string => Buffer.from(digits, "hex").toString("utf8")

const isWord = (value: string | undefined): value is string =>
  value !== undefined && /^[A-Za-z0-9_]+$/.test(value)
