// Reads what postgres-probe.sh prints.
import { z } from "zod"
import type { DatabaseFacts } from "../../schemas/manifest.ts"
import { Fault } from "../core/fault.ts"
import type { Probe } from "./engine.ts"
import { setupHint } from "./explain.ts"

const State = z.object({
  version: z.string(),
  standby: z.boolean(),
  superuser: z.boolean(),
  user: z.string(),
  confined: z.boolean(),
  tls: z.string().nullable().optional(),
  broken: z.array(z.string()),
  databases: z.array(z.object({ name: z.string(), attributes: z.record(z.string(), z.string()) })),
})

/** As `describeContents` of postgres-sql answers. */
const Contents = z
  .object({ timescaledb: z.string().optional(), timescaledbSchema: z.string().optional() })
  .catchall(z.number().int().nonnegative())
type Contents = z.output<typeof Contents>

const Facts = z.object({ attributes: z.record(z.string(), z.string()), objects: Contents })

/** Throws a Fault, `server-not-ready`, while the image still sets the server up. */
export function readPostgresProbe(stdout: string): Probe {
  const lines = stdout.split("\n")
  const value = (key: string) => lines.find((line) => line.startsWith(`${key} `))?.slice(key.length + 1) ?? ""
  const state = State.parse(JSON.parse(value("state")))
  if (state.confined && value("setup") === "yes") {
    throw new Fault("server-not-ready", "the server is still in its image's first-time set-up", {
      hint: setupHint,
    })
  }
  const toolVersion = numberIn(value("tool"))
  const contents = contentsOf(lines)
  const databases = state.databases
    .map(({ name, attributes }) => ({ name, facts: factsOf(attributes, contents.get(name) ?? {}) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  return {
    engine: "postgres",
    serverVersion: numberIn(state.version),
    tool: "pg_dump",
    toolVersion,
    // A pg_dump that knows the compression goes on to connect, and fails there: the folder given has no socket.
    sourceZstd: Number.parseInt(toolVersion, 10) >= 16 && value("zstd").includes("connection to server"),
    databases,
    warnings: warningsOf(state, databases, contents),
    tls: state.tls ?? null,
    readsAll: state.superuser,
  }
}

export function readPostgresFacts(stdout: string): DatabaseFacts {
  const { attributes, objects } = Facts.parse(JSON.parse(stdout))
  return factsOf(attributes, objects)
}

function factsOf(
  attributes: DatabaseFacts["attributes"],
  { timescaledb, timescaledbSchema, ...counts }: Contents,
): DatabaseFacts {
  const { tables = 0, ...objects } = counts
  return {
    attributes: {
      ...attributes,
      ...(timescaledb === undefined ? {} : { timescaledb }),
      ...(timescaledbSchema === undefined ? {} : { timescaledbSchema }),
    },
    tables,
    objects,
  }
}

function numberIn(text: string): string {
  return /\d+(?:\.\d+)*(?:beta\d+|rc\d+|devel)?/.exec(text)?.[0] ?? text
}

/** What is in each database; one that could not be counted is missing. */
function contentsOf(lines: readonly string[]): ReadonlyMap<string, Contents> {
  const matches = lines
    .map((line) => /^objects (\{[^}]*\}) (.*)$/.exec(line))
    .filter((match) => match !== null)
  return new Map(
    matches.map(([, contents = "", name = ""]) => [name, Contents.parse(JSON.parse(contents))] as const),
  )
}

function warningsOf(
  state: z.output<typeof State>,
  databases: readonly { readonly name: string }[],
  contents: ReadonlyMap<string, Contents>,
): readonly string[] {
  const warnings: string[] = []
  if (state.standby)
    warnings.push("This server is a standby: it can cancel a long dump when it replays conflicting changes.")
  if (!state.superuser)
    warnings.push(
      `The user ${state.user} is not a superuser: what it may not read fails the dump, roles included.`,
    )
  for (const name of state.broken)
    warnings.push(`The database ${name} is left out: a DROP DATABASE of it was interrupted. Drop it again.`)
  for (const { name } of databases)
    if (!contents.has(name))
      warnings.push(`What is in ${name} could not be counted, so its dump cannot be compared with it.`)
  return warnings
}
