// Which engine a container is. From the inside: by the servers that run or are installed in it and the text of their version.
// From the outside, to list one that nobody labelled: careful rather than complete, as an application with a database's
// client settings is no server.
import type { Engine } from "../../schemas/scalar.ts"
import { Fault } from "../core/fault.ts"
import type { ToolOutcome } from "../ports.ts"
import type { Script } from "./engine.ts"
import detect from "./sh/detect.sh" with { type: "text" }

export function detectScript(): Script {
  return { script: detect, args: [] }
}

const servers: Readonly<Record<string, Engine>> = {
  postgres: "postgres",
  postmaster: "postgres",
  mysqld: "mysql",
  mariadbd: "mariadb",
}

/** Throws a Fault, `engine-unknown`, when there is no server in it, or servers of two engines. */
export function readDetection({ stdout }: ToolOutcome): Engine {
  const rows = stdout.split("\n").map((line) => line.split("\t"))
  const found = new Map(
    rows.flatMap(([kind, name = "", text = ""]) => (kind === "found" ? [[name, text]] : [])),
  )
  const engineOf = (name: string): Engine[] => {
    const engine = servers[name]
    if (!engine) return []
    // MariaDB's server and tools also go by MySQL's names.
    return [engine === "mysql" && /MariaDB/i.test(found.get(name) ?? "") ? "mariadb" : engine]
  }
  const running = rows.flatMap(([kind, name = ""]) => (kind === "running" ? engineOf(name) : []))
  const installed = [...found.keys()].flatMap(engineOf)
  const engines = [...new Set(running.length > 0 ? running : installed)]
  const [engine] = engines
  if (engine && engines.length === 1) return engine
  const tools = [...found.keys()].filter((name) => !(name in servers))
  const what = engine
    ? `servers of several engines in the container: ${engines.join(", ")}`
    : `no database server found in the container${tools.length > 0 ? `, only ${tools.join(", ")}` : ""}`
  throw new Fault("engine-unknown", what, {
    hint: engine
      ? "Say which one with dbbackup.type."
      : "The labels belong on the database's own container. If this is one, say which with dbbackup.type: postgres, mysql or mariadb.",
    key: "dbbackup.type",
  })
}

/** Last part of an image's name, as whole words between dashes, underscores and dots. */
const images: readonly (readonly [RegExp, Engine])[] = [
  [
    /^(postgres|postgresql|postgis|pgvector|timescaledb|timescaledb-ha|pgvecto-rs|vectorchord-postgres|paradedb|spilo|crunchy-postgres)$/,
    "postgres",
  ],
  [/^(postgres|postgresql)-(repmgr|ha|vectorchord|pgvecto-rs|postgis|pgvector)$/, "postgres"],
  [/^(spilo-\d+|percona-distribution-postgresql)$/, "postgres"],
  [/^(mariadb|mariadb-server|mariadb-galera)$/, "mariadb"],
  [/^(mysql|mysql-server|percona|percona-server|percona-xtradb-cluster)$/, "mysql"],
]

// Images of tools are often built on the server's own and keep its variables and ports.
const tool =
  /backup|dump|restore|exporter|admin|bouncer|pool|proxy|router|operator|rest$|migrat|tool|client|cli$|studio|hasura|test/

/** What images of servers set and applications do not. */
const signs: readonly (readonly [Engine, string, readonly string[]])[] = [
  ["postgres", "5432/tcp", ["PG_MAJOR", "PGDATA", "POSTGRESQL_VERSION"]],
  ["mariadb", "3306/tcp", ["MARIADB_VERSION", "MARIADB_MAJOR"]],
  ["mysql", "3306/tcp", ["MYSQL_MAJOR", "MYSQL_VERSION", "PERCONA_MAJOR", "PS_VERSION"]],
]

/** `image` as the listing gives it, a bare id once the tag has moved; ports such as `5432/tcp`. */
export function guessEngine(
  image: string,
  envNames: readonly string[],
  exposedPorts: readonly string[],
): Engine | null {
  const name = baseName(image)
  if (tool.test(name)) return null
  const known = images.find(([pattern]) => pattern.test(name))
  if (known) return known[1]
  const sign = signs.find(
    ([, port, names]) => exposedPorts.includes(port) && names.some((each) => envNames.includes(each)),
  )
  return sign?.[0] ?? null
}

/** `ghcr.io/immich-app/postgres:14@sha256:…` → `postgres` */
function baseName(image: string): string {
  const path = image.replace(/@.*$/, "")
  return (path.split("/").at(-1) ?? "").replace(/:.*$/, "").toLowerCase()
}
