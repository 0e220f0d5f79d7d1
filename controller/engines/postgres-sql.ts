// What PostgreSQL is asked. Works on every version from 9.6 on: columns that came later are read through to_jsonb.

/** Expression over pg_database d: what is needed to create the database anew. Null values are left out. */
const attributes = `json_strip_nulls(json_build_object(
  'encoding', pg_encoding_to_char(d.encoding),
  'collate', d.datcollate,
  'ctype', d.datctype,
  'localeProvider', case to_jsonb(d)->>'datlocprovider' when 'i' then 'icu' when 'b' then 'builtin' else 'libc' end,
  'locale', coalesce(to_jsonb(d)->>'datlocale', to_jsonb(d)->>'daticulocale'),
  'icuRules', to_jsonb(d)->>'daticurules',
  'owner', pg_get_userbyid(d.datdba),
  'settings', (select array_to_json(s.setconfig)::text from pg_db_role_setting s where s.setdatabase = d.oid and s.setrole = 0)
))`

export const extensionOwned = (catalogue: string, oid: string) =>
  `exists (select from pg_depend e where e.classid = '${catalogue}'::regclass and e.objid = ${oid} and e.deptype = 'e')`
export const ofPeople = "n.nspname !~ '^pg_' and n.nspname <> 'information_schema'"

/**
 * One line of JSON: how many of each kind of object a dump must hold, as pg_dump chooses them: no system schemas, nothing
 * temporary, nothing that an extension brings along. Where versions of pg_dump differ, the fewer are counted. And TimescaleDB's version, and
 * its schema where that is an unusual one: a restore must prepare for it.
 */
export const describeContents = `with
relation as (select c.oid, c.relkind, to_jsonb(c)->>'relispartition' as partition
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'f', 'v', 'm', 'S') and c.relpersistence <> 't' and ${ofPeople} and not ${extensionOwned("pg_class", "c.oid")}),
sequence as (select r.oid from relation r where r.relkind = 'S' and not exists (select from pg_depend o
  where o.classid = 'pg_class'::regclass and o.objid = r.oid and o.deptype in ('a', 'i') and ${extensionOwned("pg_class", "o.refobjid")})),
routine as (select coalesce(to_jsonb(p)->>'prokind', case when (to_jsonb(p)->>'proisagg')::boolean then 'a' else 'f' end) as kind
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where ${ofPeople} and not exists (select from pg_depend e
    where e.classid = 'pg_proc'::regclass and e.objid = p.oid and e.deptype in ('e', 'i')))
select json_strip_nulls(json_build_object(
  'schemas', nullif((select count(*) from pg_namespace n where ${ofPeople} and n.nspname <> 'public' and not ${extensionOwned("pg_namespace", "n.oid")}), 0),
  'tables', (select count(*) from relation where relkind in ('r', 'p')),
  'foreign tables', nullif((select count(*) from relation where relkind = 'f'), 0),
  'views', nullif((select count(*) from relation where relkind = 'v'), 0),
  'materialized views', nullif((select count(*) from relation where relkind = 'm'), 0),
  'sequences', nullif((select count(*) from sequence), 0),
  'functions', nullif((select count(*) from routine where kind in ('f', 'w')), 0),
  'procedures', nullif((select count(*) from routine where kind = 'p'), 0),
  'aggregates', nullif((select count(*) from routine where kind = 'a'), 0),
  'triggers', nullif((select count(*) from pg_trigger t join relation r on r.oid = t.tgrelid
    where not t.tgisinternal and coalesce(to_jsonb(t)->>'tgparentid', case r.partition when 'true' then '1' end, '0') = '0'
    and not ${extensionOwned("pg_trigger", "t.oid")}), 0),
  'large objects', nullif((select count(*) from pg_largeobject_metadata), 0),
  'timescaledb', (select extversion from pg_extension where extname = 'timescaledb'),
  'timescaledbSchema', (select nspname from pg_extension e join pg_namespace n on n.oid = e.extnamespace
    where extname = 'timescaledb' and nspname <> 'public')
))`

/** One line of JSON: what a dump of a part can choose from. Counts as above. */
export const listRelations = `select coalesce(json_agg(json_build_object(
  'id', c.oid::text, 'schema', n.nspname, 'name', c.relname, 'kind', c.relkind,
  'rows', c.relkind = 'r' and c.relpersistence = 'p',
  'triggers', (select count(*) from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal
    and coalesce(to_jsonb(t)->>'tgparentid', case to_jsonb(c)->>'relispartition' when 'true' then '1' end, '0') = '0'
    and not ${extensionOwned("pg_trigger", "t.oid")}),
  'parents', (select coalesce(json_agg(i.inhparent::text), '[]') from pg_inherits i where i.inhrelid = c.oid),
  'reads', (select coalesce(json_agg(distinct d.refobjid::text), '[]') from pg_rewrite w join pg_depend d
    on d.classid = 'pg_rewrite'::regclass and d.objid = w.oid and d.refclassid = 'pg_class'::regclass and d.refobjid <> c.oid
    where w.ev_class = c.oid and c.relkind in ('v', 'm'))
) order by n.nspname, c.relname), '[]')
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'f', 'v', 'm') and c.relpersistence <> 't' and ${ofPeople} and not ${extensionOwned("pg_class", "c.oid")}`

/** A connection limit of -2 marks what an interrupted DROP DATABASE leaves: nobody can connect to it. */
const databases = "pg_database d where d.datallowconn and not d.datistemplate and d.datconnlimit <> -2"

/** One line of JSON, as `readProbe` takes it. `confined`: the command line says to listen nowhere but on the socket. */
export const describeServer = `select json_build_object(
  'version', current_setting('server_version'),
  'standby', pg_is_in_recovery(),
  'superuser', (select rolsuper from pg_roles where rolname = current_user),
  'user', current_user,
  'confined', exists (select from pg_settings where name = 'listen_addresses' and setting = '' and source = 'command line'),
  'tls', (select version from pg_stat_ssl where pid = pg_backend_pid()),
  'broken', (select coalesce(json_agg(datname), '[]') from pg_database where datconnlimit = -2),
  'databases', (select coalesce(json_agg(json_build_object('name', d.datname, 'attributes', ${attributes})), '[]') from ${databases})
)`

/** Names that a line can carry. */
export const listNames = `select d.datname from ${databases} and d.datname !~ '[\\n\\r]' order by 1`

/** One line of JSON: attributes and objects of the database connected to. */
export const describeDatabase = `select json_build_object('attributes', ${attributes}, 'objects', (${describeContents}))
  from pg_database d where d.datname = current_database()`

/**
 * Statements with psql's variables `name` and `facts` (JSON of attributes). The server quotes names and values; what the facts lack is left out. An owner that
 * is gone, or that we may not give to, is left out; settings of the database (ALTER DATABASE … SET) are made again.
 */
export const createDatabase = String.raw`
select format('create database %I template template0', :'name')
  || coalesce(' encoding ' || quote_literal(f->>'encoding'), '')
  || coalesce(' lc_collate ' || quote_literal(f->>'collate'), '')
  || coalesce(' lc_ctype ' || quote_literal(f->>'ctype'), '')
  || case
       when v >= 150000 and f->>'localeProvider' = 'icu' then ' locale_provider icu' || coalesce(' icu_locale ' || quote_literal(f->>'locale'), '')
         || case when v >= 160000 then coalesce(' icu_rules ' || quote_literal(f->>'icuRules'), '') else '' end
       when v >= 170000 and f->>'localeProvider' = 'builtin' then ' locale_provider builtin' || coalesce(' builtin_locale ' || quote_literal(f->>'locale'), '')
       when v >= 150000 and f->>'localeProvider' = 'libc' then ' locale_provider libc'
       else ''
     end
  || coalesce((select format(' owner %I', rolname) from pg_roles where rolname = f->>'owner' and pg_has_role(oid, 'member')), '')
from (select :'facts'::json as f, current_setting('server_version_num')::int as v) as given
\gexec
select format('alter database %I set %I to %s', :'name', split_part(setting, '=', 1),
  case when lower(split_part(setting, '=', 1)) in
    ('search_path', 'temp_tablespaces', 'local_preload_libraries', 'session_preload_libraries')
  then substr(setting, strpos(setting, '=') + 1) else quote_literal(substr(setting, strpos(setting, '=') + 1)) end)
from json_array_elements_text((:'facts'::json->>'settings')::json) as setting
\gexec
`

/**
 * Statements with psql's variables; prints others, for inside the database. `which`: a condition on pg_database d. The slot at the
 * publisher stays: a restored subscription names the one of the original.
 */
export const dropSubscriptions = (which: string) => String.raw`
select format('alter database %I with allow_connections true', d.datname) from pg_database d
where ${which} and not d.datallowconn and exists (select from pg_subscription s where s.subdbid = d.oid)
\gexec
select format('alter subscription %1$I disable; alter subscription %1$I set (slot_name = none); drop subscription %1$I;', s.subname)
from pg_subscription s join pg_database d on d.oid = s.subdbid where ${which};
`

export const ofThatName = "d.datname = :'name'"

/** Statements with psql's variable `name`. Sessions still in the database are ended. */
export const dropDatabase = String.raw`
select pg_terminate_backend(pid) from pg_stat_activity
where datname = :'name' and pid <> pg_backend_pid() and current_setting('server_version_num')::int < 130000
\g /dev/null
select format('drop database if exists %I', :'name')
  || case when current_setting('server_version_num')::int >= 130000 then ' with (force)' else '' end
\gexec
`

/** The comment of a database that a restore is filling. */
export const mark = (restoreId: string) => `dbbackup is restoring into this database (${restoreId})`

/** Statements with psql's variables `name` and `facts` (the mark). */
export const claim = String.raw`select format('comment on database %I is %L', :'name', :'facts')
\gexec
`

export const release = String.raw`select format('comment on database %I is null', :'name')
\gexec
`

export const marked = "d.datname = :'name' and shobj_description(d.oid, 'pg_database') = :'facts'"

/** Statements with psql's variables `name` and `facts` (the mark). The word is only read when the rest succeeded. */
export const dropUnfinished = String.raw`
select 'dropped' from pg_database d where ${marked};
select pg_terminate_backend(a.pid) from pg_stat_activity a, pg_database d
where ${marked} and a.datid = d.oid and a.pid <> pg_backend_pid()
\g /dev/null
select format('drop database %I', d.datname)
  || case when current_setting('server_version_num')::int >= 130000 then ' with (force)' else '' end
from pg_database d where ${marked}
\gexec
`

/** Facts: names of roles. Makes those that are missing, and prints them. */
export const makeRoles = `select r as made from json_array_elements_text(:'facts'::json) r
where not exists (select from pg_roles where rolname = r) and r <> 'public' order by r;
select format('create role %I', r) from json_array_elements_text(:'facts'::json) r
where not exists (select from pg_roles where rolname = r) and r <> 'public'
\\gexec`
