// Takes away from a PostgreSQL database what a backup is going to put there, in the transaction of the load, and looks afterwards whether all
// of it is there again. What else there is stays, or nothing happens.
import {
  type Around,
  block,
  emptyExtensions,
  forDefaultRights,
  grantee,
  leaveMark,
  lock,
  resetDefaultRights,
  runAll,
} from "./postgres-in-place-sql.ts"
import { ownObjects } from "./postgres-own-objects.ts"

/** To be given again by `giveDefaultRights`. */
const noteDefaultRights = `  create temporary table dbbackup_default on commit drop as
  select s.nth, format('alter default privileges for role %I', pg_get_userbyid(d.defaclrole))
    || case when n.nspname is null then '' else format(' in schema %I', n.nspname) end || s.rest as one
  from (select d.*, case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types' when 'n' then 'schemas' else 'large objects' end as what
    from pg_default_acl d) as d left join pg_namespace n on n.oid = d.defaclnamespace, lateral (
    select 1, format(' revoke all on %s from public, %I', d.what, pg_get_userbyid(d.defaclrole)) where n.nspname is null
    union all select 2, format(' grant %s on %s to %s%s', a.privilege_type, d.what, ${grantee}, case when a.is_grantable then ' with grant option' else '' end)
    from aclexplode(d.defaclacl) a) as s(nth, rest);
`
const giveDefaultRights = `  select array_agg(d.one order by d.nth) into statements from pg_temp.dbbackup_default d;
${runAll}`

const makeNotes = `  create temporary table dbbackup_key (relation oid, name text, definition text, note text) on commit drop;
  create temporary table dbbackup_trigger (relation oid, name text, enabled "char") on commit drop;
  create temporary table dbbackup_target (classid oid, objid oid, grp text, identity text, drop_it text) on commit drop;
`

/** Foreign keys by `which` are taken off, to be put on again once the rows are there: then they must hold. */
const takeKeysOff = (which: string) => `  insert into pg_temp.dbbackup_key
  select k.conrelid, k.conname, pg_get_constraintdef(k.oid), obj_description(k.oid, 'pg_constraint')
  from pg_constraint k where k.contype = 'f' and k.conparentid = 0 and (${which});
  select array_agg(format('alter table %s drop constraint %I', k.relation::regclass, k.name)) into statements from pg_temp.dbbackup_key k;
${runAll}`

const putKeysOn = `  select array_agg(s.one) into statements from pg_temp.dbbackup_key k, lateral (values
    (format('alter table %s add constraint %I %s', k.relation::regclass, k.name, k.definition)),
    (case when k.note is not null then format('comment on constraint %I on %s is %L', k.name, k.relation::regclass, k.note) end)) as s(one)
  where s.one is not null;
${runAll}`

const target = (classid: string, objid: string) =>
  `exists (select from pg_temp.dbbackup_target t where t.classid = ${classid} and t.objid = ${objid})`
const gone = (classid: string, objid: string) =>
  `exists (select from gone g where g.classid = ${classid} and g.objid = ${objid})`

/** What would go or break with it, and is not in the backup. Parts of what goes, such as indexes, are no loss of their own. */
const dependents = `with recursive gone(classid, objid) as (
    select t.classid, t.objid from pg_temp.dbbackup_target t
    union select d.classid, d.objid from gone g join pg_depend d on d.refclassid = g.classid and d.refobjid = g.objid
      left join pg_class c on d.classid = 'pg_class'::regclass and c.oid = d.objid
      where d.deptype in ('a', 'i', 'P', 'S') and (c.oid is null or c.relkind not in ('r', 'p', 'f', 'v', 'm')))
  select string_agg(distinct these.one, ', ') into words from (
    select coalesce((select pg_describe_object('pg_class'::regclass, r.ev_class, 0) from pg_rewrite r where d.classid = 'pg_rewrite'::regclass and r.oid = d.objid),
      pg_describe_object(d.classid, d.objid, d.objsubid)) from gone g join pg_depend d on d.refclassid = g.classid and d.refobjid = g.objid
    where d.deptype = 'n' and not ${gone("d.classid", "d.objid")}
      and not exists (select from pg_constraint k where d.classid = 'pg_constraint'::regclass and k.oid = d.objid and k.contype = 'f')
    union select pg_describe_object('pg_class'::regclass, i.inhrelid, 0) from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where c.relkind in ('r', 'p', 'f') and ${gone("'pg_class'::regclass", "i.inhparent")} and not ${gone("'pg_class'::regclass", "i.inhrelid")}
    union select pg_describe_object('pg_publication'::regclass, p.prpubid, 0) from pg_publication_rel p
    where ${gone("'pg_class'::regclass", "p.prrelid")} and not ${gone("'pg_publication'::regclass", "p.prpubid")}
  ) as these(one);
`

/** Takes away what the backup makes, and nothing else: it fails, with names, where other objects depend on that. */
export function clearPlace(around: Around): string {
  return block(
    around,
    forDefaultRights,
    `${makeNotes}
  insert into pg_temp.dbbackup_target select o.classid, o.objid, o.grp, o.identity, o.drop_it from (${ownObjects}) o
  join json_to_recordset(ask->'made') as m("group" text, schema text, tag text)
    on m."group" = o.grp and m.tag = o.tag and m.schema is not distinct from o.schema;
  select string_agg('only ' || t.identity, ', ') into words from pg_temp.dbbackup_target t join pg_class c on c.oid = t.objid
  where t.grp = 'relation' and c.relkind in ('r', 'p');
${lock}
${dependents}
  if words is not null then
    raise exception 'dbbackup: other objects depend on what the backup replaces: %', left(words, 240);
  end if;
${takeKeysOff(`${target("'pg_class'::regclass", "k.confrelid")} and not ${target("'pg_class'::regclass", "k.conrelid")}`)}
  create temporary table dbbackup_staying on commit drop as select o.classid, o.objid, o.grp, o.identity from (${ownObjects}) o
  where not ${target("o.classid", "o.objid")};
  select array_agg(t.drop_it order by array_position(array['event trigger', 'publication', 'relation', 'routine', 'type'], t.grp))
  into statements from pg_temp.dbbackup_target t;
${runAll}
  perform lo_unlink(l.oid) from pg_largeobject_metadata l join json_array_elements_text(ask->'largeObjects') as m(id) on m.id::oid = l.oid;
${emptyExtensions}${noteDefaultRights}${resetDefaultRights}
  select string_agg(concat_ws(' ', s.grp, s.identity), ', ') into words from pg_temp.dbbackup_staying s
  where not exists (select from (${ownObjects}) o where o.classid = s.classid and o.objid = s.objid)
    and not exists (select from pg_temp.dbbackup_target t where t.identity = s.identity);
  if words is not null then
    raise exception 'dbbackup: other objects depend on what the backup replaces: %', left(words, 240);
  end if;
${leaveMark}`,
  )
}

/** Once the load is done: what was taken away is there again, and foreign keys of tables that stayed hold. */
export const checkPlace = block(
  {},
  "",
  `${putKeysOn}${giveDefaultRights}
  select string_agg(concat_ws(' ', t.grp, t.identity), ', ') into words from pg_temp.dbbackup_target t
  where not exists (select from (${ownObjects}) o where o.grp = t.grp and o.identity = t.identity);
  if words is not null then
    raise exception 'dbbackup: this would be lost, the backup does not hold it: %', left(words, 240);
  end if;
`,
)

/** Takes the rows away that the backup brings, of tables that stay as they are. */
export function clearRows(around: Omit<Around, "made">): string {
  return block(
    around,
    "",
    `${makeNotes}
  select string_agg(concat_ws('.', f.schema, f.name), ', ') into words from json_to_recordset(ask->'filled') as f(schema text, name text)
  where not exists (select from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = f.schema and c.relname = f.name and c.relkind in ('r', 'p'));
  if words is not null then
    raise exception 'dbbackup: there is no table for the rows of %', left(words, 240);
  end if;
  insert into pg_temp.dbbackup_target select o.classid, o.objid, o.grp, o.identity, null from (${ownObjects}) o join pg_class c on c.oid = o.objid
  join json_to_recordset(ask->'filled') as f(schema text, name text) on f.schema = o.schema and f.name = c.relname where o.grp = 'relation';
  select string_agg('only ' || t.identity, ', ') into words from pg_temp.dbbackup_target t;
${lock}
${takeKeysOff(`k.oid in (with recursive touching(id, parent) as (
    select c.oid, c.conparentid from pg_constraint c where c.contype = 'f' and (${target("'pg_class'::regclass", "c.confrelid")} or ${target("'pg_class'::regclass", "c.conrelid")})
    union select c.oid, c.conparentid from touching t join pg_constraint c on c.oid = t.parent) select id from touching)`)}
  insert into pg_temp.dbbackup_trigger select g.tgrelid, g.tgname, g.tgenabled from pg_trigger g
  where not g.tgisinternal and g.tgenabled <> 'D' and ${target("'pg_class'::regclass", "g.tgrelid")};
  select array_agg(format('alter table only %s disable trigger %I', g.relation::regclass, g.name)) into statements from pg_temp.dbbackup_trigger g;
${runAll}
  if words is not null then
    execute 'truncate table ' || words;
  end if;
  perform lo_unlink(l.oid) from pg_largeobject_metadata l join json_array_elements_text(ask->'largeObjects') as m(id) on m.id::oid = l.oid;
${emptyExtensions}
${leaveMark}`,
  )
}

/** Once the rows are there: triggers fire as before, and foreign keys hold. */
export const checkRows = block(
  {},
  "",
  `${putKeysOn}
  select array_agg(format('alter table only %s enable %s trigger %I', g.relation::regclass,
    case g.enabled when 'R' then 'replica' when 'A' then 'always' else '' end, g.name)) into statements from pg_temp.dbbackup_trigger g;
${runAll}`,
)
