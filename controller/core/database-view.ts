// What people are shown of servers, databases and jobs, put together from what Docker shows and what the catalogue remembers.
import type { Backup, CompletedBackup } from "../../schemas/backup.ts"
import type { Problem } from "../../schemas/errors.ts"
import type { JobView } from "../../schemas/job.ts"
import type { Database, Freshness, LastDrill, Managed, Server, Subject } from "../../schemas/server.ts"
import type { Doubt, HeldPrune, ServerRecord } from "../ports.ts"
import { covers, standsFor, subjectsSeen } from "./covering.ts"
import { lateFrom } from "./deadlines.ts"
import type { DerivedJob } from "./derived-job.ts"
import { databaseIdOf, subjectName } from "./key.ts"
import { labelBlock } from "./label-block.ts"
import { managedBy, outsideView } from "./outside-server.ts"
import { type DrilledBy, type NoVerdict, overdueDrill } from "./overdue-drill.ts"
import { heldPruneOf } from "./prune-brake.ts"
import { backupType, type DesiredJob, labelRules, nextRunAt, type Rules } from "./schedule-plan.ts"
import type { DerivedServer } from "./server.ts"

/** What was learned by looking inside a server's container, and what went wrong there last. */
export interface Insight {
  readonly engine: Server["engine"]
  readonly serverVersion: string | null
  readonly databases: readonly string[]
  readonly problem: Problem | null
  readonly warnings: readonly string[]
}

export function serverView(server: DerivedServer, insight: Insight, prefix: string): Server {
  const { id, name, project, service, container, state, why } = server
  const problems = [
    ...server.problems,
    ...(insight.problem && server.state === "active" ? [insight.problem] : []),
    ...insight.warnings.map(warning),
  ]
  return {
    id,
    name,
    engine: server.engine ?? insight.engine,
    serverVersion: insight.serverVersion,
    managed: managedBy(server.container),
    project,
    service,
    container: { id: container.id, name: container.name, image: container.image, state: container.state },
    state,
    why,
    problems,
    jobs: server.jobs.map((job) => job.name),
    suggestedLabels: server.container.outside ? null : labelBlock(server, prefix),
    ...(server.container.outside && { outside: outsideView(server.container.outside) }),
  }
}

function warning(message: string): Problem {
  return { code: "server-warning", message, hint: null, key: null, suggestion: null }
}

/** A server without a container: it is gone, or Docker was not seen since the start. Its backups stay. */
export function retiredView(record: ServerRecord): Server {
  return {
    id: record.id,
    name: record.name,
    engine: record.engine,
    serverVersion: record.serverVersion,
    managed: record.managed,
    project: record.project,
    service: record.service,
    container: null,
    state: "retired",
    why:
      record.retiredAt === null
        ? "not known yet: the Docker engine has not answered since the controller started. Its backups stay"
        : `not backed up: ${goneWords[record.managed](record.containerName)}. Its backups stay`,
    problems: [],
    jobs: [],
    suggestedLabels: null,
  }
}

const goneWords: Readonly<Record<Managed, (container: string) => string>> = {
  label: (container) => `its container ${container} is gone`,
  file: () => "the settings name it no more",
  api: () => "it was removed over the API",
}

/** History of one database, newest first. */
export interface DatabaseHistory {
  readonly lastGood: CompletedBackup | undefined
  readonly lastAttempt: Backup | undefined
  /** The newest backup of a job, when it is suspect. */
  readonly doubt: Doubt | undefined
  /** What its jobs' retention would delete, and waits for a person. */
  readonly held: readonly HeldPrune[]
  readonly lastDrill?: LastDrill | undefined
  /** The newest drill, where that reached no verdict. */
  readonly noVerdict?: NoVerdict | undefined
  readonly drilledBy?: DrilledBy
}

/** Each subject of a server: its databases, those a label names but nobody has seen, and the globals. */
export function databaseViews(
  server: Server,
  jobs: readonly DesiredJob[],
  databases: readonly string[],
  history: (subject: Subject) => DatabaseHistory,
  now: Date,
  rules = labelRules,
): readonly Database[] {
  return subjectsSeen(jobs, databases).map((subject) =>
    databaseView(
      server,
      jobs.filter((job) => covers(job, subject)),
      subject,
      history(subject),
      now,
      rules,
    ),
  )
}

function databaseView(
  server: Server,
  jobs: readonly DesiredJob[],
  subject: Subject,
  history: DatabaseHistory,
  now: Date,
  rules: Rules,
): Database {
  const { lastGood, lastAttempt, doubt, lastDrill = null } = history
  const tried = history.noVerdict ?? null
  const noVerdict = tried && lastDrill && tried.at <= lastDrill.at ? null : tried
  const standing = jobs.filter((job) => standsFor(job, subject))
  const next = jobs.map((job) => nextRunAt(job, now, rules)).filter((at) => at !== null)
  const { id, name, project, service, container, state, serverVersion } = server
  return {
    id: databaseIdOf(server.id, subject),
    name: subjectName(subject),
    kind: subject.kind,
    engine: server.engine,
    server: { id, name, project, service, container, state, serverVersion },
    managed: server.managed,
    state: freshness(server, standing, lastGood, now, rules),
    jobs: jobs.map((job) => job.name),
    problems: server.problems,
    lastBackup: lastGood ? lastBackupOf(lastGood) : null,
    lastAttempt: lastAttempt ? lastAttemptOf(lastAttempt) : null,
    suspect: doubt
      ? { id: doubt.backupId, finishedAt: doubt.finishedAt.toISOString(), problem: doubt.problem }
      : null,
    heldPrune: heldPruneOf(subjectName(subject), name, history.held),
    lastDrill,
    drillWithoutVerdict: noVerdict,
    overdueDrill: overdueDrill(
      jobs,
      history.drilledBy ?? neverDrilled,
      `${name}/${subjectName(subject)}`,
      noVerdict,
      now,
      rules,
    ),
    nextRunAt: next.length === 0 ? null : new Date(Math.min(...next.map((at) => at.getTime()))).toISOString(),
  }
}

const neverDrilled: DrilledBy = () => ({ passedAt: null, firstBackupAt: null })

function freshness(
  server: Server,
  jobs: readonly DesiredJob[],
  lastGood: CompletedBackup | undefined,
  now: Date,
  rules: Rules,
): Freshness {
  if (server.state === "retired" || server.state === "conflict" || server.state === "misconfigured")
    return server.state
  if (server.state !== "active" || jobs.length === 0) return "unprotected"
  if (!lastGood) return "never"
  if (jobs.every(rules.isPaused)) return "paused"
  const lateAt = lateFrom(jobs, lastGood, rules)
  return lateAt !== null && lateAt < now ? "late" : "fresh"
}

function lastBackupOf(backup: CompletedBackup): Database["lastBackup"] {
  const copies = backup.copies.filter(({ state }) => state === "stored").map(({ destination }) => destination)
  const { id, finishedAt, durationSeconds, proof } = backup
  return { id, finishedAt, storedBytes: proof.storedBytes, durationSeconds, copies }
}

function lastAttemptOf(backup: Backup): Database["lastAttempt"] {
  const at = "finishedAt" in backup ? backup.finishedAt : backup.queuedAt
  return { id: backup.id, status: backup.status, at, problem: "error" in backup ? backup.error : null }
}

export function jobView(
  job: DerivedJob,
  serverName: string,
  now: Date,
  rules = labelRules,
  managed: Managed = "label",
): JobView {
  const { schedule, retention, paused } = job.spec
  return {
    id: job.id,
    name: job.name,
    serverId: job.serverId,
    serverName,
    managed,
    enabled: !paused,
    pausedBy: paused ? (job.pausedBy ?? "label") : null,
    type: backupType(job, now),
    schedule: schedule.text,
    cron: schedule.kind === "cron" ? schedule.pattern : null,
    timeZone: job.timeZone,
    retention,
    destinations: [...job.destinations],
    nextRunAt: nextRunAt(job, now, rules)?.toISOString() ?? null,
    settings: [...job.settings],
  }
}
