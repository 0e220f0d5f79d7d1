// What PostgreSQL is asked for a fingerprint: statements that answer in lines of JSON, which a name with a line break in it cannot break.
import type { FingerprintLevel } from "../../schemas/manifest.ts"
import { allDefinitions } from "./postgres-definitions.ts"
import { extensionOwned, ofPeople } from "./postgres-sql.ts"

/** A part of a name, in quotes only where it could be read as two. */
const part = (name: string) =>
  `case when ${name} ~ '[."]' then '"' || replace(${name}, '"', '""') || '"' else ${name} end`
const fullName = `${part("n.nspname")} || '.' || ${part("c.relname")}`

const relations = (kind: "r" | "S") => `pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind = '${kind}' and c.relpersistence <> 't' and ${ofPeople} and not ${extensionOwned("pg_class", "c.oid")}`

/** Longer than a statement of an application holds a table, shorter than a migration that waits for the dump. */
const lockWaitMilliseconds = 5000

/**
 * A definition is told in the same words, whatever a database's own settings are. Begins a transaction that sees one snapshot and writes nothing. A row that may not be seen is an error, as it is to pg_dump;
 * limits that were set for applications do not end it; counting leaves the processors to the dump, and is given up soon after
 * its client is gone (from version 14 on).
 */
export const begin = `select set_config(name, '0', false) from pg_settings where name in
  ('statement_timeout', 'transaction_timeout', 'idle_in_transaction_session_timeout', 'max_parallel_workers_per_gather')
\\g /dev/null
select set_config(name, '2s', false) from pg_settings where name = 'client_connection_check_interval'
\\g /dev/null
set standard_conforming_strings = on;
set quote_all_identifiers = off;
set datestyle = iso;
set intervalstyle = postgres;
set timezone = utc;
set extra_float_digits = 1;
set row_security = off;
set lock_timeout = ${lockWaitMilliseconds};
begin isolation level repeatable read, read only;
`

export const exportSnapshot = "select json_build_object('snapshot', pg_export_snapshot());\n"

/** A sequence is not part of a snapshot. Asked before the dump begins, a restored one is never behind this. */
export const listSequences = `select json_build_object('sequences', coalesce(json_object_agg(${fullName},
  coalesce(case when has_sequence_privilege(c.oid, 'USAGE') or has_sequence_privilege(c.oid, 'SELECT')
  then pg_sequence_last_value(c.oid) end::text, '')), '{}')) from ${relations("S")};\n`

/** Those that the server notes as owning or being granted something (it notes nothing of its first superuser), and owners of relations and schemas. */
const roles = `(select json_agg(distinct pg_get_userbyid(oid)) from (
  select refobjid from pg_shdepend s, pg_database d where d.datname = current_database() and s.dbid = d.oid and s.refclassid = 'pg_authid'::regclass
  union select c.relowner from pg_class c join pg_namespace n on n.oid = c.relnamespace where ${ofPeople} and not ${extensionOwned("pg_class", "c.oid")}
  union select n.nspowner from pg_namespace n where ${ofPeople} and n.nspname <> 'public' and not ${extensionOwned("pg_namespace", "n.oid")}
  ) as involved(oid))`

const describe = `select json_build_object(
  'schemaSha256', encode(sha256(convert_to(${allDefinitions}, getdatabaseencoding())), 'hex'),
  'extensions', (select coalesce(json_object_agg(extname, extversion), '{}') from pg_extension),
  'roles', coalesce(${roles}, '[]'),
  'databaseBytes', pg_database_size(current_database()))`

/**
 * As the planner guesses: the density that was last seen, times the size now. 0 only for a table without any bytes, so that a
 * table that was just filled and never looked at does not count as an empty one.
 */
const estimate = `case
  when pg_relation_size(c.oid) = 0 then 0
  when c.reltuples > 0 and c.relpages > 0
    then round(c.reltuples::numeric / c.relpages * (pg_relation_size(c.oid) / current_setting('block_size')::int))
  else greatest(pg_stat_get_live_tuples(c.oid), 1) end`
const estimateRows = `select json_build_object('rows', coalesce(json_object_agg(${fullName}, ${estimate}), '{}')) from ${relations("r")}`

/** `tables`: id and size of each, the small ones first, for `countRows`. */
const listTables = `select json_build_object('tables', coalesce(json_agg(json_build_array(oid::bigint, bytes) order by bytes), '[]'))
  from (select c.oid, coalesce(pg_relation_size(c.oid), 0) as bytes from ${relations("r")}) as these`

/** Everything but sequences and exact rows. */
export const describeStatements = (level: FingerprintLevel) =>
  `${describe}\n;\n${level === "exact" ? listTables : estimateRows}\n;\n`

/**
 * One statement a table, each alone with its lock, so that it never waits for one while it holds another. A table that was
 * emptied or rewritten meanwhile shows another file: such a command does not leave old snapshots their rows.
 */
const count = (which: string) => `select 'savepoint uncounted',
  format('select json_build_object(%L, %L, %L, count(*), %L, pg_relation_filenode(%s) is distinct from %s) from only %I.%I',
    'table', ${fullName}, 'rows', 'rewritten', c.oid, c.relfilenode, n.nspname, c.relname),
  'rollback to savepoint uncounted'
from ${relations("r")} ${which}
\\gexec
`
export const countRows = (tables: readonly number[]) => count(`and c.oid = any ('{${tables.join(",")}}')`)
export const countAllRows = count("")

/** The last line of an answer: no JSON is like it. */
export const endLine = "dbbackup: end"
export const finish = `select '${endLine}';\n`
