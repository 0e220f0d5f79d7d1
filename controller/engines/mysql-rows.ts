// What stands around the rows of a dump that are loaded into tables that are there: these are emptied before, in one transaction that
// nothing but the end of the dump commits, and afterwards no row refers to one that is not there.
import { text } from "./mysql-sql.ts"
import { quoted } from "./mysql-words.ts"

const listOf = (tables: readonly string[]) => tables.map(text).join(", ") || "null"

/** Why rows cannot come into these tables, all or none, as they are in the backup: a sentence each, without a full stop. */
export const obstaclesOf = (database: string, tables: readonly string[]): string =>
  `select distinct concat('the table ', event_object_table, ' has triggers, which would act on what is loaded')
from information_schema.triggers where event_object_schema = ${text(database)} and event_object_table in (${listOf(tables)})
  and event_manipulation in ('INSERT', 'DELETE')
union all select concat('the table ', t.table_name, ' is of the engine ', t.engine, ', in which nothing can be undone')
from information_schema.tables t join information_schema.engines e on e.engine = t.engine
where t.table_schema = ${text(database)} and t.table_name in (${listOf(tables)}) and coalesce(e.transactions, 'NO') <> 'YES'`

export const emptyTables = (tables: readonly string[]): string =>
  `\nSET autocommit=0;\n${tables.map((name) => `DELETE FROM ${quoted(name)};\n`).join("")}`

const quotedIn = (column: string) => `concat('\`', replace(${column}, '\`', '\`\`'), '\`')`
const pairs = (pair: string, separator: string) =>
  `group_concat(concat(${pair}) order by k.ordinal_position separator '${separator}')`

/**
 * Foreign keys of these tables and to them: the dump holds their checks back. One that fails is an error (1242: a subquery with two
 * rows where one may be), which ends the client before it commits. MariaDB's DO passes over it.
 */
export const checkAndCommit = (tables: readonly string[]): string => `
SET SESSION group_concat_max_len=8388608;
SELECT concat('SET ', group_concat('@dbbackup_rows = ', one.question)) INTO @dbbackup FROM (
  SELECT concat('(select 1 union all select 2 from dual where exists (select * from ', ${quotedIn("k.table_schema")}, '.', ${quotedIn("k.table_name")},
    ' a where ', ${pairs(`'a.', ${quotedIn("k.column_name")}, ' is not null'`, " and ")},
    ' and not exists (select * from ', ${quotedIn("k.referenced_table_schema")}, '.', ${quotedIn("k.referenced_table_name")},
    ' b where ', ${pairs(`'b.', ${quotedIn("k.referenced_column_name")}, ' = a.', ${quotedIn("k.column_name")}`, " and ")}, ')))') AS question
  FROM information_schema.key_column_usage k
  WHERE k.referenced_table_schema = database() AND (k.referenced_table_name IN (${listOf(tables)})
    OR (k.table_schema = database() AND k.table_name IN (${listOf(tables)})))
  GROUP BY k.constraint_schema, k.table_schema, k.table_name, k.constraint_name, k.referenced_table_schema, k.referenced_table_name) one;
SET @dbbackup = coalesce(@dbbackup, 'DO 0');
PREPARE dbbackup FROM @dbbackup;
EXECUTE dbbackup;
COMMIT;
`
