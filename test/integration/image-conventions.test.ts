// Images that keep other conventions than the official ones: stand-ins with their variables, users, paths and sockets, each looked at,
// dumped and restored by what the container itself says.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import type { Probe } from "../../controller/engines/engine.ts"
import { rulesFor } from "../../controller/engines/registry.ts"
import type { Engine } from "../../schemas/scalar.ts"
import { must, run } from "../support/command.ts"
import { inside, removeContainer, startContainer } from "../support/docker-cli.ts"
import { dump, globals, look, named, restore } from "../support/dumped.ts"
import { builderEnvironment, ensureImage } from "../support/images.ts"

setDefaultTimeout(300_000)
const secret = `it's a $ecret "word" #1`

interface Convention {
  readonly name: string
  readonly base: string
  readonly engine: Engine
  /** After FROM. `/start` is what the container runs. */
  readonly build: readonly string[]
  readonly start: string
  readonly environment: Readonly<Record<string, string>>
  readonly files?: Readonly<Record<string, string>>
  /** A client of the superuser that reads statements. */
  readonly client: string
}

const postgresStart = (user: string, password: string, hba: string, folder: string) => `#!/bin/sh
set -e
umask 077
printf '%s' "${password}" > /tmp/pw
/usr/lib/postgresql/17/bin/initdb -D /tmp/data -U "${user}" --pwfile=/tmp/pw -A scram-sha-256 >/dev/null
printf '%s\\n' ${hba} > /tmp/data/pg_hba.conf
exec /usr/lib/postgresql/17/bin/postgres -D /tmp/data -k ${folder} -c listen_addresses=127.0.0.1
`
const mysqlStart = (
  server: string,
  install: string,
  user: string,
  password: string,
  socket: string,
  host = "localhost",
) => `#!/bin/sh
set -e
umask 077
mkdir -p /tmp/data
${install} >/dev/null 2>&1
quoted=$(printf '%s' "${password}" | sed "s/'/''/g")
printf "%s\\n" ${host === "localhost" ? "" : `"drop user '${user}'@'localhost';" `}"create user if not exists '${user}'@'${host}';" "alter user '${user}'@'${host}' identified by '$quoted';" "grant all on *.* to '${user}'@'${host}' with grant option;" > /tmp/init.sql
exec ${server} --no-defaults --datadir=/tmp/data --socket=${socket} --pid-file=/tmp/pid --skip-networking --init-file=/tmp/init.sql
`
const mysqlInstall = "mysqld --no-defaults --initialize-insecure --datadir=/tmp/data"
const mariadbInstall =
  "mariadb-install-db --no-defaults --datadir=/tmp/data --auth-root-authentication-method=normal --skip-test-db"
const asPostgres = (user: string, folder: string) =>
  `export PGPASSWORD="$(cat /tmp/pw)"; exec psql -X -q -A -t -v ON_ERROR_STOP=1 -h ${folder} -U ${user} -d "$1"`
const asMysql = (client: string, user: string, socket: string) =>
  `export MYSQL_PWD=${`'${secret.replaceAll("'", "'\\''")}'`}; exec ${client} --no-defaults --batch --skip-column-names -S ${socket} -u ${user} "$1"`
const bitnamiTools = [
  "RUN useradd --uid 1001 --gid 0 bitnami && mkdir -p /opt/bitnami/postgresql",
  "RUN ln -s /usr/lib/postgresql/17/bin /opt/bitnami/postgresql/bin && rm -rf /var/run/postgresql",
  "ENV PG_MAJOR= PATH=/opt/bitnami/postgresql/bin:/usr/bin:/bin",
  "USER 1001",
]

const conventions: readonly Convention[] = [
  {
    name: "bitnami-postgresql",
    base: "postgres:17",
    engine: "postgres",
    build: bitnamiTools,
    start: postgresStart(
      "boss",
      '$(cat "$POSTGRESQL_PASSWORD_FILE")',
      "'local all all scram-sha-256'",
      "/tmp",
    ),
    environment: { POSTGRESQL_USERNAME: "boss", POSTGRESQL_PASSWORD_FILE: "/run-secret" },
    files: { "/run-secret": `${secret}\n` },
    client: asPostgres("boss", "/tmp"),
  },
  {
    name: "supabase-postgres",
    base: "postgres:17",
    engine: "postgres",
    build: ["RUN mkdir /etc/postgresql-custom", "USER postgres"],
    start: postgresStart(
      "supabase_admin",
      "$POSTGRES_PASSWORD",
      "'local all supabase_admin scram-sha-256' 'local all all peer'",
      "/var/run/postgresql",
    ),
    environment: { POSTGRES_PASSWORD: secret },
    client: asPostgres("supabase_admin", "/var/run/postgresql"),
  },
  {
    name: "spilo",
    base: "postgres:17",
    engine: "postgres",
    build: ["ENV PG_MAJOR= PGVERSION=17 PATH=/usr/bin:/bin", "USER postgres"],
    start: postgresStart(
      "chief",
      "$PGPASSWORD_SUPERUSER",
      "'local all all scram-sha-256'",
      "/var/run/postgresql",
    ),
    environment: { PGUSER_SUPERUSER: "chief", PGPASSWORD_SUPERUSER: secret },
    client: asPostgres("chief", "/var/run/postgresql"),
  },
  {
    name: "percona-distribution-postgresql",
    base: "postgres:17",
    engine: "postgres",
    build: [
      "RUN mkdir -p /usr/pgsql-17/bin && cd /usr/lib/postgresql/17/bin && mv psql pg_dump pg_dumpall pg_restore /usr/pgsql-17/bin",
      "RUN rm -f /usr/bin/psql /usr/bin/pg_dump /usr/bin/pg_dumpall /usr/bin/pg_restore",
      "ENV PG_MAJOR= PATH=/usr/bin:/bin",
      "USER postgres",
    ],
    start: postgresStart(
      "chief",
      "$POSTGRES_PASSWORD",
      "'local all all scram-sha-256'",
      "/var/run/postgresql",
    ),
    environment: { POSTGRES_USER: "chief", POSTGRES_PASSWORD: secret },
    client: `PATH=/usr/pgsql-17/bin:$PATH; ${asPostgres("chief", "/var/run/postgresql")}`,
  },
  {
    name: "bitnami-mysql",
    base: "mysql:9",
    engine: "mysql",
    build: [
      "RUN useradd --uid 1001 --gid 0 bitnami && install -d -o 1001 /opt/bitnami/mysql/tmp",
      "RUN rm -rf /var/run/mysqld",
      "USER 1001",
    ],
    start: mysqlStart(
      "mysqld",
      mysqlInstall,
      "boss",
      '$(cat "$MYSQL_ROOT_PASSWORD_FILE")',
      "/opt/bitnami/mysql/tmp/mysql.sock",
    ),
    environment: { MYSQL_ROOT_USER: "boss", MYSQL_ROOT_PASSWORD_FILE: "/run-secret" },
    files: { "/run-secret": secret },
    client: asMysql("mysql", "boss", "/opt/bitnami/mysql/tmp/mysql.sock"),
  },
  {
    name: "mysql-server",
    base: "mysql:9",
    engine: "mysql",
    build: ["RUN install -d -o mysql -m 777 /var/lib/mysql && rm -rf /var/run/mysqld", "USER mysql"],
    start: mysqlStart(
      "mysqld",
      mysqlInstall,
      "root",
      '$(cat "$MYSQL_ROOT_PASSWORD")',
      "/var/lib/mysql/mysql.sock",
    ),
    environment: { MYSQL_ROOT_PASSWORD: "/run-secret" },
    files: { "/run-secret": `${secret}\n` },
    client: asMysql("mysql", "root", "/var/lib/mysql/mysql.sock"),
  },
  {
    name: "percona-server",
    base: "mysql:9",
    engine: "mysql",
    build: [
      "RUN usermod --uid 1001 mysql && install -d -o 1001 -m 777 /var/lib/mysql && rm -rf /var/run/mysqld",
      "USER 1001",
    ],
    start: mysqlStart(
      "mysqld",
      mysqlInstall,
      "root",
      '$(cat "$MYSQL_ROOT_PASSWORD_FILE")',
      "/var/lib/mysql/mysql.sock",
    ),
    environment: { MYSQL_ROOT_PASSWORD_FILE: "/run-secret", PS_VERSION: "8.4" },
    files: { "/run-secret": secret },
    client: asMysql("mysql", "root", "/var/lib/mysql/mysql.sock"),
  },
  {
    name: "linuxserver-mariadb",
    base: "mariadb:11.8",
    engine: "mariadb",
    build: ["RUN useradd --uid 911 abc && chown abc /run/mysqld", "USER abc"],
    start: mysqlStart(
      "mariadbd",
      mariadbInstall,
      "root",
      '$(cat "$FILE__MYSQL_ROOT_PASSWORD")',
      "/run/mysqld/mysqld.sock",
      "%",
    ),
    environment: { FILE__MYSQL_ROOT_PASSWORD: "/run-secret" },
    files: { "/run-secret": `${secret}\n` },
    client: asMysql("mariadb", "root", "/run/mysqld/mysqld.sock"),
  },
  {
    name: "bitnami-mariadb",
    base: "mariadb:11.8",
    engine: "mariadb",
    build: [
      "RUN useradd --uid 1001 --gid 0 bitnami && install -d -o 1001 /opt/bitnami/mariadb/tmp",
      "RUN rm -rf /run/mysqld",
      "USER 1001",
    ],
    start: mysqlStart(
      "mariadbd",
      mariadbInstall,
      "root",
      "$MARIADB_ROOT_PASSWORD",
      "/opt/bitnami/mariadb/tmp/mysql.sock",
    ),
    environment: { MARIADB_ROOT_PASSWORD: secret },
    client: asMysql("mariadb", "root", "/opt/bitnami/mariadb/tmp/mysql.sock"),
  },
]

for (const { name, base, engine, build, start, environment, files = {}, client } of conventions) {
  describe(`an image as ${name}`, () => {
    const rules = rulesFor(engine)
    const image = `dbbackup-test-tables-${name}`
    let container: string
    let probe: Probe
    const sql = (database: string, statements: string) =>
      inside(container, ["sh", "-c", client, "sh", database], statements)
    const home = engine === "postgres" ? "postgres" : "mysql"

    beforeAll(async () => {
      await ensureImage(base)
      const env = await builderEnvironment()
      const input = [`FROM ${base}`, ...build, 'ENTRYPOINT ["sh", "/start"]'].join("\n")
      await must(["docker", "build", "-q", "-t", image, "-"], { env, input })
      container = await startContainer(image, { environment, files: { ...files, "/start": start } })
      probe = await look(container, rules)
    })
    afterAll(async () => {
      await removeContainer(container)
      await run(["docker", "rmi", image])
    })

    test("is dumped and restored by what it says of itself, equal in every row", async () => {
      await sql(home, "create database shop")
      await sql(
        "shop",
        "create table item (id int primary key, body text); insert into item values (1, 'a'), (2, null), (3, '漢字')",
      )
      const again = await look(container, rules)
      const facts = again.databases.find((database) => database.name === "shop")?.facts
      if (!facts) throw new Error("shop was not found")
      const dumped = await dump(container, rules, again, named("shop"))
      expect(dumped.held).toMatchObject({ tables: 1 })
      expect((await restore(container, rules, "again", facts, dumped)).tables).toBe(1)
      const rows = "select * from item order by id"
      expect(await sql("again", rows)).toBe(await sql("shop", rows))
      expect(await sql("again", "select count(*) from item")).toContain("3")
    })

    test("gives its accounts, as its superuser may", async () => {
      expect((await dump(container, rules, probe, globals)).bytes.length).toBeGreaterThan(100)
      expect(probe.warnings).toEqual([])
    })
  })
}
