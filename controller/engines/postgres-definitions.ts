// How every definition in a PostgreSQL database is told, so that a dump of it, restored, tells the same. From version 11 on.
import { extensionOwned, ofPeople } from "./postgres-sql.ts"

/**
 * An expression that a server has parsed and one that it parses anew from its own words differ in casts and brackets:
 * `(ARRAY['a'::character varying])::text[]` comes back as `ARRAY[('a'::character varying)::text]`. Both are left out, and spaces.
 */
const plain = (expression: string) => `regexp_replace(${expression}, '${castsAndBrackets}', '', 'g')`
const castsAndBrackets = String.raw`::("[^"]+"|[a-z_][a-z_0-9$]*)(\.("[^"]+"|[a-z_][a-z_0-9$]*))?(\([0-9, ]+\))?( varying| precision| with time zone| without time zone)?(\([0-9, ]+\))?(\[\])*|[()\s]`

const own = (catalogue: string, oid: string) => `${ofPeople} and not ${extensionOwned(catalogue, oid)}`

/** The columns of a relation that inherits are restored in another order. */
const place = `case when not exists (select from pg_inherits i where i.inhrelid = c.oid)
  then row_number() over (partition by c.oid order by a.attnum) end`

/** Queries of one column: a JSON array that begins with the kind and the name. Owners and rights are no part of a definition. */
const definitions: readonly string[] = [
  // A dump does not say that public was dropped, so that a restored database has one: it counts as there.
  `select json_build_array('schema', nspname) from (select 'public'::name as nspname
    union select n.nspname from pg_namespace n where ${own("pg_namespace", "n.oid")}) as n`,
  `select json_build_array('relation', n.nspname, c.relname, c.relkind, c.relpersistence, c.reloptions, c.relrowsecurity, c.relforcerowsecurity,
    pg_get_partkeydef(c.oid), pg_get_expr(c.relpartbound, c.oid), case when c.relkind in ('v', 'm') then ${plain("pg_get_viewdef(c.oid)")} end,
    (select json_agg(i.inhparent::regclass::text order by i.inhseqno) from pg_inherits i where i.inhrelid = c.oid),
    (select json_build_array(s.srvname, t.ftoptions) from pg_foreign_table t join pg_foreign_server s on s.oid = t.ftserver where t.ftrelid = c.oid))
    from relation c join pg_namespace n on n.oid = c.relnamespace`,
  `select json_build_array('column', n.nspname, c.relname, a.attname, ${place}, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
    to_jsonb(a)->>'attgenerated', case when a.attcollation <> t.typcollation then a.attcollation::regcollation::text end, ${plain("pg_get_expr(d.adbin, d.adrelid)")})
    from relation c join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where c.relkind <> 'S'`,
  `select json_build_array('constraint', n.nspname, coalesce(c.relname, t.typname), o.conname, ${plain("pg_get_constraintdef(o.oid)")})
    from pg_constraint o left join relation c on c.oid = o.conrelid
    left join pg_type t on t.oid = o.contypid and not ${extensionOwned("pg_type", "t.oid")}
    join pg_namespace n on n.oid = coalesce(c.relnamespace, t.typnamespace)
    where o.contype in ('c', 'f', 'p', 'u', 'x') and o.conparentid = 0 and ${ofPeople}`,
  // One that could not be made concurrently is invalid, and left out of dumps.
  `select json_build_array('index', n.nspname, c.relname, x.indexrelid::regclass::text, ${plain("pg_get_indexdef(x.indexrelid)")}, x.indisclustered)
    from pg_index x join relation c on c.oid = x.indrelid join pg_namespace n on n.oid = c.relnamespace
    where x.indisvalid or c.relkind = 'p'`,
  `select json_build_array('sequence', n.nspname, c.relname, format_type(s.seqtypid, null), s.seqstart, s.seqmin, s.seqmax, s.seqincrement, s.seqcycle, s.seqcache)
    from pg_sequence s join relation c on c.oid = s.seqrelid join pg_namespace n on n.oid = c.relnamespace`,
  `select json_build_array('trigger', n.nspname, c.relname, t.tgname, ${plain("pg_get_triggerdef(t.oid)")}, t.tgenabled)
    from pg_trigger t join relation c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
    where not t.tgisinternal and coalesce(to_jsonb(t)->>'tgparentid', case when c.relispartition then '1' end, '0') = '0'`,
  `select json_build_array('rule', n.nspname, c.relname, r.rulename, ${plain("pg_get_ruledef(r.oid)")}, r.ev_enabled)
    from pg_rewrite r join relation c on c.oid = r.ev_class join pg_namespace n on n.oid = c.relnamespace where r.rulename <> '_RETURN'`,
  `select json_build_array('policy', n.nspname, c.relname, p.polname, p.polcmd, p.polpermissive,
    (select json_agg(case when r = 0 then 'public' else pg_get_userbyid(r) end order by 1) from unnest(p.polroles) r),
    ${plain("pg_get_expr(p.polqual, p.polrelid)")}, ${plain("pg_get_expr(p.polwithcheck, p.polrelid)")})
    from pg_policy p join relation c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace`,
  `select json_build_array('statistics', n.nspname, s.stxname, ${plain("pg_get_statisticsobjdef(s.oid)")})
    from pg_statistic_ext s join pg_namespace n on n.oid = s.stxnamespace where ${own("pg_statistic_ext", "s.oid")}`,
  `select json_build_array('function', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid), p.prosrc, ${plain("pg_get_functiondef(p.oid)")})
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace where p.prokind <> 'a' and ${own("pg_proc", "p.oid")}
    and not exists (select from pg_depend i where i.classid = 'pg_proc'::regclass and i.objid = p.oid and i.deptype = 'i')`,
  `select json_build_array('aggregate', n.nspname, p.proname, pg_get_function_arguments(p.oid), a.aggkind, a.aggtransfn::regprocedure::text,
    a.aggfinalfn::regprocedure::text, a.aggcombinefn::regprocedure::text, format_type(a.aggtranstype, null), a.agginitval, a.aggsortop::regoperator::text)
    from pg_aggregate a join pg_proc p on p.oid = a.aggfnoid join pg_namespace n on n.oid = p.pronamespace where ${own("pg_proc", "p.oid")}`,
  `select json_build_array('type', n.nspname, t.typname, t.typtype, t.typnotnull, case when t.typbasetype <> 0 then format_type(t.typbasetype, t.typtypmod) end,
    ${plain("pg_get_expr(t.typdefaultbin, 0)")}, (select json_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid),
    (select format_type(r.rngsubtype, null) from pg_range r where r.rngtypid = t.oid))
    from pg_type t join pg_namespace n on n.oid = t.typnamespace where t.typtype in ('d', 'e', 'r') and ${own("pg_type", "t.oid")}`,
  `select json_build_array('event trigger', v.evtname, v.evtevent, v.evtfoid::regproc::text, v.evtenabled, v.evttags)
    from pg_event_trigger v where not ${extensionOwned("pg_event_trigger", "v.oid")}`,
]

/** Tables, views, sequences, foreign tables and composite types of people's own. */
const relation = `relation as materialized (select c.* from pg_class c join pg_namespace n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'f', 'v', 'm', 'S', 'c') and c.relpersistence <> 't' and ${own("pg_class", "c.oid")})`

/** A scalar subquery: one text of all definitions. */
export const allDefinitions = `(with ${relation}, defined(line) as (
  ${definitions.map((query) => `select line::text from (${query}) as these(line)`).join("\n  union all ")})
  select coalesce(string_agg(line, E'\\n' order by line collate "C"), '') from defined)`
