import { describe, expect, test } from "bun:test"
import type { Probe } from "../../controller/engines/engine.ts"
import { rulesFor } from "../../controller/engines/registry.ts"
import type { Engine } from "../../schemas/scalar.ts"

const read = (engine: Engine, lines: readonly string[]): Probe =>
  rulesFor(engine).readProbe({ code: 0, stdout: `${lines.join("\n")}\n`, stderr: "" })
const hex = (text: string) => Buffer.from(text).toString("hex").toUpperCase()

describe("PostgreSQL", () => {
  const state = {
    version: "15.14 (Debian 15.14-0+deb12u1)",
    standby: false,
    superuser: true,
    user: "postgres",
    confined: false,
    broken: [] as string[],
    databases: [
      { name: "shop", attributes: { encoding: "UTF8", owner: "postgres" } },
      { name: "a b", attributes: { encoding: "UTF8", owner: "postgres" } },
    ],
  }
  const answer = (changes: Partial<typeof state> = {}, tool = "15.14", zstd = "zstd", setup = "no") => [
    `tool pg_dump (PostgreSQL) ${tool} (Debian)`,
    `zstd ${zstd}`,
    `setup ${setup}`,
    `state ${JSON.stringify({ ...state, ...changes })}`,
    'objects {"tables":2} a b',
    'objects {"tables":10,"views":3,"large objects":1} shop',
  ]
  const connected = 'pg_dump: error: connection to server on socket "/nonexistent/.s.PGSQL.5432" failed'

  test("databases are sorted and have their own numbers of objects", () => {
    const probe = read("postgres", answer())
    expect(probe.databases.map(({ name, facts }) => [name, facts.tables, facts.objects])).toEqual([
      ["a b", 2, {}],
      ["shop", 10, { views: 3, "large objects": 1 }],
    ])
    expect(probe).toMatchObject({ serverVersion: "15.14", toolVersion: "15.14", warnings: [] })
  })

  test("zstd in pg_dump needs version 16 and a build that has it", () => {
    expect(read("postgres", answer({}, "16.3", connected)).sourceZstd).toBe(true)
    expect(read("postgres", answer({}, "18beta1", connected)).sourceZstd).toBe(true)
    expect(read("postgres", answer({}, "13.22", connected)).sourceZstd).toBe(false)
    const without = "pg_dump: error: this build does not support compression with ZSTD"
    expect(read("postgres", answer({}, "17.6", without)).sourceZstd).toBe(false)
  })

  test("only a server that is both confined and in set-up is refused", () => {
    expect(() => read("postgres", answer({ confined: true }, "17.6", connected, "yes"))).toThrow("set-up")
    expect(read("postgres", answer({ confined: true })).warnings).toEqual([])
    expect(read("postgres", answer({}, "17.6", connected, "yes")).warnings).toEqual([])
  })

  test("what TLS was spoken and whether all can be read is told", () => {
    const probe = (changes: object) => read("postgres", answer(changes))
    expect(probe({ tls: "TLSv1.3" })).toMatchObject({ tls: "TLSv1.3", readsAll: true })
    expect(probe({ tls: null, superuser: false })).toMatchObject({ tls: null, readsAll: false })
  })

  test("what is left out or not sure is said", () => {
    const { warnings } = read("postgres", [
      ...answer({ standby: true, superuser: false, user: "app", broken: ["half"] }).slice(0, 5),
      "objects unknown shop",
    ])
    expect(warnings).toHaveLength(4)
    expect(warnings.join()).toMatch(/standby.*app is not a superuser.*half is left out.*in shop could not/)
  })
})

describe("MySQL and MariaDB", () => {
  const rights = ["SELECT", "SHOW VIEW", "TRIGGER", "EVENT"].map((right) => `right\t${right}`)
  const answer = (network: string, setup = "no") => [
    "tool\tmysqldump\tmysqldump  Ver 9.7.4-2 for Linux on x86_64 ((Debian))",
    `setup\t${setup}`,
    `server\t9.7.4-2\t${network}\t${hex("root@localhost")}`,
    `database\t${hex("zoo")}\tutf8mb4\tutf8mb4_0900_ai_ci\t3`,
    `database\t${hex("a\tb'c")}\tlatin1\tlatin1_swedish_ci\t0`,
    `object\t${hex("zoo")}\tviews\t2`,
    `object\t${hex("zoo")}\tprocedures\t1`,
  ]

  test("names come in hexadecimal, versions without the packager's part", () => {
    expect(read("mysql", [...answer("0"), ...rights])).toEqual({
      engine: "mysql",
      serverVersion: "9.7.4",
      tool: "mysqldump",
      toolVersion: "9.7.4",
      sourceZstd: false,
      databases: [
        {
          name: "a\tb'c",
          facts: {
            attributes: { charset: "latin1", collation: "latin1_swedish_ci" },
            tables: 0,
            objects: {},
          },
          hidden: [],
        },
        {
          name: "zoo",
          facts: {
            attributes: { charset: "utf8mb4", collation: "utf8mb4_0900_ai_ci" },
            tables: 3,
            objects: { views: 2, procedures: 1 },
          },
          hidden: [],
        },
      ],
      warnings: [],
      ...{ tls: null, readsAll: true },
    })
  })

  test("what TLS was spoken and whether all can be read is told", () => {
    const tls = (version: string) =>
      read("mariadb", [...answer("0"), ...rights, `Ssl_version\t${version}`]).tls
    expect([tls("TLSv1.3"), tls("")]).toEqual(["TLSv1.3", null])
    expect(read("mysql", [...answer("0"), ...rights.slice(1)]).readsAll).toBe(false)
  })

  test("a database that is kept for an undo is nobody's, nor is what is said of it", () => {
    const kept = [
      `database\t${hex("shop_before")}\tutf8mb4\tutf8mb4_bin\t3`,
      `kept\t${hex("shop_before")}`,
      `outside\t${hex("shop_before")}\t${hex("log")}\tMyISAM`,
    ]
    const [without, probe] = [
      read("mysql", [...answer("0"), ...rights]),
      read("mysql", [...answer("0"), ...rights, ...kept]),
    ]
    expect(probe).toEqual(without)
  })

  test("the tool's version is read from every wording", () => {
    const version = (text: string) =>
      read("mariadb", [`tool\tx\t${text}`, ...answer("0").slice(1), ...rights]).toolVersion
    expect(version("mariadb-dump from 11.8.9-MariaDB, client 10.20 for debian-linux-gnu")).toBe(
      "11.8.9-MariaDB",
    )
    expect(version("mysqldump  Ver 10.19 Distrib 10.5.29-MariaDB, for debian-linux-gnu (x86_64)")).toBe(
      "10.5.29-MariaDB",
    )
    expect(version("mysqldump  Ver 8.0.40 for Linux on x86_64 (MySQL Community Server - GPL)")).toBe("8.0.40")
  })

  test("only a server without network and in set-up is refused", () => {
    expect(() => read("mysql", answer("1", "yes"))).toThrow("set-up")
    expect(read("mysql", [...answer("1"), ...rights]).warnings).toEqual([])
    expect(read("mysql", [...answer("0", "yes"), ...rights]).warnings).toEqual([])
  })

  test("what is hidden is told for each database, by the rights everywhere and in it", () => {
    const own = ["SELECT", "TRIGGER", "EVENT", "EXECUTE"].map((right) => `right\t${right}\t${hex("zo_")}`)
    const hidden = (lines: readonly string[]) =>
      read("mysql", [...answer("0"), ...lines]).databases.map((each) => each.hidden?.length)
    expect(hidden(["right\tUSAGE", ...own])).toEqual([4, 0])
    expect(hidden(["right\tUSAGE", ...own.slice(0, 3)])).toEqual([4, 1])
    expect(hidden(["right\tUSAGE", ...own.slice(0, 3), "proc"])).toEqual([3, 0])
    expect(hidden(["right\tUSAGE", "role\t`reader`@`%`"])).toEqual([0, 0])
    expect(hidden(["right\tUSAGE", "role\tNONE"])).toEqual([4, 4])
  })

  test("missing rights and tables outside the snapshot are said, a few by name", () => {
    const outside = Array.from({ length: 7 }, (_, n) => `outside\t${hex("zoo")}\t${hex(`t${n}`)}\tMyISAM`)
    const { warnings } = read("mysql", [...answer("0"), ...rights.slice(0, 2), ...outside])
    expect(warnings[0]).toContain("root@localhost lacks TRIGGER, EVENT")
    expect(warnings[1]).toContain("zoo.t4 (MyISAM) and 2 more")
  })
})
