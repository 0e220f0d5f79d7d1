// What MySQL and MariaDB have in common: the same scripts with other tools, dumps of statements proven by their trailer.
import type { Compression, Engine } from "../../schemas/scalar.ts"
import type { Subject } from "../../schemas/server.ts"
import { Fault } from "../core/fault.ts"
import type { Access, DumpPlan, EngineRules, Form, Probe, ProbedDatabase, Script } from "./engine.ts"
import { duringLook } from "./explain.ts"
import { mysqlCommands } from "./mysql-commands.ts"
import { explainMysql } from "./mysql-explain.ts"
import { fingerprintOf, readMysqlFingerprint } from "./mysql-fingerprint.ts"
import { mysqlGlobals as globals } from "./mysql-globals.ts"
import { mysqlInPlace } from "./mysql-in-place.ts"
import { lockSeconds } from "./mysql-in-place-sql.ts"
import { mysqlInstant } from "./mysql-instant.ts"
import { partRuns, readRelations, wantedIn } from "./mysql-part.ts"
import { readMysqlFacts, readMysqlProbe } from "./mysql-probe.ts"
import { mysqlRewriter } from "./mysql-rewriter.ts"
import { obstaclesOf } from "./mysql-rows.ts"
import { mysqlSelecting } from "./mysql-selecting.ts"
import * as sql from "./mysql-sql.ts"
import { describeStanding, readMysqlStanding } from "./mysql-standing.ts"
import { readMysqlSurvey, surveyServer } from "./mysql-survey.ts"
import { mysqlSwap } from "./mysql-swap.ts"
import { mysqlTogether } from "./mysql-together.ts"
import common from "./sh/common.sh" with { type: "text" }
import connect from "./sh/mysql.sh" with { type: "text" }
import clientScript from "./sh/mysql-client.sh" with { type: "text" }
import drillAccountScript from "./sh/mysql-drill-account.sh" with { type: "text" }
import drillGlobalsScript from "./sh/mysql-drill-globals.sh" with { type: "text" }
import dumpScript from "./sh/mysql-dump.sh" with { type: "text" }
import dumpPartScript from "./sh/mysql-dump-part.sh" with { type: "text" }
import generatedScript from "./sh/mysql-generated.sh" with { type: "text" }
import globalsScript from "./sh/mysql-globals.sh" with { type: "text" }
import loadRowsScript from "./sh/mysql-load-rows.sh" with { type: "text" }
import playScript from "./sh/mysql-play.sh" with { type: "text" }
import probeScript from "./sh/mysql-probe.sh" with { type: "text" }
import surveyScript from "./sh/mysql-survey.sh" with { type: "text" }
import setup from "./sh/setup.sh" with { type: "text" }
import { mysqlDump, mysqlGlobals, sqlEnd } from "./sql-trailer.ts"

/** Where the two differ. */
export interface Variety {
  readonly engine: Extract<Engine, "mysql" | "mariadb">
  readonly client: string
  /** Prefixes of the image's variables, the preferred one first. */
  readonly prefixes: readonly string[]
  readonly dumpOptions: readonly string[]
  readonly clientOptions: readonly string[]
  /** Whether the tool can dump it at all: one that it fails for would fail the others' dump with it. */
  readonly canDump: (database: ProbedDatabase) => boolean
}

const programOptions = ["--routines", "--triggers", "--events"]
const dumpOptions = [
  "--single-transaction",
  "--quick",
  ...programOptions,
  "--hex-blob",
  "--no-tablespaces",
  "--comments",
  "--max-allowed-packet=1G",
]
/** The client takes no commands of its own but DELIMITER, and hands the server no file. */
const confined = ["--binary-mode", "--local-infile=0"]
const answerOptions = ["--batch", "--skip-column-names"]
/** A load beside others must not wait for them for a year, as servers would have it. */
const briefLocks = `--init-command=set session lock_wait_timeout = ${lockSeconds}`
// A client that connects again would go on with another snapshot, and without the lock.
const sessionOptions = [...answerOptions, "--unbuffered", "--skip-reconnect"]
/** What listens may be no such server, and wait for us to speak first. The dump tools have no such option. */
const connectTimeout = "--connect-timeout=15"
const mostNameCharacters = 64

export function mysqlFamily(variety: Variety): EngineRules {
  const { engine } = variety
  const script = (body: string, { user, passwordEnv, passwordFile }: Access, ...args: string[]): Script => ({
    script: `${common}${connect}${body}`,
    args: [user ?? "", passwordEnv ?? "", passwordFile ?? "", engine, ...args],
  })
  const statement = (text: string, access: Access) =>
    script(clientScript, access, ...variety.clientOptions, ...answerOptions, `--execute=${text}`)
  const end = ({ kind }: Subject, withRows = false) =>
    sqlEnd(kind === "globals" ? mysqlGlobals : mysqlDump, withRows)
  const ofStatements = (compress: Compression, subject: Subject, withRows = false) => ({
    format: "sql" as const,
    sourceCompression: null,
    streamCompression: compress,
    extension: { zstd: "sql.zst", gzip: "sql.gz", none: "sql" }[compress.algorithm],
    end: () => end(subject, withRows),
  })

  return {
    engine,
    probe: (access) =>
      script(
        `${setup}${probeScript}`,
        access,
        connectTimeout,
        ...answerOptions,
        `--execute=${sql.describeServer}`,
      ),
    readProbe(outcome) {
      if (outcome.code !== 0) throw duringLook(explainMysql("looking at the server", outcome, undefined))
      return readMysqlProbe(engine, outcome.stdout)
    },
    dump(
      subject: Subject,
      probe: Probe,
      access: Access,
      compress: Compression,
      { choice = null }: Form = {},
    ): DumpPlan {
      const how = ofStatements(compress, subject, choice !== null)
      if (subject.kind === "globals") {
        const command = [variety.client, "SHOW CREATE USER", "SHOW GRANTS"]
        return { ...how, script: script(globalsScript, access), command }
      }
      const options = [...dumpOptions, ...variety.dumpOptions]
      if (choice === null) {
        // Without --databases: that would pin the name, and a restore beside the original would write into the original.
        const args = [...options, "--", subject.name]
        return { ...how, script: script(dumpScript, access, ...args), command: [probe.tool, ...args] }
      }
      const { bare, rest } = partRuns(choice, options, subject.name)
      const runs = [bare, rest].filter((run) => run !== null)
      return {
        ...how,
        script: script(dumpPartScript, access, ...runs.flatMap((run) => ["", ...run])),
        command: runs.flatMap((run, i) => [...(i > 0 ? ["&&"] : []), probe.tool, ...run]),
      }
    },
    together: mysqlTogether({
      script: (access, ...args) => script(dumpScript, access, ...args),
      canDump: variety.canDump,
      options: [...dumpOptions, ...variety.dumpOptions],
      programs: programOptions,
      dumpOne: (compress) => ofStatements(compress, { kind: "database", name: "" }),
    }),
    relations: (name, access) => statement(sql.listRelations(name), access),
    readRelations: ({ stdout }) => readRelations(stdout),
    wanted: wantedIn,
    end: (_format, subject) => end(subject),
    read: () => null,
    explain: explainMysql,
    createDatabase: (name, { attributes }, access) => statement(sql.createDatabase(name, attributes), access),
    load(name, format, access, { content, tables = [], inPlace = false } = {}) {
      const locks = inPlace ? [briefLocks] : []
      const options = [...confined, ...variety.clientOptions, ...locks, `--database=${name}`]
      if (format === "sql" && content === "data")
        return script(loadRowsScript, access, ...options, obstaclesOf(name, tables))
      if (format === "sql") return script(clientScript, access, ...options)
      throw new Fault("restore-unsupported", `an archive of pg_dump cannot be loaded into ${engine}`)
    },
    inspect: (name, access) => statement(sql.describeDatabase(name), access),
    readFacts: ({ stdout }) => readMysqlFacts(stdout),
    rewriter: mysqlRewriter,
    fingerprint: (name, level, access) => statement(fingerprintOf(name, level), access),
    readFingerprint: ({ stdout }) => readMysqlFingerprint(stdout),
    scratch: {
      account: {
        name: "dbbackup_drill",
        make: (access) => script(drillAccountScript, access, ...variety.clientOptions),
      },
      loadGlobals: (access) => script(drillGlobalsScript, access, "--force", ...variety.clientOptions),
      query: (name, text, access) =>
        script(
          clientScript,
          access,
          ...[...variety.clientOptions, ...answerOptions, `--database=${name}`, `--execute=${text}`],
        ),
    },
    lockedSnapshot: {
      session: (access) => script(clientScript, access, ...variety.clientOptions, ...sessionOptions),
      ...mysqlInstant(variety.engine),
    },
    standing: (name, access) => statement(describeStanding(sql.text(name ?? "mysql")), access),
    readStanding: readMysqlStanding,
    survey: (name, access) =>
      script(
        surveyScript,
        access,
        ...variety.clientOptions,
        ...answerOptions,
        `--execute=${surveyServer(name)}`,
      ),
    readSurvey: ({ stdout }) => readMysqlSurvey(stdout),
    globals: globals(engine),
    selecting: (selection, _, database) => mysqlSelecting(selection, database),
    run: (access) => script(clientScript, access, ...confined, ...variety.clientOptions, "--database=mysql"),
    inPlace: mysqlInPlace(statement, (query, access, ...options) =>
      script(
        generatedScript,
        access,
        ...[...variety.clientOptions, ...answerOptions, ...options, `--execute=${query}`],
      ),
    ),
    dropDatabase: (name, access) => statement(sql.dropDatabase(name), access),
    claim: (name, id, access) => statement(sql.claim(name, id), access),
    release: (name, access) => statement(sql.release(name), access),
    dropUnfinished: (name, id, access) => statement(sql.dropUnfinished(name, id), access),
    swap: mysqlSwap({
      isMysql: engine === "mysql",
      statement,
      play: (access, doing, force) =>
        script(
          `${playScript}${force ? "exit 0\n" : ""}`,
          access,
          ...[...confined, ...variety.clientOptions, ...answerOptions, "--comments"],
          "--max-allowed-packet=1G",
          ...(force ? ["--force"] : []),
          // For whoever looks at the processes, and for a log of statements.
          `--init-command=do 0 /* ${doing.replaceAll(/[^\w .-]/g, "?")} */`,
        ),
    }),
    nameMistake,
    restoreCommands: (backup) => mysqlCommands(variety.client, variety.prefixes, backup),
  }
}

const ownNames = ["mysql", "information_schema", "performance_schema", "sys", "ndbinfo"]

function nameMistake(name: string): string | undefined {
  if (name === "") return "Give the database a name."
  if (/\p{Cc}/u.test(name)) return "A database's name cannot hold line breaks or other control characters."
  if (/[\u{10000}-\u{10FFFF}]/u.test(name))
    return "A database's name cannot hold characters beyond Unicode's first 65,536, such as emoji."
  if (name.endsWith(" ")) return "A database's name cannot end with a space."
  if (name.length > mostNameCharacters)
    return `A database's name has at most ${mostNameCharacters} characters in MySQL and MariaDB.`
  if (ownNames.includes(name.toLowerCase())) return `${name} belongs to the server itself.`
  return undefined
}
