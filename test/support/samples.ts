// Sample data whose loss or change would show: text in many scripts, every byte, NULLs, keys, views, routines, triggers.
import type { Engine } from "../../schemas/scalar.ts"
import { homeDatabase, type TestServer } from "./servers.ts"

const texts = `'plain', 'quote '' and "double"', 'back\\\\slash', 'line\\nbreak and tab\\t', 'Ünïcödé 漢字 🐘', '-- Dump completed on 2020-01-01', '', '$HOME \`id\`'`
const escaped = (engine: Engine) =>
  engine === "postgres" ? texts.replace(/'([^']|'')*'/g, (text) => `E${text}`) : texts

const postgres = `
create table item (id int primary key, body text, blob bytea, price numeric(12,4), at timestamptz, tags text[]);
insert into item select i, (array[${escaped("postgres")}])[1 + i % 8], decode(md5(i::text) || '00ff0a0d275c', 'hex'), i / 7.0, now() - i * interval '1 hour',
  case when i % 5 = 0 then null else array['a', i::text] end from generate_series(1, 3000) i;
create table line (id serial primary key, item_id int not null references item (id), amount int generated always as (item_id * 2) stored);
insert into line (item_id) select 1 + i % 3000 from generate_series(1, 5000) i;
create view expensive as select id, price from item where price > 100;
create function twice(n int) returns int language sql as $$ select n * 2 $$;
create materialized view totals as select count(*) as n from line;
select lo_from_bytea(0, decode(repeat('00ff', 5000), 'hex'));
`

const mysql = `
create table item (id int primary key, body text, \`blob\` longblob, price decimal(12,4), at datetime, flag bit(3));
insert into item with recursive n (i) as (select 1 union all select i + 1 from n where i < 900)
  select i, elt(1 + i % 8, ${escaped("mysql")}), unhex(concat(sha2(i, 256), '00ff0a0d275c')), i / 7.0, timestamp('2024-02-29 12:00:00') - interval i hour, if(i % 5 = 0, null, b'101') from n;
create table line (id int auto_increment primary key, item_id int not null, constraint to_item foreign key (item_id) references item (id));
insert into line (item_id) select id from item;
create view expensive as select id, price from item where price > 100;
delimiter //
create procedure twice(in n int, out m int) begin set m = n * 2; end //
create trigger before_line before insert on line for each row begin if new.item_id is null then set new.item_id = 1; end if; end //
create event nothing on schedule every 1 day do begin end //
delimiter ;
`

/** Creates the database and fills it. */
export async function fill(server: TestServer, database: string): Promise<void> {
  const home = homeDatabase[server.engine]
  if (server.engine === "postgres")
    await server.sql(home, `create database "${database.replaceAll('"', '""')}"`)
  else await server.sql(home, `create database \`${database.replaceAll("`", "``")}\` character set utf8mb4`)
  await server.sql(database, server.engine === "postgres" ? postgres : mysql)
}

/** Every row of every table, ordered, and the names of everything else, as text to compare. */
export async function contents(server: TestServer, database: string): Promise<string> {
  const queries =
    server.engine === "postgres"
      ? [
          "select * from item order by id",
          "select * from line order by id",
          "select * from expensive order by id",
          "select twice(21)",
          "select * from totals",
          "select last_value from line_id_seq",
          "select encode(sha256(lo_get(oid)), 'hex') from pg_largeobject_metadata order by 1",
          "select conname, pg_get_constraintdef(oid) from pg_constraint where connamespace = 'public'::regnamespace order by 1, 2",
        ]
      : [
          "select id, hex(body), hex(`blob`), price, at, flag + 0 from item order by id",
          "select * from line order by id",
          "select * from expensive order by id",
          "call twice(21, @m); select @m",
          `select routine_name from information_schema.routines where routine_schema = database() order by 1`,
          `select trigger_name from information_schema.triggers where trigger_schema = database() order by 1`,
          `select event_name from information_schema.events where event_schema = database() order by 1`,
          `select constraint_name, referenced_table_name from information_schema.key_column_usage where table_schema = database() and referenced_table_name is not null`,
        ]
  return server.sql(database, queries.map((query) => `${query};`).join("\n"))
}
