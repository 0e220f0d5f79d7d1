// Reads what mysql-probe.sh prints: tab-separated rows, names in hexadecimal.
import type { DatabaseFacts } from "../../schemas/manifest.ts"
import type { Engine } from "../../schemas/scalar.ts"
import { Fault } from "../core/fault.ts"
import type { Probe } from "./engine.ts"
import { setupHint } from "./explain.ts"
import { endlessWarning } from "./mysql-endless.ts"
import { hiddenIn, type Rights } from "./mysql-rights.ts"
import { fromHex } from "./mysql-sql.ts"

const mostNamesInWarning = 5
// Without these on everything, the server hides what a user may not see, and the dump leaves it out without an error.
const wantedRights = ["SELECT", "SHOW VIEW", "TRIGGER", "EVENT"]

const ofDatabases = ["database", "object", "outside", "endless"]

/** Throws a Fault, `server-not-ready`, while the image still sets the server up. */
export function readMysqlProbe(engine: Engine, stdout: string): Probe {
  const all = stdout.split("\n").map((line) => line.split("\t"))
  // What a swap has replaced is kept for an undo, and is no database of anybody's meanwhile.
  const kept = new Set(all.filter(([key]) => key === "kept").map(([, name]) => name))
  const rows = all.filter(([key = "", name]) => !ofDatabases.includes(key) || !kept.has(name))
  const of = (key: string) => rows.filter(([first]) => first === key)
  const [, version = "", networkSkipped = "0", user = ""] = of("server")[0] ?? []
  const serverVersion = shortVersion(version)
  if (serverVersion === "") throw new Fault("dump-failed", "the server's description came without a version")
  if (isOn(networkSkipped) && of("setup")[0]?.[1] === "yes") {
    throw new Fault("server-not-ready", "the server is still in its image's first-time set-up", {
      hint: setupHint,
    })
  }
  const rights = rightsOf(of)
  const [, tool = "", toolText = ""] = of("tool")[0] ?? []
  const toolVersion = toolVersionIn(toolText)
  const endless = of("endless").map(([, schema, event]) => `${fromHex(schema ?? "")}.${fromHex(event ?? "")}`)
  return {
    engine,
    serverVersion,
    tool,
    toolVersion,
    sourceZstd: false,
    databases: of("database")
      .map((row) => {
        const name = fromHex(row[1] ?? "")
        return { name, facts: factsOf(row, of("object")), hidden: hiddenIn(name, rights) }
      })
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
    tls: of("Ssl_version")[0]?.[1] || null,
    readsAll: missingRights(rights.everywhere).length === 0,
    warnings: [
      ...rightsWarning(fromHex(user), rights.everywhere),
      ...outsideWarning(of("outside")),
      ...endlessWarning(engine, tool, toolVersion, endless),
    ],
  }
}

/** Throws a Fault, `database-gone`. */
export function readMysqlFacts(stdout: string): DatabaseFacts {
  const rows = stdout.split("\n").map((line) => line.split("\t"))
  const database = rows.find(([key]) => key === "database")
  if (!database) throw new Fault("database-gone", "the database is not there")
  return factsOf(
    database,
    rows.filter(([key]) => key === "object"),
  )
}

type Row = readonly string[]

function rightsOf(of: (key: string) => readonly Row[]): Rights {
  const rows = of("right")
  return {
    everywhere: new Set(rows.filter((row) => row.length === 2).map(([, right = ""]) => right)),
    within: rows
      .filter((row) => row.length > 2)
      .map(([, right = "", pattern = ""]) => ({ right, pattern: fromHex(pattern) })),
    proc: of("proc").length > 0,
    role: of("role").some(([, role]) => role !== "NONE"),
  }
}

function factsOf(database: Row, objects: readonly Row[]): DatabaseFacts {
  const [, name, charset = "", collation = "", tables = "0"] = database
  const own = objects.filter(([, schema]) => schema === name)
  return {
    attributes: { charset, collation },
    tables: Number(tables),
    objects: Object.fromEntries(own.map(([, , kind = "", count = "0"]) => [kind, Number(count)])),
  }
}

/** `mysqldump  Ver 9.7.4 for Linux …`, `mysqldump  Ver 10.13 Distrib 8.0.40, …`, `mariadb-dump from 11.8.9-MariaDB, client …` */
function toolVersionIn(text: string): string {
  const match = /(?:Distrib|from) ([^\s,]+)/.exec(text) ?? /Ver ([^\s,]+)/.exec(text)
  return shortVersion(match?.[1] ?? text)
}

/** `11.8.9-MariaDB-0+deb13u1 from Debian` → `11.8.9-MariaDB` */
function shortVersion(text: string): string {
  return /^\d+(?:\.\d+)*(?:-MariaDB)?/.exec(text)?.[0] ?? text
}

const isOn = (value: string): boolean => value === "1" || value === "ON"
const missingRights = (rights: ReadonlySet<string>) => wantedRights.filter((right) => !rights.has(right))

function rightsWarning(user: string, rights: ReadonlySet<string>): readonly string[] {
  const missing = missingRights(rights)
  if (missing.length === 0) return []
  return [
    `The user ${user} lacks ${missing.join(", ")} on everything: databases, views, triggers, routines and events that it may not see are left out without an error. Name one that may with dbbackup.user and dbbackup.password-env.`,
  ]
}

function outsideWarning(rows: readonly Row[]): readonly string[] {
  if (rows.length === 0) return []
  const names = rows.slice(0, mostNamesInWarning).map(([, schema = "", table = "", engine = ""]) => {
    return `${fromHex(schema)}.${fromHex(table)} (${engine})`
  })
  const more = rows.length > names.length ? ` and ${rows.length - names.length} more` : ""
  return [
    `Tables outside the snapshot, as their storage engine has no transactions: ${names.join(", ")}${more}. What is written to them during a dump can be half in it. ALTER TABLE … ENGINE=InnoDB brings them in.`,
  ]
}
