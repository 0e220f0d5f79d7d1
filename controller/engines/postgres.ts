// PostgreSQL: its scripts with their arguments, and how its dumps are compressed and proven.
import type { Compression } from "../../schemas/scalar.ts"
import type { Subject } from "../../schemas/server.ts"
import { cannotTell } from "../core/selection-plan.ts"
import { archiveSelecting } from "./archive-selecting.ts"
import type { Access, DumpPlan, EngineRules, Form, Probe, Script } from "./engine.ts"
import { duringLook } from "./explain.ts"
import { archiveEnd } from "./postgres-archive.ts"
import { postgresCommands } from "./postgres-commands.ts"
import { explainPostgres } from "./postgres-explain.ts"
import { fingerprintStatements, postgresSnapshot, readFingerprint } from "./postgres-fingerprint.ts"
import { postgresGlobals as globals } from "./postgres-globals.ts"
import { postgresInPlace } from "./postgres-in-place.ts"
import { postgresLoad } from "./postgres-load.ts"
import { partOptions, readRelations, wantedIn } from "./postgres-part.ts"
import { readPostgresFacts, readPostgresProbe } from "./postgres-probe.ts"
import * as sql from "./postgres-sql.ts"
import { describeStanding, readPostgresStanding } from "./postgres-standing.ts"
import { readPostgresSurvey, surveyServer } from "./postgres-survey.ts"
import * as swap from "./postgres-swap.ts"
import common from "./sh/common.sh" with { type: "text" }
import connect from "./sh/postgres.sh" with { type: "text" }
import drillGlobalsScript from "./sh/postgres-drill-globals.sh" with { type: "text" }
import dropScript from "./sh/postgres-drop.sh" with { type: "text" }
import dumpScript from "./sh/postgres-dump.sh" with { type: "text" }
import exchangeScript from "./sh/postgres-exchange.sh" with { type: "text" }
import inspectScript from "./sh/postgres-inspect.sh" with { type: "text" }
import probeScript from "./sh/postgres-probe.sh" with { type: "text" }
import queryScript from "./sh/postgres-query.sh" with { type: "text" }
import readScript from "./sh/postgres-read.sh" with { type: "text" }
import runScript from "./sh/postgres-run.sh" with { type: "text" }
import sessionScript from "./sh/postgres-session.sh" with { type: "text" }
import statementScript from "./sh/postgres-statement.sh" with { type: "text" }
import statementsScript from "./sh/postgres-statements.sh" with { type: "text" }
import surveyScript from "./sh/postgres-survey.sh" with { type: "text" }
import setup from "./sh/setup.sh" with { type: "text" }
import { postgresDump, postgresGlobals, sqlEnd } from "./sql-trailer.ts"

// Longer than a migration should hold a table, shorter than people wait for a backup.
const lockWaitMilliseconds = 10 * 60 * 1000
const mostNameBytes = 63

export const postgres: EngineRules = {
  engine: "postgres",
  probe: (access) =>
    script(`${setup}${probeScript}`, access, sql.describeServer, sql.listNames, sql.describeContents),
  readProbe(outcome) {
    if (outcome.code !== 0) throw duringLook(explainPostgres("looking at the server", outcome, undefined))
    return readPostgresProbe(outcome.stdout)
  },
  dump: planDump,
  relations: (name, access) => script(inspectScript, access, sql.listRelations, name),
  readRelations: ({ stdout }) => readRelations(stdout),
  wanted: wantedIn,
  end: (format, { kind }) =>
    format === "archive" ? archiveEnd() : sqlEnd(kind === "globals" ? postgresGlobals : postgresDump),
  read: (format) => (format === "archive" ? script(readScript, nobody) : null),
  explain: explainPostgres,
  createDatabase: (name, { attributes }, access) =>
    script(statementScript, access, sql.createDatabase, name, JSON.stringify(attributes)),
  load(name, format, access, what = {}) {
    const { body, args } = postgresLoad(connectionString(name), format, what)
    return script(body, access, ...args)
  },
  inspect: (name, access) => script(inspectScript, access, sql.describeDatabase, name),
  readFacts: ({ stdout }) => readPostgresFacts(stdout),
  refresh: (name, access) => script(inspectScript, access, "analyze", name),
  fingerprint: (name, level, access) =>
    script(`${statementsScript}${sessionScript}`, access, name, fingerprintStatements(level)),
  readFingerprint: ({ stdout }) => readFingerprint(stdout.split("\n")),
  sharedSnapshot: {
    session: (name, access) => script(sessionScript, access, name),
    ...postgresSnapshot,
  },
  scratch: {
    loadGlobals: (access) => script(drillGlobalsScript, access),
    makeRoles: (names, access) => script(statementScript, access, sql.makeRoles, "", JSON.stringify(names)),
    query: (name, text, access) => script(queryScript, access, text, name),
  },
  standing: (name, access) =>
    name === null
      ? script(statementScript, access, describeStanding, "", "")
      : script(inspectScript, access, describeStanding, name),
  readStanding: readPostgresStanding,
  survey: (name, access) => script(surveyScript, access, surveyServer, name),
  readSurvey: ({ stdout }) => readPostgresSurvey(stdout),
  globals,
  selecting(selection, format) {
    if (format === "archive") return archiveSelecting(selection)
    throw cannotTell()
  },
  run: (access) => script(runScript, access),
  dropDatabase: (name, access) => drop(access, name, "", sql.dropDatabase, sql.ofThatName),
  claim: (name, id, access) => script(statementScript, access, sql.claim, name, sql.mark(id)),
  release: (name, access) => script(statementScript, access, sql.release, name, ""),
  dropUnfinished: (name, id, access) => drop(access, name, sql.mark(id), sql.dropUnfinished, sql.marked),
  swap: {
    words: swap.words,
    places,
    readPlaces: swap.readPlaces,
    settleBeside: (name, other, access) =>
      script(statementScript, access, swap.moveToTablespace, name, other),
    *exchange({ restoreId, name, incomingName, outgoing, incoming, keptName, endConnections }, access) {
      const facts = { old: outgoing, new: incoming, kept: keptName, mark: swap.keptMark(restoreId) }
      const meanwhile = endConnections ? swap.endSessions : ""
      yield {
        doing: `putting ${incomingName} in the place of ${name}`,
        script: script(exchangeScript, access, swap.exchange, name, JSON.stringify(facts), meanwhile),
      }
    },
    // One transaction: there is nothing to complete or to take back.
    *settle({ name, incoming }, access) {
      const answer = yield { doing: "looking at the databases", script: places([name], access) }
      const [place] = swap.readPlaces({ stdout: answer.toString("utf8") })
      return { exchanged: place?.key === incoming, amiss: [] }
    },
    dropKept({ name, key }, restoreId, access) {
      const facts = JSON.stringify({ key, mark: swap.keptMark(restoreId) })
      return drop(access, name, facts, swap.dropKept, swap.kept)
    },
  },
  inPlace: postgresInPlace((statements, name, facts, access) =>
    script(statementScript, access, statements, name, facts),
  ),
  nameMistake,
  restoreCommands: postgresCommands,
}

function places(names: readonly string[], access: Access): Script {
  return script(statementScript, access, swap.describePlaces, "", JSON.stringify(names))
}

/** For a tool that connects to nothing. */
const nobody: Access = { user: undefined, passwordEnv: undefined, passwordFile: undefined }

function script(body: string, { user, passwordEnv, passwordFile }: Access, ...args: string[]): Script {
  return {
    script: `${common}${connect}${body}`,
    args: [user ?? "", passwordEnv ?? "", passwordFile ?? "", ...args],
  }
}

/** `statements` drop it, where `which` is true of it. */
function drop(access: Access, name: string, facts: string, statements: string, which: string): Script {
  return script(dropScript, access, statements, name, facts, sql.dropSubscriptions(which))
}

function planDump(
  subject: Subject,
  probe: Probe,
  access: Access,
  compress: Compression,
  { choice = null, plain = false }: Form = {},
): DumpPlan {
  const lockWait = `--lock-wait-timeout=${lockWaitMilliseconds}`
  const ofText = (command: readonly string[], end: DumpPlan["end"]): DumpPlan => ({
    script: script(dumpScript, access, ...command),
    command,
    format: "sql",
    sourceCompression: null,
    streamCompression: compress,
    extension: `sql${suffixes[compress.algorithm]}`,
    end,
  })
  if (subject.kind === "globals") {
    const command = ["pg_dumpall", "--globals-only", "--no-password", lockWait]
    return ofText(command, () => sqlEnd(postgresGlobals))
  }
  const part = [...(choice ? partOptions(choice) : []), `--dbname=${connectionString(subject.name)}`]
  if (plain) {
    // Without --create: the text would name the database, and a restore beside the original would write into the original.
    const command = ["pg_dump", "--format=plain", "--no-password", lockWait, ...part]
    return ofText(command, () => sqlEnd(postgresDump, choice !== null))
  }
  const { level, inTool, streamCompression } = splitCompression(compress, probe.sourceZstd)
  const command = [
    "pg_dump",
    "--format=custom",
    // The database's own settings and grants go into the archive; pg_restore leaves them alone unless asked with --create.
    ...(choice?.content === "data" ? [] : ["--create"]),
    "--no-password",
    lockWait,
    `--compress=${level}`,
    ...part,
  ]
  return {
    script: script(dumpScript, access, ...command),
    command,
    format: "archive",
    sourceCompression: inTool,
    streamCompression,
    extension: `dump${suffixes[streamCompression.algorithm]}`,
    end: () => archiveEnd(choice !== null),
  }
}

const none: Compression = { algorithm: "none", level: 0 }
const suffixes = { zstd: ".zst", gzip: ".gz", none: "" } as const

/** pg_dump's `--compress` value, what it compresses with, and what is left to the stream. */
function splitCompression(
  { algorithm, level }: Compression,
  sourceZstd: boolean,
): { level: string; inTool: string | null; streamCompression: Compression } {
  const named = `${algorithm}:${level}`
  if (algorithm === "none") return { level: "0", inTool: null, streamCompression: none }
  if (algorithm === "gzip") return { level: String(level), inTool: named, streamCompression: none }
  if (sourceZstd) return { level: named, inTool: named, streamCompression: none }
  return { level: "0", inTool: null, streamCompression: { algorithm, level } }
}

/** Names such as `a=b` or `postgres://x` would themselves be read as connection strings. */
function connectionString(name: string): string {
  return `dbname='${name.replace(/[\\']/g, "\\$&")}'`
}

function nameMistake(name: string): string | undefined {
  if (name === "") return "Give the database a name."
  if (/\p{Cc}/u.test(name)) return "A database's name cannot hold line breaks or other control characters."
  if (Buffer.byteLength(name) > mostNameBytes)
    return `A database's name has at most ${mostNameBytes} bytes in PostgreSQL.`
  if (["template0", "template1"].includes(name)) return `${name} belongs to the server itself.`
  return undefined
}
