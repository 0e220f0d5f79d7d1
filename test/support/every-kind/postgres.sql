-- An object of every kind that PostgreSQL knows, with values at the edge of each type. For psql, in an empty database, as a superuser;
-- makes roles of its own. What needs a newer server stands in \if.
select current_setting('server_version_num')::int >= 18 * 10000 as is18 \gset
set client_min_messages = error;
create role keeper; create role middle; create role reader; create role "o'dd ""role" noinherit;
grant reader to keeper with admin option;
alter database :"DBNAME" owner to keeper;

create schema kinds authorization keeper;
create schema "S p.a""c'e 🐘";
create schema hollow;
set search_path = kinds, public;
create extension hstore; create extension btree_gist schema kinds; create extension citext; create extension pg_trgm schema hollow;
create extension postgres_fdw; create extension file_fdw;
comment on extension hstore is 'keys and ''values''';

-- types
create type mood as enum ('sad', 'o''k', 'ha"ppy', '');
alter type mood add value 'fine' before 'ha"ppy';
create type pair as (a int, b text collate "C", c mood[]);
create domain posint as int constraint positive check (value > 0) default 1;
create domain words as text[] check (array_position(value, null) is null);
create domain pairs as pair check ((value).a > 0);
create domain later_checked as text; alter domain later_checked add constraint short check (length(value) < 9) not valid;
create type span as range (subtype = float8, subtype_diff = float8mi, multirange_type_name = spans);
create type posints as range (subtype = posint);
create collation german (provider = icu, locale = 'de-u-co-phonebk');
create collation loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
create collation ruled (provider = icu, locale = 'und', rules = '&a < g');
create collation plain_c from "C";
create type colour;
create function colour_in(cstring) returns colour language internal immutable strict parallel safe as 'int4in';
create function colour_out(colour) returns cstring language internal immutable strict parallel safe as 'int4out';
create type colour (input = colour_in, output = colour_out, like = int4, category = 'N');
create type never_defined;

-- operators, their classes and families, casts, aggregates, conversions, languages, transforms
create function colour_eq(colour, colour) returns boolean language internal immutable strict as 'int4eq';
create function colour_lt(colour, colour) returns boolean language internal immutable strict as 'int4lt';
create function colour_le(colour, colour) returns boolean language internal immutable strict as 'int4le';
create function colour_ge(colour, colour) returns boolean language internal immutable strict as 'int4ge';
create function colour_gt(colour, colour) returns boolean language internal immutable strict as 'int4gt';
create function colour_cmp(colour, colour) returns int language internal immutable strict as 'btint4cmp';
create operator = (leftarg = colour, rightarg = colour, function = colour_eq, commutator = =, restrict = eqsel, join = eqjoinsel, merges);
create operator < (leftarg = colour, rightarg = colour, function = colour_lt, commutator = >, negator = >=, restrict = scalarltsel);
create operator <= (leftarg = colour, rightarg = colour, function = colour_le, commutator = >=, negator = >);
create operator >= (leftarg = colour, rightarg = colour, function = colour_ge, commutator = <=, negator = <);
create operator > (leftarg = colour, rightarg = colour, function = colour_gt, commutator = <, negator = <=);
create operator class colour_ops default for type colour using btree as
  operator 1 <, operator 2 <=, operator 3 =, operator 4 >=, operator 5 >, function 1 colour_cmp(colour, colour);
create operator family loose_family using hash;
create function mood_number(mood) returns int language sql immutable as $$select array_position(enum_range(null::kinds.mood), $1)$$;
create cast (mood as int) with function mood_number(mood) as assignment;
create cast (text as colour) with inout;
create cast (colour as int) without function as implicit;
create operator @#@ (rightarg = mood, function = mood_number);
create aggregate total (int) (sfunc = int4pl, stype = int, initcond = '0', combinefunc = int4pl, parallel = safe);
create aggregate first_of (float8 order by anyelement) (sfunc = ordered_set_transition, stype = internal, finalfunc = percentile_disc_final, finalfunc_extra);
create function keep_last(text, text) returns text language sql immutable as 'select coalesce($2, $1)';
create aggregate last_of (text) (sfunc = keep_last, stype = text, msfunc = keep_last, minvfunc = keep_last, mstype = text);
create conversion odd_conversion for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
create function odd_call() returns language_handler language c as '$libdir/plpgsql', 'plpgsql_call_handler'; create function odd_inline(internal) returns void language c strict as '$libdir/plpgsql', 'plpgsql_inline_handler'; create function odd_check(oid) returns void language c strict as '$libdir/plpgsql', 'plpgsql_validator';
create trusted language plodd handler odd_call inline odd_inline validator odd_check;
create transform for int language plodd (from sql with function prsd_lextype(internal), to sql with function int4recv(internal));
create access method heap2 type table handler heap_tableam_handler;

-- text search
create text search dictionary plain_german (template = simple, stopwords = german);
create text search configuration of_shop (copy = english);
alter text search configuration of_shop alter mapping for word with plain_german, simple;
create text search parser odd_parser (start = prsd_start, gettoken = prsd_nexttoken, end = prsd_end, lextypes = prsd_lextype);
create text search template odd_template (lexize = dsimple_lexize, init = dsimple_init);

-- functions and procedures
create function sum_of(variadic n int[] default '{}') returns bigint language sql immutable parallel safe cost 7 as 'select sum(x) from unnest(n) x';
create function sum_of(a text) returns text language sql as $outer$select $inner$it's "so" \ $$ $inner$ || a$outer$;
create function two(out a int, out b text) returns record language sql stable leakproof as $$select 1, 'x'$$;
create function some_(lowest int default 0) returns setof int language sql stable rows 3 begin atomic select 1 + lowest; select 2 + lowest; end;
create function tabled(n int) returns table (a int, "b c" text) language plpgsql set search_path = kinds, "S p.a""c'e 🐘" set work_mem = '5MB' as
$$begin a := n; "b c" := E'line\nbreak'; return next; end$$;
create function guarded() returns text language sql security definer set role to none as 'select current_user::text';
create function same(anyelement) returns anyelement language sql immutable strict as 'select $1';
create procedure nothing(inout a int default 3) language plpgsql as 'begin commit; a := a + 1; end';
create function ranked(int) returns int language internal window as 'window_row_number';
create function in_odd() returns int language plodd as 'begin return 1; end';

-- a row of each type's edges
create table every_type (
  id bigint generated by default as identity (start with -5 increment by 3 minvalue -100 maxvalue 1000 cycle) primary key,
  small smallint, big bigint, exact numeric, money_ money, real_ real, double_ double precision, text_ text, vary varchar(5), fixed char(5), one "char", name_ name,
  bytes bytea, at timestamp, at_zone timestamptz(3), day date, clock time, clock_zone timetz, length_ interval, truth boolean,
  p point, l line, s lseg, b box, way path, poly polygon, c circle, net inet, block cidr, mac macaddr, mac8 macaddr8, bits bit(3), vary_bits bit varying,
  vector tsvector, query tsquery, id_ uuid, x xml, j json, jb jsonb, jp jsonpath, matrix int[][], list text[], pair_ pair, mood_ mood, moods mood[], posint_ posint, words_ words, pairs_ pairs,
  r int4range, mr nummultirange, span_ span, spans_ spans, colour_ colour, colours colour[], lsn pg_lsn, snap pg_snapshot, oid_ oid, class_ regclass, h hstore, ci citext, x8 xid8);
insert into every_type default values;
insert into every_type overriding system value values (9,
  -32768, 9223372036854775807, 'NaN', '-$1.23', 'NaN', 'NaN', E'tab\t, line\n, return\r, back\\slash, bell\x07, \\., \\N, "q", ''q''', '', 'ab', E'\\', 'a"b',
  (select string_agg(set_byte('\x00', 0, n), '' order by n) from generate_series(0, 255) n), 'infinity', '-infinity', '4713-01-01 BC', '24:00:00', '23:59:59.999999+15:59', '-178000000 years 3 mons -4 days 05:06:07.89', true,
  '(1e-300,-0)', '{1,-1,0}', '[(0,0),(1,1)]', '(1,1),(0,0)', '((0,0),(1,1),(2,0))', '((0,0),(1,1),(2,0))', '<(0,0),1>', '::ffff:1.2.3.4/120', '10.0.0.0/8', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', '101', '',
  $$'a b':1A,2B 'c''d':3$$, $$'a' & !'b' <-> 'c':*A$$, '00000000-0000-0000-0000-000000000000', '<a b="c">&lt;é</a>', '{"a": 1, "a": 2 }', '{"b": [1e100, "\u00e9", null]}', '$.a[*] ? (@ > 1)',
  '[-1:0][3:4]={{1,2},{3,null}}', array['NULL', null, '', '{', '"', '\', ',', E'\n'], row(1, 'a,"b', array['o''k']::mood[]), 'o''k', array['', 'fine']::mood[], 7, array['x'], row(1, null, null),
  '[1,5)', '{[1,2],(3,)}', '[-infinity,1.5)', '{[1,2],[3,4]}', '42', array['1', '2']::colour[], '16/B374D848', '10:20:10,14,15', 4294967295, 'kinds.every_type', 'a=>1, b=>NULL, "c d"=>"\"e"', 'MiXed', '18446744073709551615');
insert into every_type (id, exact, real_, double_, text_, day, at, length_, r) values
  (10, 'Infinity', '-Infinity', 'Infinity', '\.', '5874897-12-31', '294276-12-31 23:59:59.999999', 'infinity', 'empty'),
  (11, ('1' || repeat('0', 1000) || '.' || repeat('3', 500))::numeric, '1.17549435e-38', '4.9406564584124654e-324', repeat('🐘é漢', 3), 'infinity', '0001-12-31 23:59:59 BC', '-infinity', '(,)'),
  (12, 0.1, 16777217, 0.1 + 0.2::float8, 'NULL', '0001-01-01', '2024-02-29 12:00:00.000001', '1 mon -1 day', '[5,)'),
  (13, -0.0, '-0', '-0', E'\uFEFF\uFFFD\U0010FFFF', '1970-01-01', 'epoch', '0', null);
create table huge_row as select 1 as i, repeat('0123456789', 1000000) as plain, (select string_agg(md5(n::text), '') from generate_series(1, 60000) n) as random;
alter table huge_row alter plain set storage external, alter random set storage extended, alter random set compression lz4;

-- tables of unusual shape
create table hollow.no_columns (); insert into hollow.no_columns default values; insert into hollow.no_columns default values;
do $$begin execute (select format('create table wide (%s)', string_agg(format('c%s boolean', n), ', ')) from generate_series(1, 1600) n); end$$;
insert into wide (c1, c1600) values (true, false);
create unlogged table unlogged (i int); insert into unlogged values (1), (2);
create table typed of pair (a with options primary key, b default 'x'); insert into typed values (1, default), (2, 'y');
create table in_heap2 (a int) using heap2; insert into in_heap2 values (1);
create table "S p.a""c'e 🐘"."ta
ble.""'$`%s \ 🐘" ("co l'umn ""1""
" int primary key, "select" text default E'\n''"\\', "ÜÑÍ" int constraint "che""ck'd" check ("ÜÑÍ" <> 3));
insert into "S p.a""c'e 🐘"."ta
ble.""'$`%s \ 🐘" values (1, default, 2);
create table generated (a int, b int generated always as (a * 2) stored, gone int, c text generated always as (upper('x' || a::text collate "C")) stored, id int generated always as identity, late int default 3 not null);
insert into generated (a) values (1), (2), (null); alter table generated drop column gone, add added text default 'all had it';
\if :is18
create table newer (a int, twice int generated always as (a * 2) virtual, v uuid default uuidv7(), constraint unforced check (a > 5) not enforced);
insert into newer values (null), (1), (7); alter table newer add constraint filled not null a not valid;
create table booked (room int, during tstzrange, constraint at_once primary key (room, during without overlaps));
insert into booked values (1, '[2024-01-01,2024-01-02)'), (1, '[2024-01-02,2024-01-03)');
\endif

-- inheritance and partitions
create table root (a int, b text default 'root', late int default 4, constraint own_alone check (a < 100) no inherit, constraint all_of_them check (a > -100));
create table other_root (z int, a int);
create table child (c int, b text default 'child') inherits (root, other_root);
insert into root values (1); insert into child (a, c) values (500, 1);
create table listed (k text, n int, primary key (k, n)) partition by list (k);
create table listed_a partition of listed for values in ('a', null, E'o\'dd');
create table listed_rest partition of listed default partition by range (n);
create table listed_low partition of listed_rest for values from (minvalue) to (0);
create table listed_high partition of listed_rest for values from (0) to (maxvalue) partition by hash (n);
create table listed_h0 partition of listed_high for values with (modulus 2, remainder 0) with (fillfactor = 50);
create table listed_h1 (x int, n int not null, k text not null); alter table listed_h1 drop column x;
alter table listed attach partition listed_h1 for values in ('never') ; alter table listed detach partition listed_h1;
alter table listed_high attach partition listed_h1 for values with (modulus 2, remainder 1);
insert into listed select k, n from unnest(array['a', 'b', E'o\'dd']) k, generate_series(-5, 5) n;
create index listed_n on listed (n); create index on only listed (k, n) where n > 0;
create table refers (k text, n int, foreign key (k, n) references listed on delete cascade deferrable initially deferred);
insert into refers select k, n from listed where n > 3;
create table ranged (at date, v int) partition by range (at, (v % 10));
create table ranged_1 partition of ranged (v default 7, constraint only_here check (v <> 13)) for values from ('-infinity', minvalue) to ('2024-01-01', 5);
create table ranged_rest partition of ranged default;
insert into ranged values ('2023-05-05', default), ('0044-03-15 BC', 3), ('infinity', null);

-- constraints
create table strict (
  i int constraint "pk'd" primary key, d int unique deferrable initially deferred, u int unique nulls not distinct, o text, during int4range, next_ int,
  constraint not_at_once exclude using gist (o with =, during with &&) where (i > 0) deferrable,
  constraint to_itself foreign key (next_) references strict (i) match full on update cascade on delete set null (next_));
insert into strict values (1, 1, null, 'a', '[1,3)', 2), (2, 2, 5, 'a', '[3,9)', 1), (-1, null, 6, 'a', '[1,9)', null);
create table broken (i int, j int); insert into broken values (-1, 99);
alter table broken add constraint checked_later check (i > 0) not valid, add constraint fk_later foreign key (j) references strict not valid;
create table round_a (i int primary key, b int); create table round_b (i int primary key, a int references round_a deferrable);
alter table round_a add foreign key (b) references round_b deferrable initially deferred;
begin; insert into round_a values (1, 1); insert into round_b values (1, 1); commit;
create table looped (a int); create function is_fine(looped) returns boolean language sql immutable as 'select $1.a > 0';
insert into looped values (3); alter table looped add constraint by_row check (is_fine(looped.*));

-- indexes and statistics
create index on every_type (id desc nulls last) include (small) with (fillfactor = 70); create index on every_type using hash (text_); create index on every_type using brin (id) with (pages_per_range = 4);
create index on every_type using gin (list, jb jsonb_path_ops); create index on every_type using gist (p, r); create index on every_type using spgist (net);
create index "we""ird" on every_type (lower(text_ collate german) text_pattern_ops, (j ->> 'a')) where truth and mood_ in ('sad', 'fine');
create index on every_type using gin (text_ hollow.gin_trgm_ops); create index by_colour on every_type (colour_); create index on every_type using gist (vector tsvector_ops (siglen = 100));
alter table every_type cluster on by_colour; alter table every_type replica identity using index every_type_pkey;
\set ON_ERROR_STOP 0
create unique index concurrently left_invalid on ranged_rest ((1));
insert into unlogged values (1); create unique index concurrently left_invalid_too on unlogged (i);
\set ON_ERROR_STOP 1
create statistics by_two (ndistinct, dependencies, mcv) on small, big from every_type; create statistics by_expression on (small + 1), text_ from every_type; alter statistics by_two set statistics 77;
alter table every_type alter small set statistics 55, alter big set (n_distinct = -0.5), alter text_ set storage main, alter text_ set compression pglz;
alter table root set (autovacuum_enabled = off, toast.autovacuum_vacuum_threshold = 7), alter b set not null;

-- sequences in every state
create sequence not_called; select setval('not_called', 7, false);
create sequence down as smallint increment -3 minvalue -30 maxvalue -1 start -4 cycle cache 5; select nextval('down');
create sequence used_up maxvalue 2 no cycle; select nextval('used_up'), nextval('used_up');
create unlogged sequence unlogged_one; create sequence largest as bigint start 9223372036854775807; select nextval('largest');
create table owned (a serial, b bigserial, c int default nextval('not_called')); alter sequence owned_a_seq rename to "own'ed"; alter sequence down owned by owned.c; insert into owned select from generate_series(1, 3);

-- views
create view z_base as select id, text_ from every_type where id > 0 with local check option;
create view a_top with (security_barrier, security_invoker) as select z.id, z.text_ as "t""x", count(*) over () as n from z_base z; alter view a_top alter column n set default 3;
create view by_key as select e.id, e.small, count(*) as n from every_type e group by e.id;
create recursive view counting (n) as values (1) union all select n + 1 from counting where n < 10;
create view round_1 as select 1 as x; create view round_2 as select x from round_1; create or replace view round_1 as select x from round_2;
create materialized view m_base as select listed.k, count(*) as n from listed group by k; create unique index on m_base (k); create materialized view a_m_top as select sum(n) as s from m_base; create materialized view m_empty as select 1 as x with no data;
create view joined as select * from (listed l left join refers r using (k, n)) as j (a, "b c") where a <> all (array['x', 'y']);
create view over_functions as select t.*, s.n from tabled(3) t cross join lateral some_(t.a) s(n), rows from (sum_of(1, 2), sum_of('x')) with ordinality as o;
create view sampled as select xmltable.* from every_type, xmltable('/a' passing x columns b text path '@b') where truth;

-- rules, triggers, policies
create rule kept_out as on insert to unlogged where new.i in (13, 14) do instead nothing;
create rule "told's" as on delete to child do also (insert into unlogged values (old.a); notify gone, 'o''dd');
alter table unlogged disable rule kept_out;
create function noted() returns trigger language plpgsql as $$begin return new; end$$;
create trigger by_row before insert or update of small, big on every_type for each row when (new.small is distinct from 13) execute function noted('a', 'it''s', E'\\n');
create trigger by_statement after truncate on every_type execute function noted();
create trigger with_tables after update on root referencing old table as o new table as n for each statement execute function noted();
create constraint trigger late_one after insert on strict from round_a deferrable initially deferred for each row execute function noted();
create trigger instead_of instead of insert on a_top for each row execute function noted();
create trigger on_all after insert on listed for each row execute function noted(); create trigger "we""ird" before delete on listed_a for each row execute function noted();
alter table every_type disable trigger by_row, enable replica trigger by_statement; alter table root enable always trigger with_tables; alter table listed_h0 disable trigger on_all;
alter table every_type enable row level security; alter table strict enable row level security, force row level security;
create policy seen on every_type as restrictive for select to reader, "o'dd ""role" using (small > 0 or text_ in ('a', 'b'));
create policy written on every_type for insert with check (id = (select max(id) from z_base)); create policy "al'l" on strict using (true) with check (i > 0);

-- foreign data, publications, subscriptions
create foreign data wrapper nothing options (debug 'o''dd'); create server elsewhere type 'a' version '1' foreign data wrapper nothing;
create server away foreign data wrapper postgres_fdw options (host '127.0.0.1', port '1', dbname 'a''b'); create user mapping for keeper server away options (user 'u', password 'p''w'); create user mapping for public server away;
create foreign table far (a int options (column_name 'A b') not null, b text collate german default 'x', constraint little check (a < 5)) server away options (schema_name 'x', table_name 'y'); create trigger on_far after insert on far for each row execute function noted();
create server files foreign data wrapper file_fdw; create foreign table version_file (line text) server files options (filename 'PG_VERSION', format 'text');
create table with_far (a int) partition by list (a); create foreign table far_part partition of with_far for values in (2) server away;
create publication everything for all tables with (publish = 'insert, truncate', publish_via_partition_root); create publication some_of_it for table strict (i, o) where (i > 5), only root; create publication of_schema for tables in schema hollow, table only child where (c > 1); create publication none_yet;
create subscription from_away connection 'host=127.0.0.1 port=1 dbname=x password=s''ecret' publication "o'ne", two with (connect = false, slot_name = 'original', streaming = on);

-- large objects
select lo_create(70000 + n) from generate_series(1, 40) n; select lo_put(70001, 0, string_agg(sha256(n::text::bytea), '')) from generate_series(1, 70000) n; select lo_from_bytea(70099, '\x00ff0a0d275c');
alter large object 70001 owner to keeper; grant select, update on large object 70002 to reader with grant option; revoke all on large object 70003 from postgres; comment on large object 70004 is 'o''dd';

-- owners, grants, default privileges
alter table every_type owner to keeper; alter function sum_of(int[]) owner to "o'dd ""role"; alter type mood owner to keeper; alter publication none_yet owner to keeper; alter view z_base owner to keeper; alter sequence not_called owner to keeper; alter schema hollow owner to "o'dd ""role";
grant select, insert (text_, small), update (big) on every_type to middle with grant option; set role keeper; grant usage on schema kinds to middle with grant option; reset role; set role middle; grant select, update (big) on kinds.every_type to reader; grant usage on schema kinds to reader; reset role;
grant all on schema public to reader; revoke usage on schema public from public; grant usage, select on sequence down to reader; grant execute on function two() to reader; revoke execute on function two(), guarded() from public; grant usage on type colour to reader; grant usage on domain posint to reader; revoke usage on type mood from public;
grant usage on foreign data wrapper nothing to reader with grant option; grant usage on foreign server away to middle; grant usage on language plodd to reader; grant execute on procedure nothing(int) to "o'dd ""role"; revoke execute on function pg_catalog.pg_sleep(float8) from public; grant maintain on root to reader;
revoke all on unlogged from postgres; grant select on unlogged to public;
alter default privileges grant select on tables to reader; alter default privileges for role keeper in schema kinds grant all on sequences to middle with grant option; alter default privileges for role keeper revoke execute on functions from public; alter default privileges in schema hollow grant usage on types to reader; alter default privileges for role "o'dd ""role" grant create on schemas to middle;

-- comments
comment on schema kinds is E'it''s\nkinds'; comment on table every_type is '--; \connect nowhere'; comment on column every_type.text_ is E'\\.\n'; comment on function sum_of(int[]) is 'f'; comment on procedure nothing(int) is 'p'; comment on aggregate total(int) is 'a'; comment on constraint positive on domain posint is 'd'; comment on constraint not_at_once on strict is 'x';
comment on trigger by_row on every_type is 't'; comment on rule "told's" on child is 'r'; comment on policy seen on every_type is 'p'; comment on type mood is 'm'; comment on type pair is 'c'; comment on column pair.b is 'b'; comment on view z_base is 'v'; comment on materialized view m_base is 'm'; comment on index by_colour is 'i'; comment on sequence down is 's'; comment on operator < (colour, colour) is 'o';
comment on operator class colour_ops using btree is 'oc'; comment on cast (colour as int) is 'c'; comment on collation german is 'c'; comment on conversion odd_conversion is 'c'; comment on language plodd is 'l'; comment on text search configuration of_shop is 't'; comment on server away is 's'; comment on foreign table far is 'f'; comment on publication none_yet is 'p'; comment on subscription from_away is 's'; comment on statistics by_two is 's'; comment on access method heap2 is 'h'; comment on transform for int language plodd is 't';
comment on database :"DBNAME" is 'it''s here';

-- settings of the database that would change what a restore reads or says, if it heeded them; event triggers come last
alter database :"DBNAME" set datestyle to 'German, DMY'; alter database :"DBNAME" set search_path to kinds, "$user", "S p.a""c'e 🐘"; alter database :"DBNAME" set bytea_output to 'escape'; alter database :"DBNAME" set extra_float_digits to -10; alter database :"DBNAME" set default_transaction_read_only to on;
alter database :"DBNAME" set statement_timeout to '3s'; alter database :"DBNAME" set standard_conforming_strings to off; alter database :"DBNAME" set timezone to 'Asia/Kathmandu'; alter database :"DBNAME" set row_security to off; alter database :"DBNAME" set array_nulls to off; alter database :"DBNAME" set client_min_messages to debug1;
alter database :"DBNAME" set default_transaction_isolation to serializable; alter database :"DBNAME" set "my.tenant" to 'it''s "me"'; alter database :"DBNAME" set xmloption to document; alter database :"DBNAME" set transform_null_equals to on;
alter role keeper in database :"DBNAME" set work_mem to '7MB'; grant connect, temporary on database :"DBNAME" to middle with grant option; revoke all on database :"DBNAME" from public;
create function watched() returns event_trigger language plpgsql as 'begin end';
create event trigger on_ddl on ddl_command_end when tag in ('CREATE TABLE', 'DROP TABLE') execute function watched(); create event trigger on_drop on sql_drop execute function watched(); create event trigger on_rewrite on table_rewrite execute function watched();
create event trigger on_login on login execute function watched(); alter event trigger on_drop disable; alter event trigger on_rewrite enable replica; alter event trigger on_login enable always; alter event trigger on_ddl owner to postgres; comment on event trigger on_drop is 'e';
