// Empties a PostgreSQL database before what is loaded into it, in the transaction of the load.
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

const ofPeople = `n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
    and not exists (select from pg_depend d where d.classid = 'pg_namespace'::regclass and d.objid = n.oid and d.deptype = 'e')`

/** Leaves what a new database has, extensions with what they need, and what is the database's own: owner, settings, grants on it. */
export function emptyDatabase(around: Omit<Around, "made" | "largeObjects">): string {
  return block(
    around,
    `  extensions oid[];\n${forDefaultRights}`,
    `  select string_agg('only ' || o.identity, ', ') into words from (${ownObjects}) o join pg_class c on c.oid = o.objid
  where o.grp = 'relation' and c.relkind in ('r', 'p');
${lock}
  select array_agg(e.oid) into extensions from pg_extension e;
  -- An event trigger would hear of every drop.
  select array_agg(o.drop_it order by array_position(array['event trigger', 'publication', 'relation', 'routine', 'type'], o.grp))
  into statements from (${ownObjects}) o;
${runAll}
  perform lo_unlink(l.oid) from pg_largeobject_metadata l;
  -- What an extension needs stays.
  select array_agg(format('drop schema %I cascade', n.nspname)) into statements from pg_namespace n
  where ${ofPeople} and n.nspname <> 'public' and not exists (select from pg_depend d
    where d.refclassid = 'pg_namespace'::regclass and d.refobjid = n.oid and d.classid <> 'pg_default_acl'::regclass);
${runAll}
  if current_setting('server_version_num')::int >= 150000
    and exists (select from pg_namespace n where n.nspname = 'public' and pg_get_userbyid(n.nspowner) <> 'pg_database_owner') then
    alter schema public owner to pg_database_owner;
  end if;
  select array_agg(format('revoke all on schema %I from %s cascade', n.nspname, ${grantee})) into statements
  from pg_namespace n, aclexplode(n.nspacl) a where ${ofPeople};
${runAll}
  select array_agg(g.one) into statements from pg_namespace n, lateral (values
    (format('grant all on schema %I to %I', n.nspname, pg_get_userbyid(n.nspowner))),
    (case when n.nspname = 'public' then 'grant usage' || case when current_setting('server_version_num')::int < 150000 then ', create' else '' end
      || ' on schema public to public' end)) as g(one)
  where ${ofPeople} and n.nspacl is not null and g.one is not null;
${runAll}
${resetDefaultRights}${emptyExtensions}
  select string_agg(concat_ws(' ', o.grp, o.tag), ', ') into words from (${ownObjects}) o;
  if words is not null then
    raise exception 'dbbackup: it could not be emptied, this is still there: %', left(words, 200);
  end if;
  select string_agg(x::text, ', ') into words from unnest(extensions) x where not exists (select from pg_extension e where e.oid = x);
  if words is not null then
    raise exception 'dbbackup: it could not be emptied without an extension';
  end if;
${leaveMark}`,
  )
}
