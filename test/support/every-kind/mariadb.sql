-- An object of every kind that MariaDB knows, with values at the edge of each type. For its client, in an empty database, as root; makes
-- accounts of its own. Bodies hold semicolons, so they end with another mark.
set sql_mode = '';
create user keeper@'%' identified by 'se''cret'; create user 'o"dd'@localhost identified by 'x'; create role reader; create role `wri"ter`;
grant reader to keeper@'%' with admin option; set default role reader for keeper@'%'; grant reader to `wri"ter`;

create table every_type (
  id bigint unsigned not null auto_increment primary key,
  t tinyint, su smallint unsigned, m mediumint, i int zerofill, b bigint, bu bigint unsigned, d decimal(65,30), f float, db double, bi bit(64), bo bool,
  c char(5) character set latin1 collate latin1_german2_ci, v varchar(100) character set utf8mb4 collate utf8mb4_bin, bin binary(4), vbin varbinary(300), tb tinyblob, lb longblob, tx text character set utf16, lt longtext compressed, vc varbinary(100) compressed,
  e enum('a', 'o''dd', '') character set utf8mb4, s set('a', 'b c', 'd') , j json, da date, ti time(6), dt datetime(6), ts timestamp(6) null default current_timestamp(6) on update current_timestamp(6), y year,
  g geometry, po point not null, pg polygon, gc geometrycollection, u uuid, n4 inet4, n6 inet6, ve vector(3) not null, ex varchar(40) default (concat('x', 1 + 1)), at_ datetime default current_timestamp, spatial key (po), vector key (ve)
) comment 'it''s --; "so"\n\\';
set sql_mode = 'no_auto_value_on_zero';
insert into every_type (id, t, su, m, i, b, bu, d, f, db, bi, bo, c, v, bin, vbin, tb, lb, tx, lt, vc, e, s, j, da, ti, dt, ts, y, g, po, pg, gc, u, n4, n6, ve) values
  (0, -128, 65535, -8388608, 7, -9223372036854775808, 18446744073709551615, -99999999999999999999999999999999999.999999999999999999999999999999, -3.4e38, 1.7976931348623157e308, b'1111111111111111111111111111111111111111111111111111111111111111', true,
   'ß€', 'tab\t line\n return\r nul\0 back\\slash quote\' "double" `tick` \Z 🐘 $HOME -- #', 'a\0b', unhex('000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff'), '', repeat(x'00ff1a', 400000),
   '漢字 🐘', '-- Dump completed on 2020-01-01  1:00:00\n\n', x'00ff', '', 'a,d', '{"a": [1.0, 1e100, "é\\"", null], "a": {}}', '0000-00-00', '-838:59:59.000000', '0000-00-00 00:00:00.000000', '1970-01-01 00:00:01.000001', 1901,
   st_geomfromtext('linestring(0 0, 1e300 -1e-300)'), st_geomfromtext('point(-90 180)', 4326), st_geomfromtext('polygon((0 0, 1 0, 1 1, 0 0))'), st_geomfromtext('geometrycollection empty'), '00000000-0000-1000-8000-00000000000a', '1.2.3.4', '::ffff:1.2.3.4', vec_fromtext('[1.5, -2, 1e-30]')),
  (5, 127, 0, 0, 0, 0, 0, 0, 0.1, 4.9406564584124654e-324, b'0', null, '', '', '', '', '\r\n', null, '', null, null, null, '', 'null', '2024-02-00', '838:59:59', '9999-12-31 23:59:59.999999', null, 0, null, point(0, 0), null, null, null, null, null, vec_fromtext('[0, 0, 0]')),
  (6, 0, 0, 0, 0, 0, 0, 0.1, 16777216, 0.1, b'1', false, 'a', '\\', 'x', 'y', '\'', '\\', 'a', '\'', '', 1, 1, '"x"', '1000-01-01', '00:00:00.000001', '1000-01-01', '2038-01-19 03:14:07.499999', 2155, null, point(0, 0), null, null, 'ffffffff-ffff-ffff-ffff-ffffffffffff', '0.0.0.0', '::', vec_fromtext('[0, 0, 1]'));
set sql_mode = '';
alter table every_type auto_increment = 5000;

create table parent (i int primary key, k varchar(20) unique) engine=innodb row_format=dynamic page_checksum=1;
create table generated_ (i int not null primary key, v int generated always as (i * 2) virtual comment 'twice', s varchar(20) generated always as (concat('x', i)) stored, hidden int invisible default 3, parent int, self int,
  j json, constraint `che``ck` check (i <> 13), constraint fk foreign key (parent) references parent (i) on delete set null on update cascade, constraint to_itself foreign key (self) references generated_ (i),
  key on_virtual (v), key descending_ (s desc, i), key unseen (hidden) ignored);
insert into parent values (1, 'a'), (2, 'b'); set foreign_key_checks = 0;
insert into generated_ (i, hidden, parent, self, j) values (1, 7, 1, 2, '{"tags": ["x", "y"]}'), (2, default, 99, 1, null); set foreign_key_checks = 1;
create table words_ (id int primary key, title varchar(100), body text, fulltext key both_ (title, body), key front (body(7))) character set utf8mb4;
insert into words_ values (1, 'a b', 'the quick brown fox'), (2, null, null);
create table `we ird "ta'b\le $1 % 漢` (`co l``umn "1"` int primary key comment 'o''dd', `select` varchar(9) default 'a\'b"c\\');
insert into `we ird "ta'b\le $1 % 漢` values (1, default);
create table ranged (id int, at_ date, primary key (id, at_)) partition by range (to_days(at_)) subpartition by hash (id) subpartitions 2 (partition old_ values less than (to_days('2020-01-01')) comment 'old', partition `re st` values less than maxvalue);
create table listed (c varchar(5), n int) partition by list columns (c, n) (partition a values in (('a', 1), ('b', null)), partition b default);
create table keyed (i int primary key) partition by key () partitions 3; create table linear_ (i int) partition by linear hash (i) partitions 5;
insert into ranged values (1, '1999-01-01'), (2, '2024-01-01'); insert into listed values ('a', 1), ('b', null), ('zz', 7); insert into keyed values (1), (2), (3); insert into linear_ values (null), (-5);
create table in_myisam (a int auto_increment, b int, c text, primary key (b, a), fulltext key (c)) engine=myisam; insert into in_myisam (b, c) values (1, 'x'), (1, 'y'), (2, 'z'); create table in_aria (i int primary key) engine=aria transactional=1; insert into in_aria values (1);
create table in_csv (i int not null, x varchar(9) not null) engine=csv; insert into in_csv values (1, 'a"b,\n'); create table in_memory (i int primary key, key using btree (i)) engine=memory max_rows=9; insert into in_memory values (1);
create table m_one (i int) engine=myisam; create table m_two like m_one; insert into m_one values (1); insert into m_two values (2); create table merged (i int) engine=merge union=(m_one, m_two) insert_method=last;
create table packed (i int primary key, x text) page_compressed=1; insert into packed values (1, repeat('x', 10000)); create table in_latin (x varchar(9) character set latin1 collate latin1_bin) character set latin1 collate latin1_bin; insert into in_latin values ('é€');
create table keyless (x int, unique key nullable (x)); insert into keyless values (null), (null), (1); create temporary table gone (i int);
create table columns_ (c0 int);
set session group_concat_max_len = 1000000;
set @add = (with recursive n (i) as (select 1 union all select i + 1 from n where i < 900) select concat('alter table columns_ ', group_concat(concat('add c', i, ' tinyint'))) from n); prepare add_ from @add; execute add_; insert into columns_ (c0, c900) values (1, 2);

create sequence numbers start with -5 increment by -3 minvalue -100 maxvalue 7 cycle cache 4; select nextval(numbers) into @none; create sequence `se q"` start with 9223372036854775800 nocache; create sequence never; do setval(never, 41, 0);
create table by_sequence (i int default nextval(numbers), x int default (next value for never)); insert into by_sequence values (default, default);
create table versioned (i int primary key, x text, w int without system versioning) with system versioning; insert into versioned values (1, 'was', 0), (2, 'gone', 0); update versioned set x = 'is' where i = 1; delete from versioned where i = 2;
create table periods (i int, a date, b date, s timestamp(6) as row start invisible, e timestamp(6) as row end invisible, period for valid_ (a, b), period for system_time (s, e), unique (i, valid_ without overlaps)) with system versioning partition by system_time (partition h history, partition c current); insert into periods (i, a, b) values (1, '2020-01-01', '2021-01-01'); delete from periods;

delimiter //
create definer = keeper@'%' procedure `proc "1"`(in a int, out b varchar(9) character set latin1, inout c json) reads sql data sql security invoker comment 'it''s'
begin declare exit handler for sqlexception begin end; -- a comment; with a mark
  /* and another; */ # one more;
  set b = 'a;b', c = '{}'; select 'it''s; "q" \\ `t`' as x; end //
create function plus_(n int unsigned) returns varchar(20) character set utf8mb4 collate utf8mb4_bin deterministic no sql return concat(n + 1, '🐘') //
create aggregate function summed(x int) returns int begin declare s int default 0; declare continue handler for not found return s; loop fetch group next row; set s = s + x; end loop; end //
set sql_mode = 'ansi_quotes,pipes_as_concat,no_backslash_escapes' //
create procedure ansi() select "i" || 'back\' as "x" from "parent" //
set sql_mode = oracle //
create package pack as function one(a int default 3) return int; procedure two; end //
create package body pack as hidden int := 1; function one(a int default 3) return int as begin return a + hidden; end; procedure two as begin null; end; begin hidden := 5; end //
create procedure oracular(a in out varchar2) as b number := 1; begin if b = 1 then a := 'x;' || a; end if; end //
set sql_mode = '', names latin1, collation_connection = latin1_german1_ci //
create function in_latin1(a char(3)) returns text no sql return concat(a, 'x') //
set names utf8mb4 //
create definer = 'gone'@'nowhere.example' procedure by_nobody() select 1 //
create definer = reader procedure by_role() select 1 //
create trigger first_ before insert on words_ for each row begin if new.title = ';' then set new.title = 'semi'; end if; end //
create trigger third_ before insert on words_ for each row follows first_ set new.body = concat(new.body, 'c') //
create definer = 'gone'@'nowhere.example' trigger second_ before insert on words_ for each row precedes third_ set new.body = concat(new.body, 'b') //
create trigger `after "all"` after delete on parent for each row insert into keyless values (old.i) //
set time_zone = '+05:45' //
create event `ev"ery` on schedule every '1:30' hour_minute starts '2031-01-01 00:00:00' ends '2037-01-01 00:00:00' on completion preserve comment 'e''v' do begin delete from keyless where x = 99; insert into keyless values (';'); end //
create definer = keeper@'%' event once_ on schedule at '2036-06-06 06:06:06' disable do delete from keyless //
create event on_replica on schedule every 1 year disable on slave do do 1 //
set time_zone = system //
delimiter ;

create view z_base as select id, v, f from every_type where id > 0 with local check option; create algorithm = merge definer = keeper@'%' sql security invoker view m_mid as select z.id, plus_(z.id) as p, (select count(*) from parent) as n from z_base z; create algorithm = temptable view a_top (`co l`, `b"`) as select m.id, concat(m.p, '\\', "'") from m_mid m join generated_ g on g.i <> m.id;
create definer = 'gone'@'nowhere.example' view by_nobody_view as select 1 as x; create view with_cte as with recursive n (i) as (select 1 union all select i + 1 from n where i < 5) select i, row_number() over (order by i desc) as r from n; create view of_json as select jt.* from json_table('[{"a": 1}]', '$[*]' columns (a int path '$.a', n for ordinality)) jt; create view history_ as select i, x from versioned for system_time all; create view of_sequence as select next_not_cached_value from numbers;
analyze table words_ persistent for all;

grant select (id, v), update (v) on every_type to 'o"dd'@localhost; grant execute on procedure `proc "1"` to reader; grant execute on package pack to reader; grant insert, trigger on parent to `wri"ter` with grant option; grant proxy on keeper@'%' to 'o"dd'@localhost; grant binlog monitor on *.* to keeper@'%' with grant option;
