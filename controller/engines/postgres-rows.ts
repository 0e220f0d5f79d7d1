// What stands around the rows of an archive that are loaded into tables that are there: these are emptied before, and afterwards no
// row refers to one that is not there, though the triggers that see to it were held back.
import { quotedName } from "./archive-names.ts"

/** Never cascades: a table that another one refers to, which is not emptied with it, is an error. */
export function emptyTables(tables: readonly string[]): string {
  const superuser = `do $dbbackup$ begin
  if not (select rolsuper from pg_catalog.pg_roles where rolname = current_user) then
    raise exception 'only a superuser can load rows into tables that are there, as triggers are held back meanwhile';
  end if;
end $dbbackup$;`
  if (tables.length === 0) return superuser
  return `${superuser}\ntruncate table ${tables.map(quotedName).join(", ")};`
}

/** Foreign keys of these tables, and to them. */
export function checkReferences(tables: readonly string[]): string {
  const these = tables.map((name) => `'${quotedName(name).replaceAll("'", "''")}'::pg_catalog.regclass`)
  return `set standard_conforming_strings = on;
do $dbbackup$
declare
  k record;
  dangling boolean;
begin
  for k in
    select c.conname, c.conrelid::pg_catalog.regclass as referring, c.confrelid::pg_catalog.regclass as referred,
      (select case relkind when 'p' then '' else 'only ' end from pg_catalog.pg_class where oid = c.conrelid) as of_referring,
      (select case relkind when 'p' then '' else 'only ' end from pg_catalog.pg_class where oid = c.confrelid) as of_referred,
      pg_catalog.string_agg(pg_catalog.format('a.%I is not null', x.attname), ' and ') as complete,
      pg_catalog.string_agg(pg_catalog.format('b.%I operator(%I.%s) a.%I', y.attname, n.nspname, o.oprname, x.attname), ' and ') as same
    from pg_catalog.pg_constraint c, lateral unnest(c.conkey, c.confkey, c.conpfeqop) as pair(one, other, equal),
      pg_catalog.pg_attribute x, pg_catalog.pg_attribute y, pg_catalog.pg_operator o, pg_catalog.pg_namespace n
    where c.contype = 'f' and c.convalidated and x.attrelid = c.conrelid and x.attnum = pair.one
      and y.attrelid = c.confrelid and y.attnum = pair.other and o.oid = pair.equal and n.oid = o.oprnamespace
      and array[c.conrelid, c.confrelid] && array[${these.join(", ")}]::oid[]
    group by c.oid, c.conname, c.conrelid, c.confrelid
  loop
    execute pg_catalog.format('select exists (select from %s%s a where %s and not exists (select from %s%s b where %s))',
      k.of_referring, k.referring, k.complete, k.of_referred, k.referred, k.same) into dangling;
    if dangling then
      raise exception 'rows of % refer to rows of % that are not there (%)', k.referring, k.referred, k.conname;
    end if;
  end loop;
end $dbbackup$;`
}
