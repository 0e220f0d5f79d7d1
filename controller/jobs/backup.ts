// One run of a job: look inside the server, plan, dump each subject, prove it, publish it, prune. Plan → do → record.
import type { BackupId } from "../../schemas/backup.ts"
import { meaningOf, type Problem } from "../../schemas/errors.ts"
import type { RunId, Trigger } from "../../schemas/run.ts"
import type { Subject } from "../../schemas/server.ts"
import { Fault, problemOf } from "../core/fault.ts"
import { databaseIdOf } from "../core/key.ts"
import { subjectsOf } from "../core/run-plan.ts"
import { backupType, type DesiredJob } from "../core/schedule-plan.ts"
import type { Catalogue, Clock, Destination, Docker, Log, NewBackup, RunOutcome } from "../ports.ts"
import { dumpAll } from "./dump-all.ts"
import { type HookDeps, type Hooks, hooksAround } from "./hooks.ts"
import { failureOf, type Journal, journalOf, statusOf } from "./journal.ts"
import type { Target } from "./probe.ts"
import { prune } from "./prune.ts"
import { type Ready, type ReadyDeps, whenReady } from "./ready.ts"

export interface BackupDeps extends HookDeps, ReadyDeps {
  readonly docker: Docker
  readonly catalogue: Catalogue
  readonly destinations: ReadonlyMap<string, Destination>
  readonly clock: Clock
  readonly newId: () => string
  readonly log: Log
  readonly program: string
}

export interface BackupRun {
  readonly runId: RunId
  readonly trigger: Trigger
  readonly job: DesiredJob
  /** The server as it is when the run starts, not when it was queued. Throws a Fault when there is none. */
  readonly target: () => Target
  /** An ad-hoc backup of one subject, with its record made already. */
  readonly only: { readonly subject: Subject; readonly backup: NewBackup } | null
}

/** Never throws: whatever happens, the run and each of its backups end with an outcome. */
export async function runBackup(deps: BackupDeps, run: BackupRun, signal: AbortSignal): Promise<void> {
  const { catalogue, clock, log } = deps
  const journal = journalOf(deps, run.runId, { runId: run.runId, jobId: run.job.id })
  const problems: Problem[] = []
  let outcome: RunOutcome
  try {
    catalogue.startRun(run.runId, clock())
    signal.throwIfAborted()
    const hooks = hooksAround(deps, run.job.spec, ["pre", "post"], run.runId, journal)
    hooks.requireAllowed()
    const found = await whenReady(deps, run.target, run.job.spec["on-unavailable"], journal, signal)
    outcome = await backUpSubjects(deps, run, found, hooks, problems, journal, signal)
  } catch (error) {
    const problem = failureOf(signal.aborted ? signal.reason : error, log)
    journal("error", `${problem.message}${problem.hint ? `. ${problem.hint}` : ""}`)
    failWithoutDump(deps, run, problem)
    outcome = { status: statusOf(problem), error: problem }
  }
  catalogue.finishRun(run.runId, clock(), outcome)
}

async function backUpSubjects(
  deps: BackupDeps,
  run: BackupRun,
  found: Ready,
  hooks: Hooks,
  problems: Problem[],
  journal: Journal,
  signal: AbortSignal,
): Promise<RunOutcome> {
  const { catalogue, clock } = deps
  const { target } = found
  const { probe } = found.look
  catalogue.saveDatabases(
    target.id,
    probe.databases.map(({ name }) => name),
    clock(),
  )
  journal(
    "info",
    `${target.name} is ${probe.engine} ${probe.serverVersion}, dumped by its own ${probe.tool} ${probe.toolVersion}`,
  )
  for (const warning of probe.warnings) journal("warn", warning)
  const subjects = subjectsOf(
    run.job.spec,
    probe.databases.map(({ name }) => name),
    run.only?.subject ?? null,
  )
  if (subjects.length === 0) {
    throw new Fault(
      "nothing-to-back-up",
      `no database on ${target.name} matches the label dbbackup.databases`,
      {
        hint: `Databases there: ${probe.databases.map(({ name }) => name).join(", ") || "none"}.`,
      },
    )
  }
  const backups = subjects.map(
    (subject) => run.only?.backup ?? addBackup(deps, run, target, probe.engine, subject),
  )
  const { good, afterwards } = await dumpAll(deps, run, found, backups, hooks, problems, journal, signal)
  // Old backups are not deleted while the newest of their server are suspect.
  if (problems.some(({ code }) => meaningOf(code).next === "stop-and-alert"))
    journal("warn", "nothing is pruned on this server until a run succeeds again")
  else for (const { databaseId } of good) await prune(deps, run.job, databaseId, journal, signal)
  const first = problems[0] ?? (afterwards && problemOf(afterwards))
  if (!first) return { status: "completed" }
  if (good.length > 0 && !signal.aborted) return { status: "partial", error: first }
  return { status: statusOf(first), error: first }
}

function addBackup(
  deps: BackupDeps,
  run: BackupRun,
  target: Target,
  engine: NewBackup["engine"],
  subject: Subject,
): NewBackup {
  const backup: NewBackup = {
    id: deps.newId() as BackupId,
    runId: run.runId,
    jobId: run.job.id,
    serverId: target.id,
    serverName: target.name,
    databaseId: databaseIdOf(target.id, subject),
    subject,
    engine,
    type: run.trigger === "manual" ? "manual" : backupType(run.job, deps.clock()),
    trigger: run.trigger,
    queuedAt: deps.clock(),
  }
  deps.catalogue.addBackup(backup)
  return backup
}

/** The server could not even be asked: each database it is known to have gets a failed attempt in its history. */
function failWithoutDump(deps: BackupDeps, run: BackupRun, problem: Problem): void {
  const { catalogue, clock } = deps
  const status = statusOf(problem)
  for (const backup of catalogue.unfinished().backups) {
    if (backup.runId === run.runId) catalogue.finishBackup(backup.id, clock(), { status, error: problem })
  }
  if (run.only !== null || catalogue.backups({ runId: run.runId }, { page: 1, limit: 1 }).total > 0) return
  const record = catalogue.servers().find(({ id }) => id === run.job.serverId)
  if (!record?.engine) return
  const target = { id: record.id, name: record.name } as Target
  for (const subject of subjectsOf(run.job.spec, catalogue.databases(record.id), null)) {
    const backup = addBackup(deps, run, target, record.engine, subject)
    catalogue.finishBackup(backup.id, clock(), { status, error: problem })
  }
}
