// Every object of people's own in a PostgreSQL database, with how it is dropped, and what pg_dump calls it in an archive. From version 11 on.

/** What only one object of a name can be of. */
export const groups: Readonly<Record<string, string>> = {
  TABLE: "relation",
  VIEW: "relation",
  "MATERIALIZED VIEW": "relation",
  SEQUENCE: "relation",
  "FOREIGN TABLE": "relation",
  FUNCTION: "routine",
  PROCEDURE: "routine",
  AGGREGATE: "routine",
  TYPE: "type",
  DOMAIN: "type",
  "SHELL TYPE": "type",
  OPERATOR: "operator",
  "OPERATOR CLASS": "operator class",
  "OPERATOR FAMILY": "operator family",
  COLLATION: "collation",
  CONVERSION: "conversion",
  "TEXT SEARCH CONFIGURATION": "text search configuration",
  "TEXT SEARCH DICTIONARY": "text search dictionary",
  "TEXT SEARCH PARSER": "text search parser",
  "TEXT SEARCH TEMPLATE": "text search template",
  STATISTICS: "statistics",
  CAST: "cast",
  "EVENT TRIGGER": "event trigger",
  PUBLICATION: "publication",
  SERVER: "server",
  "FOREIGN DATA WRAPPER": "foreign data wrapper",
  "ACCESS METHOD": "access method",
}

/** Objects that the server's own set-up made have lower ids. */
const firstOfPeople = 16384

const parameters =
  "(select coalesce(string_agg(format_type(a.t, null), ', ' order by a.n), '') from unnest(p.proargtypes) with ordinality a(t, n))"
const named = (group: string, catalogue: string, prefix: string) =>
  `select '${group}', '${catalogue}'::regclass::oid, o.oid, o.${prefix}namespace, o.${prefix}name::text, '${group}', null::text from ${catalogue} o`
const bare = (group: string, catalogue: string, prefix: string) =>
  `select '${group}', '${catalogue}'::regclass::oid, o.oid, 0::oid, o.${prefix}name::text, '${group}', null::text from ${catalogue} o`

/**
 * A query: group, classid and objid as in pg_depend, schema, the tag that pg_dump gives it where the search path is empty, identity, and
 * the statement that drops it with what depends on it. Only what stands for itself: neither parts of others nor members of extensions.
 */
export const ownObjects = `select o.grp, o.classid, o.objid, n.nspname::text as schema, o.tag, i.identity,
  format('drop %s if exists %s cascade', o.word, coalesce(o.called, i.identity)) as drop_it
from (
  select 'relation', 'pg_class'::regclass::oid, c.oid, c.relnamespace, c.relname::text,
    case c.relkind when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence' when 'f' then 'foreign table' else 'table' end, null::text
    from pg_class c where c.relkind in ('r', 'p', 'v', 'm', 'S', 'f') and c.relpersistence <> 't'
  union all select 'routine', 'pg_proc'::regclass::oid, p.oid, p.pronamespace,
    p.proname || '(' || case when p.prokind = 'a' and p.pronargs = 0 then '*' else ${parameters} end || ')', 'routine', p.oid::regprocedure::text from pg_proc p
  union all select 'type', 'pg_type'::regclass::oid, t.oid, t.typnamespace, t.typname::text, 'type', null from pg_type t where t.typtype <> 'p' or not t.typisdefined
  union all select 'operator', 'pg_operator'::regclass::oid, p.oid, p.oprnamespace, p.oprname::text, 'operator', p.oid::regoperator::text from pg_operator p
  union all ${named("operator class", "pg_opclass", "opc")}
  union all ${named("operator family", "pg_opfamily", "opf")}
  union all ${named("collation", "pg_collation", "coll")}
  union all ${named("conversion", "pg_conversion", "con")}
  union all ${named("text search configuration", "pg_ts_config", "cfg")}
  union all ${named("text search dictionary", "pg_ts_dict", "dict")}
  union all ${named("text search parser", "pg_ts_parser", "prs")}
  union all ${named("text search template", "pg_ts_template", "tmpl")}
  union all ${named("statistics", "pg_statistic_ext", "stx")}
  union all select 'cast', 'pg_cast'::regclass::oid, c.oid, 0, format('CAST (%s AS %s)', format_type(c.castsource, null), format_type(c.casttarget, null)), 'cast', null from pg_cast c
  union all ${bare("event trigger", "pg_event_trigger", "evt")}
  union all ${bare("publication", "pg_publication", "pub")}
  union all ${bare("server", "pg_foreign_server", "srv")}
  union all ${bare("foreign data wrapper", "pg_foreign_data_wrapper", "fdw")}
  union all ${bare("access method", "pg_am", "am")}
) as o(grp, classid, objid, space, tag, word, called)
left join pg_namespace n on n.oid = o.space, lateral pg_identify_object(o.classid, o.objid, 0) as i
where o.objid >= ${firstOfPeople} and (o.space = 0 or (n.nspname !~ '^pg_' and n.nspname <> 'information_schema'))
  and not exists (select from pg_depend d where d.classid = o.classid and d.objid = o.objid and d.objsubid = 0 and d.deptype in ('i', 'e'))`
