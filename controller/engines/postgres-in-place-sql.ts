// What blocks have in common that PostgreSQL runs around a load into a database that is there, in the transaction of the load; and how it is
// known whether that was committed.

/** Names as they stand in the archive, in its encoding. */
export interface Around {
  readonly restoreId: string
  readonly endConnections: boolean
  /** What the backup makes, by group and by the tag that pg_dump gives it. */
  readonly made: readonly { readonly group: string; readonly schema: string | null; readonly tag: string }[]
  /** Tables of which it has rows. */
  readonly filled: readonly { readonly schema: string | null; readonly name: string }[]
  readonly largeObjects: readonly string[]
}

/** A setting of the database, there as soon as the load is committed, and not before; it is taken off once that was seen. */
export const restoredMark = "restored_by.dbbackup"

const lockSeconds = 10
const tries = 8

/** A block in PL/pgSQL that knows `ask`: what `around` says. As hexadecimal digits, nothing in it can end anything. */
export function block(around: Partial<Around>, declarations: string, body: string): string {
  const digits = Buffer.from(JSON.stringify(around), "latin1").toString("hex")
  return `do $dbbackup$
declare
  ask constant json := convert_from(decode('${digits}', 'hex'), current_setting('client_encoding'));
  statements text[];
  statement text;
  words text;
${declarations}begin
  perform set_config('search_path', '', true);
${body}end $dbbackup$;
`
}

export const runAll = `  foreach statement in array coalesce(statements, '{}') loop
    execute statement;
  end loop;
`

/** Locks what is in `words`, a list of tables. Those who hold one are ended, where that was asked for, or waited for. */
export const lock = `  for attempt in 1 .. ${tries} loop
    begin
      perform set_config('lock_timeout', case when (ask->>'endConnections')::boolean then '2s' else '${lockSeconds}s' end, true);
      if (ask->>'endConnections')::boolean then
        perform pg_terminate_backend(a.pid) from pg_stat_activity a where a.datname = current_database() and a.pid <> pg_backend_pid()
          and a.application_name <> 'dbbackup' and a.backend_type in ('client backend', 'walsender');
      end if;
      if words is not null then
        execute 'lock table ' || words || ' in access exclusive mode';
      end if;
      exit;
    exception when lock_not_available then
      if attempt = ${tries} or not (ask->>'endConnections')::boolean then
        raise exception 'dbbackup: another session holds a lock in %', current_database();
      end if;
    end;
  end loop;
  perform set_config('lock_timeout', '${lockSeconds}s', true);
`

/** Rows of tables that are an extension's own, and that the backup has: it stays, with its table. */
export const emptyExtensions = `  select array_agg(format('delete from only %s %s', c.oid::regclass, x.condition)) into statements
  from pg_extension e, unnest(e.extconfig, e.extcondition) as x(relation, condition)
  join pg_class c on c.oid = x.relation and c.relkind = 'r' join pg_namespace n on n.oid = c.relnamespace
  join json_to_recordset(ask->'filled') as f(schema text, name text) on f.schema = n.nspname and f.name = c.relname;
${runAll}`

export const grantee = "case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end"

export const forDefaultRights = "  one record;\n  prefix text;\n"

/** Objects get the rights that the server gives them by itself, and no others, until something else is said. */
export const resetDefaultRights = `  for one in select d.defaclobjtype as type, pg_get_userbyid(d.defaclrole) as role, n.nspname as schema, d.defaclacl as acl,
    case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types' when 'n' then 'schemas' else 'large objects' end as what
    from pg_default_acl d left join pg_namespace n on n.oid = d.defaclnamespace loop
    prefix := format('alter default privileges for role %I', one.role) || case when one.schema is null then '' else format(' in schema %I', one.schema) end;
    select array_agg(distinct format('%s revoke all on %s from %s', prefix, one.what, ${grantee})) into statements from aclexplode(one.acl) a;
    if one.schema is null then
      statements := statements || format('%s grant all on %s to %I', prefix, one.what, one.role)
        || case one.type when 'f' then array[prefix || ' grant execute on functions to public'] when 'T' then array[prefix || ' grant usage on types to public'] else '{}' end;
    end if;
${runAll}  end loop;
`

export const leaveMark = `  execute format('alter database %I set ${restoredMark} to %L', current_database(), ask->>'restoreId');
`

/** Of a load whose client is gone, or about to be: the server would first end the statement that it is at. */
function ownWriter(what: string, to = "\\g /dev/null"): string {
  return `select ${what} from pg_stat_activity a where a.datname = :'name' and a.application_name = 'dbbackup' and a.pid <> pg_backend_pid()
  and a.backend_xid is not null limit 1
${to}
`
}

/** A statement with psql's variables `name`, the database, and `facts`, the restore: prints `committed` when its load was, and `at work` while that is not decided. */
export const askMark = `${ownWriter("pg_terminate_backend(a.pid)")}${ownWriter("pg_sleep(0.2)").repeat(50)}${ownWriter("'at work'", ";")}select 'committed' from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase
where d.datname = :'name' and s.setrole = 0 and '${restoredMark}=' || :'facts' = any (s.setconfig);
`

/** Statements with the same variables: takes that mark off. */
export const takeMarkOff = `select format('alter database %I reset ${restoredMark}', d.datname) from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase
where d.datname = :'name' and s.setrole = 0 and '${restoredMark}=' || :'facts' = any (s.setconfig)
\\gexec
`
