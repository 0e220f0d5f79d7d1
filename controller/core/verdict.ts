// The answer to "are my backups healthy?": one sentence, and what needs a person, each with what to do.
import type { DockerStatus, Verdict } from "../../schemas/api.ts"
import { isDamage, type Problem } from "../../schemas/errors.ts"
import type { Database, Server } from "../../schemas/server.ts"
import type { BadCopy } from "../ports.ts"
import { badCopiesAttention } from "./bad-copies.ts"
import { failedDrill, missedDrill } from "./failed-drill.ts"

type Attention = Verdict["attention"][number]

export function verdictOf(
  servers: readonly Server[],
  databases: readonly Database[],
  docker: DockerStatus,
  prefix: string,
  now: Date,
  settingsProblem: Problem | null = null,
  bad: readonly BadCopy[] = [],
  catalogueProblem: Problem | null = null,
): Verdict {
  // What a label leaves out is neither missing nor backed up.
  const wanted = databases.filter(({ server, jobs }) => server.state === "active" && jobs.length > 0)
  const attention = [
    ...dockerAttention(docker),
    ...settingsAttention(settingsProblem),
    ...catalogueAttention(catalogueProblem),
    ...servers.flatMap((server) => serverAttention(server, prefix)),
    ...wanted.flatMap(databaseAttention),
    ...badCopiesAttention(bad, wanted),
  ]
  const real = wanted.filter(({ kind }) => kind === "database")
  const good = real.filter(isBackedUp)
  if (attention.length > 0)
    return {
      level: "attention",
      sentence: attentionSentence(servers, wanted, docker, settingsProblem, bad, catalogueProblem),
      attention,
    }
  if (real.length === 0) return { level: "empty", sentence: emptySentence(servers), attention }
  const oldest = Math.min(
    ...good.map(({ lastBackup }) => (lastBackup ? new Date(lastBackup.finishedAt).getTime() : now.getTime())),
  )
  const which =
    real.length === 1 ? "The one database is backed up" : `All ${real.length} databases are backed up`
  const age = good.length === 0 ? "" : `; the oldest backup is ${ageInWords(now.getTime() - oldest)} old`
  return { level: "ok", sentence: `${which}${age}.`, attention }
}

function emptySentence(servers: readonly Server[]): string {
  if (servers.length === 0) return "No database containers were found yet."
  return servers.some(({ state }) => state === "active")
    ? "Nothing is backed up yet: no database was found on the servers that ask for it."
    : "Nothing is backed up yet: no container asks for it."
}

function attentionSentence(
  servers: readonly Server[],
  databases: readonly Database[],
  docker: DockerStatus,
  settingsProblem: Problem | null,
  bad: readonly BadCopy[],
  catalogueProblem: Problem | null,
): string {
  const count = (n: number, one: string, many: string) =>
    n === 0 ? [] : [n === 1 ? `1 ${one}` : `${n} ${many}`]
  const real = databases.filter(({ kind }) => kind === "database")
  const inState = (state: Database["state"]) => real.filter((database) => database.state === state).length
  const failing = real.filter((database) => !isBehind(database) && hasFailed(database)).length
  const globals = databases.filter(
    (database) => database.kind === "globals" && (isBehind(database) || hasFailed(database)),
  ).length
  const parts = [
    ...count(inState("late"), "database is late", "databases are late"),
    ...count(inState("never"), "database was never backed up", "databases were never backed up"),
    ...count(
      inState("unprotected"),
      "database is backed up only in part",
      "databases are backed up only in part",
    ),
    ...count(failing, "database's last backup failed", "databases' last backups failed"),
    ...count(
      databases.filter(isSuspect).length,
      "database's last backup is suspect",
      "databases' last backups are suspect",
    ),
    ...count(
      databases.filter(isDamaged).length,
      "database's newest backup is damaged",
      "databases' newest backups are damaged",
    ),
    ...count(
      databases.filter(failedDrill).length,
      "database's last drill failed",
      "databases' last drills failed",
    ),
    ...count(
      databases.filter(missedDrill).length,
      "database's drill is overdue",
      "databases' drills are overdue",
    ),
    ...count(bad.length, "stored copy is bad", "stored copies are bad"),
    ...count(
      databases.filter(({ heldPrune }) => heldPrune !== null).length,
      "database's retention waits for a person",
      "databases' retention waits for a person",
    ),
    ...count(globals, "server's globals have no recent backup", "servers' globals have no recent backup"),
    ...count(
      servers.filter(({ state }) => state === "unprotected").length,
      "server is unprotected",
      "servers are unprotected",
    ),
    ...count(
      servers.filter(({ state }) => state === "misconfigured").length,
      "server has mistaken labels",
      "servers have mistaken labels",
    ),
    ...count(
      servers.filter(({ state }) => state === "conflict").length,
      "name is claimed twice",
      "names are claimed twice",
    ),
  ]
  if (settingsProblem) parts.push("the settings file cannot be used")
  if (catalogueProblem) parts.push("the catalogue was damaged and is being made again")
  const troubled = servers.filter((server) => server.state === "active" && isTroubled(server)).length
  if (parts.length === 0) parts.push(...count(troubled, "server has a problem", "servers have problems"))
  const isFine = (database: Database) =>
    isBackedUp(database) && !hasFailed(database) && database.suspect === null
  const fine = real.filter(isFine).length
  // What is right stands beside what is wrong, so that neither is taken for the whole.
  const text = [
    ...(docker.state === "unreachable" ? ["the Docker engine cannot be reached"] : []),
    ...count(fine, "database is backed up", "databases are backed up"),
    ...(parts.length === 0 ? [] : [parts.join(", ")]),
  ].join("; ")
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

function dockerAttention(docker: DockerStatus): Attention[] {
  if (docker.state !== "unreachable") return []
  const sentence = `The Docker engine cannot be reached${docker.problem ? `: ${docker.problem.message}` : ""}.`
  return [{ databaseId: null, serverId: null, sentence, hint: docker.problem?.hint ?? null }]
}

function settingsAttention(problem: Problem | null): Attention[] {
  if (problem === null) return []
  const hint = `${problem.hint ?? "Correct the file."} Until then the last good settings stay in force.`
  return [{ databaseId: null, serverId: null, sentence: `${problem.message}.`, hint }]
}

function catalogueAttention(problem: Problem | null): Attention[] {
  if (problem === null) return []
  const sentence = `${problem.message.charAt(0).toUpperCase()}${problem.message.slice(1)}.`
  return [{ databaseId: null, serverId: null, sentence, hint: problem.hint }]
}

const isSerious = ({ code }: Problem) => code !== "server-warning"
const isTroubled = ({ problems }: Server) => problems.some(isSerious)

function serverAttention(server: Server, prefix: string): Attention[] {
  const base = { databaseId: null, serverId: server.id }
  if (server.state === "unprotected" && server.problems.length === 0) {
    return [
      {
        ...base,
        sentence: `${server.name} is ${server.why}.`,
        hint: `Add the label ${prefix}.enable=true, or ${prefix}.enable=false to say that it needs no backup.`,
      },
    ]
  }
  if (server.state === "retired" || server.state === "disabled") return []
  return server.problems.filter(isSerious).map((problem) => ({
    ...base,
    sentence: `${server.name}: ${problem.message}.`,
    hint: problem.hint,
  }))
}

const isSuspect = ({ suspect }: Database) => suspect !== null && !isDamage(suspect.problem)
const isDamaged = ({ suspect }: Database) => suspect !== null && isDamage(suspect.problem)
const isBackedUp = ({ state }: Database) => state === "fresh" || state === "paused"
const isBehind = ({ state }: Database) => state === "late" || state === "never"

function hasFailed(database: Database): boolean {
  const status = database.lastAttempt?.status
  return status === "failed" || status === "interrupted"
}

function databaseAttention(database: Database): Attention[] {
  const { id, suspect, heldPrune, server } = database
  const attention = (sentence: string, { hint }: Problem) => ({
    databaseId: id,
    serverId: server.id,
    sentence,
    hint,
  })
  const [drill, overdue] = [failedDrill(database), missedDrill(database)]
  const name = `${database.name} on ${server.name}`
  return [
    ...(suspect
      ? [
          attention(
            `${name} has a ${isDamage(suspect.problem) ? "damaged" : "suspect"} backup: ${suspect.problem.message}.`,
            suspect.problem,
          ),
        ]
      : []),
    ...(drill ? [attention(`${name}: the last drill failed: ${drill.message}.`, drill)] : []),
    ...(overdue ? [attention(`${name}: ${overdue.message}.`, overdue)] : []),
    ...staleAttention(database),
    ...(heldPrune ? [attention(`${name}: ${heldPrune.problem.message}.`, heldPrune.problem)] : []),
  ]
}

function staleAttention(database: Database): Attention[] {
  const name = `${database.name} on ${database.server.name}`
  const problem = hasFailed(database) ? (database.lastAttempt?.problem ?? null) : null
  const because = problem ? `: ${problem.message}` : ""
  const base = { databaseId: database.id, serverId: database.server.id, hint: problem?.hint ?? null }
  if (database.state === "late") return [{ ...base, sentence: `${name} is late${because}.` }]
  if (database.state === "never") return [{ ...base, sentence: `${name} was never backed up${because}.` }]
  // It has jobs, and its server is active: none of them takes all of it.
  if (database.state === "unprotected" && !problem)
    return [{ ...base, sentence: `${name} is backed up only in part.`, hint: partHint }]
  return problem ? [{ ...base, sentence: `${name}: the last backup failed${because}.` }] : []
}

const partHint =
  "A backup of a part does not stand for the database. Keep one job that takes everything, and give the part to a job of its own: dbbackup.<job>.tables instead of dbbackup.tables."

/** `5 h`, `3 days`: the largest unit that fits. */
export function ageInWords(milliseconds: number): string {
  const minutes = Math.max(0, Math.floor(milliseconds / 60_000))
  if (minutes < 1) return "less than a minute"
  if (minutes < 120) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`
}
