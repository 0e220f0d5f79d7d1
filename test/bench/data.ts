// Databases of a wanted size, and the dump a person would make of them by hand.
import { must } from "../support/command.ts"
import { homeDatabase, type TestServer } from "../support/servers.ts"

/** Rows of about 160 bytes, half of it random, as orders and log lines are. */
export async function fillWith(server: TestServer, database: string, megabytes: number): Promise<void> {
  const rows = Math.round((megabytes * 1e6) / 160)
  await server.sql(homeDatabase[server.engine], `create database ${database}`)
  if (server.engine === "postgres") {
    await server.sql(
      database,
      `create table orders as select i as id, md5(i::text) || md5((i * 7)::text) as ref, 'customer ' || i % 5000 as customer, 'shipped by the usual carrier' as note, now() - i * interval '1 second' as at from generate_series(1, ${rows}) i;
       alter table orders add primary key (id); checkpoint;`,
    )
    return
  }
  await server.sql(
    database,
    "create table orders (id int auto_increment primary key, ref varchar(80), customer varchar(40), note varchar(40), at datetime)",
  )
  const insert = (from: string) =>
    server.sql(
      database,
      `insert into orders (ref, customer, note, at) select sha2(rand(), 256), concat('customer ', floor(rand() * 5000)), 'shipped by the usual carrier', now() ${from}`,
    )
  await insert("")
  for (let have = 1; have < rows; have += Math.min(have, rows - have))
    await insert(`from orders limit ${Math.min(have, rows - have)}`)
}

/** `docker exec … pg_dump -Fc -Z zstd:3 > file`, `docker exec … mysqldump | zstd -3 > file`. */
export async function bareDump(server: TestServer, database: string, file: string): Promise<void> {
  const dump =
    server.engine === "postgres"
      ? `docker exec ${server.name} pg_dump --username postgres --format custom --compress zstd:3 ${database} > ${file}`
      : `docker exec ${server.name} sh -c 'MYSQL_PWD="\${MARIADB_ROOT_PASSWORD:-$MYSQL_ROOT_PASSWORD}" exec ${server.engine === "mysql" ? "mysqldump" : "mariadb-dump"} --user=root --single-transaction --quick --routines --triggers --events --hex-blob --no-tablespaces ${server.engine === "mysql" ? "--set-gtid-purged=OFF " : ""}${database}' | zstd --quiet -3 --force -o ${file}`
  await must(["bash", "-o", "pipefail", "-c", dump])
}
