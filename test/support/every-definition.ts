// A PostgreSQL schema with an object of every kind, written as servers write it anew in other words: after a restore, it is the same.
export const everyDefinition = `
create extension hstore; create extension postgres_fdw;
create type mood as enum ('sad', 'ok', 'happy'); alter type mood add value 'fine' before 'happy';
create type pair as (a int, b text); create domain email as varchar(80) check (value like '%@%') not null default 'a@b';
create type span as range (subtype = float8);
create table item (id serial primary key, gone int, status varchar(10) not null default 'new' check (status in ('new','old')), body text collate "C", m mood default 'ok', at timestamp(3) with time zone default now(), price numeric(10,2) check (price > 0::numeric and (price < 1000 or status = 'x')), h hstore);
alter table item drop column gone;
create unique index on item (lower(body)) where status = any (array['new','old']::varchar[]);
create table kid (extra int) inherits (item); alter table item add column late int default 3;
create table "Üñí ""q.x" (a int, b int generated always as (a * 2) stored) partition by range (a);
create table part partition of "Üñí ""q.x" for values from (0) to (100);
create table part2 (b int generated always as (a * 2) stored, a int); alter table "Üñí ""q.x" attach partition part2 for values from (100) to (200);
create view seen as select i.id, case when status in ('new','x') then 'a' else 'b'||status end as s from item i where status in ('a','b') order by (id + 1) * 2;
create recursive view nums (n) as values (1) union all select n + 1 from nums where n < 10;
create materialized view counted as select count(*) filter (where status like 'n%') as n from item;
create function touch() returns trigger language plpgsql as $$begin
 perform (1 + 2) * 3; return new; end$$;
create function dbl(a int, b varchar default 'x') returns int language sql as 'select a * 2';
create procedure p(inout a int) language sql as 'select 1';
create aggregate total(int) (sfunc = int4pl, stype = int, initcond = '0');
create trigger touched before insert on item for each row when (new.status in ('a','b')) execute function touch();
create trigger parted after insert on "Üñí ""q.x" for each row execute function touch();
create schema apart; create table apart.numbered (id serial, other int generated always as identity, item int references item(id) on delete cascade);
create rule r as on insert to apart.numbered where new.item in (1, 2) do instead nothing;
alter table item enable row level security; create role app; create policy pol on item for select to app, public using (status in ('a','b'));
create statistics st on status, body from item;
create server away foreign data wrapper postgres_fdw; create foreign table far (a int) server away;
create sequence down increment -1; select nextval('down'), nextval('item_id_seq');
create function evt() returns event_trigger language plpgsql as 'begin end'; create event trigger et on ddl_command_start execute function evt();
grant select on item to app; create table "we.ird
nl" ("c""ol" int); create table pk (a int, b int, primary key (a,b)) partition by list (a); create table pk1 partition of pk for values in (1); create table fk (a int, b int, foreign key (a,b) references pk);
create table fp (id int, a int, b int, foreign key (a,b) references pk) partition by list (id); create table fp1 partition of fp for values in (1);
`
