// How two PostgreSQL databases exchange a name: in one transaction, so that no crash leaves neither or half of it.

import type { Place, SwapWords } from "../core/swap-plan.ts"
import type { ToolOutcome } from "../ports.ts"

export const words: SwapWords = {
  exchange: (name, temporary) => [
    `In one transaction: rename ${name} to ${name}_before_ and the time, rename ${temporary} to ${name}, and give it the owner, rights, settings, comment and connection limit that ${name} has`,
  ],
  keptAs: "without connections",
}

/** The comment of a database that was replaced. */
export const keptMark = (restoreId: string) => `dbbackup keeps this database for an undo (${restoreId})`

/** Sessions of people in the database d. Tools of ours leave by themselves. */
const people =
  "pg_stat_activity a where a.datid = d.oid and a.pid <> pg_backend_pid() and a.application_name <> 'dbbackup' and a.backend_type in ('client backend', 'walsender')"

/** Statements with psql's variable `facts`: a JSON array of names. A line of JSON for each that exists. */
export const describePlaces = `
select json_build_object('name', d.datname, 'key', d.oid::text,
  'sessions', (select count(*) from ${people}),
  'who', (select coalesce(json_agg(distinct concat_ws(' ', a.usename, nullif('(' || a.application_name || ')', '()'))), '[]') from ${people}),
  'prepared', (select count(*) from pg_prepared_xacts p where p.database = d.datname),
  'subscriptions', (select count(*) from pg_subscription s where s.subdbid = d.oid),
  'slots', (select count(*) from pg_replication_slots s where s.database = d.datname))
from pg_database d where d.datname in (select json_array_elements_text(:'facts'::json))
`

export function readPlaces({ stdout }: Pick<ToolOutcome, "stdout">): readonly Place[] {
  const lines = stdout.split("\n").filter((line) => line !== "")
  return lines.map((line) => {
    const { name, key, sessions, who, prepared, subscriptions, slots } = JSON.parse(line)
    const count = (number: number, one: string) =>
      number === 0 ? [] : [`${number} ${one}${number === 1 ? "" : "s"}`]
    return {
      name: String(name),
      key: String(key),
      sessions: Number(sessions),
      who: who as readonly string[],
      obstacles: count(prepared, "prepared transaction").map((what) => ({
        what,
        todo: "Commit them or roll them back first.",
      })),
      staysBehind: [...count(subscriptions, "subscription"), ...count(slots, "replication slot")],
    }
  })
}

const grantee = "case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end"

/**
 * Statements with psql's variables `name`, the place, and `facts`: JSON of the oids `old`, what is in it, and `new`, what comes into it; `kept`, the
 * name of the old one from then on; its `mark`. Everything happens or nothing; prints `exchanged`. What belongs to the name rather than to
 * the contents stays with it: owner, rights, settings, comment, connection limit. The lock that the first renaming takes keeps others
 * from connecting until the end, and it waits 5 s for those who are connected to leave.
 */
export const exchange = String.raw`
select f->>'old' as old, f->>'new' as new, f->>'kept' as kept, f->>'mark' as mark from (select :'facts'::json as f) as given
\gset
begin;
select count(*) = 1 as same from pg_database o, pg_database n where o.oid = :'old'::oid and o.datname = :'name' and n.oid = :'new'::oid
\gset
\if :same
select format('alter database %I rename to %I', :'name', :'kept'), format('alter database %I rename to %I', n.datname, :'name')
from pg_database n where n.oid = :'new'::oid
\gexec
select format('alter database %I owner to %I', :'name', pg_get_userbyid(o.datdba)),
  format('alter database %I with connection limit %s allow_connections true', :'name', o.datconnlimit),
  format('comment on database %I is %s', :'name', coalesce(quote_literal(shobj_description(o.oid, 'pg_database')), 'null')),
  format('alter database %I reset all', :'name')
from pg_database o where o.oid = :'old'::oid
\gexec
select format('alter role %I in database %I reset all', pg_get_userbyid(s.setrole), :'name')
from pg_db_role_setting s where s.setdatabase = :'new'::oid and s.setrole <> 0
\gexec
select format('alter %s set %I to %s',
  case s.setrole when 0 then format('database %I', :'name') else format('role %I in database %I', pg_get_userbyid(s.setrole), :'name') end,
  split_part(setting, '=', 1), case when lower(split_part(setting, '=', 1)) in
    ('search_path', 'temp_tablespaces', 'local_preload_libraries', 'session_preload_libraries')
  then substr(setting, strpos(setting, '=') + 1) else quote_literal(substr(setting, strpos(setting, '=') + 1)) end)
from pg_db_role_setting s, unnest(s.setconfig) as setting where s.setdatabase = :'old'::oid
\gexec
select distinct format('revoke all on database %I from %s cascade', :'name', ${grantee})
from pg_database n, aclexplode(coalesce(n.datacl, acldefault('d', n.datdba))) a where n.oid = :'new'::oid
\gexec
select format('grant %s on database %I to %s%s', a.privilege_type, :'name', ${grantee}, case when a.is_grantable then ' with grant option' else '' end)
from pg_database o, aclexplode(coalesce(o.datacl, acldefault('d', o.datdba))) a where o.oid = :'old'::oid
\gexec
select format('alter database %I with allow_connections false', :'kept'), format('comment on database %I is %L', :'kept', :'mark')
\gexec
\endif
commit;
select 'exchanged' from pg_database where oid = :'new'::oid and datname = :'name';
`

/** Statements with the same variables: ends those who are connected, for as long as it has not happened, and for 6 s at most. */
export const endSessions = `select f->>'old' as old from (select :'facts'::json as f) as given
\\gset
${`select pg_terminate_backend(a.pid) from pg_stat_activity a where a.datid = :'old'::oid and a.pid <> pg_backend_pid();
select pg_sleep(0.2) from pg_database where oid = :'old'::oid and datname = :'name';
`.repeat(30)}`

export const kept =
  "d.datname = :'name' and d.oid = (:'facts'::json->>'key')::oid and shobj_description(d.oid, 'pg_database') = :'facts'::json->>'mark'"

/** Statements with psql's variables `name` and `facts`: JSON of the oid `key` and the `mark`. The word is only read when the rest succeeded. */
export const dropKept = String.raw`
select 'dropped' from pg_database d where ${kept};
select format('drop database %I', d.datname)
  || case when current_setting('server_version_num')::int >= 130000 then ' with (force)' else '' end
from pg_database d where ${kept}
\gexec
`

/** Statements with psql's variables `name`, of a new database, and `facts`, the name of the one whose tablespace it is to be in. */
export const moveToTablespace = String.raw`
select format('alter database %I set tablespace %I', n.datname, t.spcname)
from pg_database o join pg_tablespace t on t.oid = o.dattablespace, pg_database n
where o.datname = :'facts' and n.datname = :'name' and n.dattablespace <> o.dattablespace
\gexec
`
