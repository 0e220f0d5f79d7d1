import { describe, expect, test } from "bun:test"
import { guessEngine, readDetection } from "../../controller/engines/detect.ts"

const detect = (...lines: readonly string[]) =>
  readDetection({ code: 0, stdout: lines.map((line) => `${line}\n`).join(""), stderr: "" })

const postgres = "found\tpostgres\tpostgres (PostgreSQL) 17.6"
const mysqld = "found\tmysqld\t/usr/sbin/mysqld  Ver 9.7.4 for Linux on x86_64 (MySQL Community Server - GPL)"
const mysqldOfMariadb =
  "found\tmysqld\tmysqld  Ver 10.4.34-MariaDB for debian-linux-gnu on x86_64 (MariaDB Server)"
const mariadbd = "found\tmariadbd\tmariadbd  Ver 11.8.9-MariaDB-0+deb13u1 from Debian for debian-linux-gnu"

describe("from the inside", () => {
  test("the installed server tells the engine", () => {
    expect(detect(postgres, "found\tpg_dump\tpg_dump (PostgreSQL) 17.6")).toBe("postgres")
    expect(detect(mysqld)).toBe("mysql")
    expect(detect(mariadbd)).toBe("mariadb")
  })

  test("a server named mysqld is MariaDB when its version says so", () => {
    expect(detect(mysqldOfMariadb, mariadbd)).toBe("mariadb")
    expect(detect("running\tmysqld", mysqldOfMariadb)).toBe("mariadb")
  })

  test("of several installed servers, the running one counts", () => {
    expect(detect("running\tpostgres", "running\tpostgres", postgres, mysqld)).toBe("postgres")
    expect(() => detect(postgres, mysqld)).toThrow("several engines in the container: postgres, mysql")
  })

  test("an application's client is no server", () => {
    expect(() => detect("found\tmysqldump\tmysqldump  Ver 10.19 Distrib 10.11.6-MariaDB")).toThrow(
      "no database server found in the container, only mysqldump",
    )
    expect(() => detect()).toThrow("no database server found in the container")
  })
})

describe("from the outside", () => {
  const servers: readonly (readonly [string, string])[] = [
    ["postgres:17", "postgres"],
    ["docker.io/library/postgres@sha256:0123", "postgres"],
    ["registry.local:5000/team/postgres:16-alpine", "postgres"],
    ["postgis/postgis:16-3.4", "postgres"],
    ["pgvector/pgvector:pg17", "postgres"],
    ["timescale/timescaledb:latest-pg16", "postgres"],
    ["timescale/timescaledb-ha:pg16", "postgres"],
    ["bitnami/postgresql:17", "postgres"],
    ["supabase/postgres:15.8.1", "postgres"],
    ["ghcr.io/immich-app/postgres:14-vectorchord0.4.3", "postgres"],
    ["tensorchord/pgvecto-rs:pg14-v0.2.0", "postgres"],
    ["mysql:9", "mysql"],
    ["mysql/mysql-server:8.0", "mysql"],
    ["percona/percona-server:8.4", "mysql"],
    ["percona:8", "mysql"],
    ["mariadb:11.8", "mariadb"],
    ["lscr.io/linuxserver/mariadb:latest", "mariadb"],
  ]
  for (const [image, engine] of servers) {
    test(`${image} is ${engine}`, () => {
      expect(guessEngine(image, [], [])).toBe(engine as never)
    })
  }

  const others = [
    "prometheuscommunity/postgres-exporter:v0.16",
    "prom/mysqld-exporter",
    "prodrigestivill/postgres-backup-local:17",
    "dpage/pgadmin4",
    "phpmyadmin/phpmyadmin",
    "edoburu/pgbouncer",
    "bitnami/pgpool:4",
    "postgrest/postgrest",
    "adminer",
    "nextcloud:31",
  ]
  for (const image of others) {
    test(`${image} is no server, even with a server's variables and ports`, () => {
      expect(
        guessEngine(
          image,
          ["PG_MAJOR", "PGDATA"],
          image === "adminer" || image === "nextcloud:31" ? [] : ["5432/tcp"],
        ),
      ).toBeNull()
    })
  }

  test("an application with a client's settings is no server", () => {
    const client = ["PGHOST", "PGUSER", "POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_HOST", "MYSQL_HOST"]
    expect(guessEngine("ghcr.io/me/app:1", [...client, "MYSQL_DATABASE"], ["8080/tcp"])).toBeNull()
  })

  test("an image of one's own, or a bare id, is known by what the server's image set", () => {
    const id = "sha256:4c59ee1f7f83"
    expect(guessEngine(id, ["PATH", "PG_MAJOR", "PGDATA"], ["5432/tcp"])).toBe("postgres")
    expect(guessEngine("my/db", ["MYSQL_MAJOR", "MYSQL_VERSION"], ["3306/tcp", "33060/tcp"])).toBe("mysql")
    expect(guessEngine("4c59ee1f7f83", ["MARIADB_VERSION", "MYSQL_PASSWORD"], ["3306/tcp"])).toBe("mariadb")
    expect(guessEngine(id, ["PATH"], ["5432/tcp"])).toBeNull()
  })
})
