import { expect, test } from "bun:test"
import { scratchWay } from "../../controller/engines/scratch-way.ts"

test.each([
  ["postgres", "postgres:17", "POSTGRES_PASSWORD", "postgres"],
  ["postgres", "postgis/postgis:17-3.5", "POSTGRES_PASSWORD", "postgres"],
  ["postgres", "registry.example.com:5000/own/database@sha256:00", "POSTGRES_PASSWORD", "postgres"],
  ["mysql", "docker.io/library/mysql:9", "MYSQL_ROOT_PASSWORD", "mysqld"],
  ["mariadb", "mariadb", "MARIADB_ROOT_PASSWORD", "mariadbd"],
] as const)("%s of %s is told its password by %s, and started as %s", (engine, image, variable, first) => {
  const { passwordVariable, command } = scratchWay(engine, image)
  expect([passwordVariable, command[0]]).toEqual([variable, first])
})

test.each([
  ["postgres", "bitnami/postgresql:17", "POSTGRESQL_PASSWORD"],
  ["postgres", "supabase/postgres:17.4.1", "POSTGRES_PASSWORD"],
  ["mariadb", "lscr.io/linuxserver/mariadb", "MYSQL_ROOT_PASSWORD"],
] as const)(
  "%s of %s, whose entrypoint may not take the server's options, is started as it is",
  (engine, image, variable) => {
    expect(scratchWay(engine, image)).toEqual({ passwordVariable: variable, command: [] })
  },
)

test("the library of TimescaleDB is there where the database has the extension, and none of its policies runs", () => {
  const attributes = { timescaledb: "2.19.3" }
  for (const image of ["timescale/timescaledb:latest-pg17", "own/metrics"]) {
    const { command } = scratchWay("postgres", image, attributes)
    expect(command).toContain("shared_preload_libraries=timescaledb")
    expect(command).toContain("timescaledb.max_background_workers=0")
  }
  expect(scratchWay("postgres", "timescale/timescaledb").command.join()).not.toContain("preload")
  expect(scratchWay("postgres", "bitnami/postgresql", attributes).command).toEqual([])
})

test("no event of a restored database is carried out", () => {
  for (const engine of ["mysql", "mariadb"] as const)
    expect(scratchWay(engine, engine).command).toContain("--event-scheduler=OFF")
})
