// One run of a job: look inside the server, plan, dump each subject, prove it, publish it, prune. Plan → do → record.
import type { BackupId } from "../../schemas/backup.ts"
import type { Problem } from "../../schemas/errors.ts"
import type { RunId, Trigger } from "../../schemas/run.ts"
import type { Subject } from "../../schemas/server.ts"
import { Fault, inFull, problemOf } from "../core/fault.ts"
import { databaseIdOf, subjectName } from "../core/key.ts"
import type { KeySettings } from "../core/key-settings.ts"
import type { Signer } from "../core/manifest-seal.ts"
import { pruneHalt } from "../core/prune-halt.ts"
import { isStoodFor, retryAt } from "../core/retry-plan.ts"
import { subjectsOf } from "../core/run-plan.ts"
import { backupType, type DesiredJob } from "../core/schedule-plan.ts"
import type { Aside, Catalogue, Clock, Destination, Docker, Log, NewBackup, RunOutcome } from "../ports.ts"
import type { Beside } from "./beside.ts"
import { dumpAll } from "./dump-all.ts"
import { leaveGuide } from "./guide.ts"
import { type HookDeps, type Hooks, hooksAround } from "./hooks.ts"
import { failureOf, type Journal, journalOf, statusOf } from "./journal.ts"
import { asJobSays } from "./place.ts"
import type { Target } from "./probe.ts"
import { prune } from "./prune.ts"
import { type Ask, type ReadyDeps, whenReady } from "./ready.ts"

export interface BackupDeps extends HookDeps, ReadyDeps {
  readonly docker: Docker
  readonly catalogue: Catalogue
  readonly destinations: ReadonlyMap<string, Destination>
  readonly clock: Clock
  readonly newId: () => string
  readonly log: Log
  readonly program: string
  /** Encryption keys by name. Asked each time. */
  readonly keys: () => ReadonlyMap<string, Pick<KeySettings, "recipients">>
  /** Signs manifests; null or absent where the operator gave no secret. */
  readonly signer?: Signer | null
  /** From 0 to 1, below 1. */
  readonly random: () => number
  readonly beside: Beside
}

export interface BackupRun {
  readonly runId: RunId
  readonly trigger: Trigger
  readonly job: DesiredJob
  /** The server as it is when the run starts, not when it was queued. Throws a Fault when there is none. */
  readonly target: () => Target
  /** An ad-hoc backup of one subject, with its record made already. */
  readonly only: { readonly subject: Subject; readonly backup: NewBackup } | null
  /** 1, or for a retry one more than the run it repeats; and the subjects it is of, null for all that the job takes. */
  readonly attempt: number
  readonly again: readonly Subject[] | null
}

/** Never throws: whatever happens, the run and each of its backups end with an outcome. */
export async function runBackup(
  deps: BackupDeps,
  run: BackupRun,
  signal: AbortSignal,
  aside?: Aside,
): Promise<void> {
  const { catalogue, clock, log } = deps
  const journal = journalOf(deps, run.runId, { runId: run.runId, jobId: run.job.id })
  const problems: Problem[] = []
  let outcome: RunOutcome
  try {
    signal.throwIfAborted()
    catalogue.startRun(run.runId, clock())
    const hooks = hooksAround(deps, run.job.spec, ["pre", "post"], run.runId, journal)
    hooks.requireAllowed()
    const ready: Ask = () =>
      whenReady(
        deps,
        () => asJobSays(run.target(), run.job.spec),
        run.job.spec["on-unavailable"],
        journal,
        signal,
        aside,
      )
    outcome = await backUpSubjects(deps, run, ready, hooks, problems, journal, signal)
  } catch (error) {
    const problem = failureOf(signal.aborted ? signal.reason : error, log)
    journal("error", inFull(problem))
    failWithoutDump(deps, run, problem)
    problems.push(problem)
    outcome = { status: statusOf(problem), error: problem }
  }
  catalogue.finishRun(run.runId, clock(), withRetry(deps, run, outcome, problems, journal))
}

/** The outcome with the time at which what failed is tried again, and the run's log saying so. */
function withRetry(
  { catalogue, clock, random }: BackupDeps,
  { runId, attempt, job, only }: BackupRun,
  outcome: RunOutcome,
  problems: readonly Problem[],
  journal: Journal,
): RunOutcome {
  if (outcome.status === "completed") return outcome
  const { retries } = job.spec
  const record = catalogue.run(runId)
  const stoodFor = record !== undefined && isStoodFor(record, catalogue.lastRunOf(job.id))
  const at = retryAt({ attempt, problems, retries, byHand: only !== null, stoodFor }, clock(), random())
  if (at) {
    const next = `try ${attempt + 1} of ${retries + 1}`
    journal("info", `what failed is tried again at ${at.toISOString()}, ${next}`)
  } else if (attempt > 1) journal("warn", `not tried again by itself after try ${attempt} of ${retries + 1}`)
  return { ...outcome, retryAt: at }
}

async function backUpSubjects(
  deps: BackupDeps,
  run: BackupRun,
  ready: Ask,
  hooks: Hooks,
  problems: Problem[],
  journal: Journal,
  signal: AbortSignal,
): Promise<RunOutcome> {
  const { catalogue, clock } = deps
  const found = await ready()
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
    run.again,
  )
  if (subjects.length === 0 && run.again !== null) {
    const names = run.again.map(subjectName).join(", ")
    throw new Fault("nothing-to-back-up", `nothing of what failed is there any more: ${names}`)
  }
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
  const { good, afterwards } = await dumpAll(
    deps,
    run,
    found,
    ready,
    backups,
    hooks,
    problems,
    journal,
    signal,
  )
  if (good.length > 0) await leaveGuide(destinationsOf(deps, run.job), deps.log, signal)
  // Old backups are not deleted while the newest of their server are suspect.
  const halt = pruneHalt(problems, catalogue.doubts(target.id), catalogue.mending())
  if (halt !== null) journal("warn", `nothing is pruned on this server until ${halt}`)
  else for (const { databaseId } of good) await prune(deps, run.job, databaseId, journal, signal)
  const first = problems[0] ?? (afterwards && problemOf(afterwards))
  if (!first) return { status: "completed" }
  const isKept = good.length > 0 || problems.some(({ code }) => code === "backup-suspect")
  if (isKept && !signal.aborted) return { status: "partial", error: first }
  return { status: statusOf(first), error: first }
}

const destinationsOf = ({ destinations }: BackupDeps, job: DesiredJob): readonly Destination[] =>
  job.destinations.flatMap((name) => destinations.get(name) ?? [])

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
  const { rows, total } = catalogue.backups({ runId: run.runId }, { page: 1, limit: 10_000 })
  for (const { id, status: was } of rows)
    if (was === "queued" || was === "running") catalogue.finishBackup(id, clock(), { status, error: problem })
  // Nothing was attempted when it was cancelled before its turn.
  if (status === "cancelled" || run.only !== null) return
  if (total > 0) return
  const record = catalogue.servers().find(({ id }) => id === run.job.serverId)
  if (!record?.engine) return
  const target = { id: record.id, name: record.name } as Target
  for (const subject of subjectsOf(run.job.spec, catalogue.databases(record.id), null, run.again)) {
    const backup = addBackup(deps, run, target, record.engine, subject)
    catalogue.finishBackup(backup.id, clock(), { status, error: problem })
  }
}
