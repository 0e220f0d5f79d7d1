// Checks of stored backups, one at a time, beside the queue of runs: they take no place there, so that no backup waits for one.
// Persons go before labels. What was found is in the catalogue; what was asked for and not done is remembered over restarts, and is
// not begun anew: nobody can tell whether it is wanted still, and what a label wants is asked for again by itself.
import type { BackupId, CompletedBackup } from "../../schemas/backup.ts"
import type { Problem } from "../../schemas/errors.ts"
import type { Verification, VerifyLevel } from "../../schemas/verification.ts"
import type { VerifyTask, VerifyTaskId } from "../../schemas/verify-task.ts"
import { Fault, problemOf } from "../core/fault.ts"
import { copiesToVerify, noSuchLevel } from "../core/verify-plan.ts"
import type { Catalogue, Clock, EventHub, Log, TaskMemory } from "../ports.ts"

export interface VerifyRequest {
  readonly backupId: BackupId
  readonly level: VerifyLevel
  /** Null: every stored copy; of a drill, and of what a label asks for, the nearest that is good. */
  readonly destination: string | null
  readonly askedBy: VerifyTask["askedBy"]
  /** Opens an encrypted backup for this one time. Kept in memory until it has ended, and nowhere else. */
  readonly identity?: string | undefined
}

export interface Verifications {
  /** Throws a Fault when it is refused: `not-found`, `already-running`, `restore-unsupported` for a level that is to come. */
  ask(request: VerifyRequest): VerifyTask
  task(id: string): VerifyTask | undefined
  /** The newest first. */
  tasks(): readonly VerifyTask[]
  /** False when it is neither queued nor running. */
  cancel(id: VerifyTaskId): boolean
  isBusy(): boolean
  /** Resolves once none is at work, which an aborted signal brings about. */
  ended(): Promise<void>
}

/** Carries one out; never rejects. */
export type RunVerification = (
  backup: CompletedBackup,
  request: VerifyRequest,
  onProgress: (readBytes: number, totalBytes: number) => void,
  signal: AbortSignal,
) => Promise<{ readonly results: readonly Verification[]; readonly error: Problem | null }>

const mostRemembered = 200

export function createVerifications(deps: {
  readonly catalogue: Catalogue
  readonly events: Pick<EventHub, "publish">
  readonly clock: Clock
  readonly newId: () => string
  readonly log: Log
  readonly run: RunVerification
  /** Those that it can carry out. */
  readonly levels: readonly VerifyLevel[]
  /** Absent: what is not done is forgotten with the process. */
  readonly memory?: TaskMemory
  readonly signal: AbortSignal
}): Verifications {
  const { catalogue, events, clock, newId, log, run, levels, memory, signal } = deps
  /** In the order in which they were asked for. */
  const tasks = new Map<string, VerifyTask>(
    memory?.read().map((task) => [task.id, endedByRestart(task, clock())] as const) ?? [],
  )
  const waiting: { readonly id: VerifyTaskId; readonly request: VerifyRequest }[] = []
  let running:
    | { readonly id: VerifyTaskId; readonly abort: AbortController; ended: Promise<void> }
    | undefined

  const remember = () => {
    try {
      memory?.write([...tasks.values()].filter(({ status }) => status !== "completed"))
    } catch (error) {
      log("warn", `verifications are not remembered over a restart: ${problemOf(error).message}`)
    }
  }
  const keep = (task: VerifyTask) => {
    const before = tasks.get(task.id)
    tasks.set(task.id, task)
    if (before?.status !== task.status) remember()
    const { id, backupId, databaseId, status } = task
    const readBytes = task.status === "running" ? task.readBytes : null
    events.publish({ name: "verify.updated", data: { taskId: id, backupId, databaseId, status, readBytes } })
  }
  const change = (id: VerifyTaskId, changes: (task: VerifyTask) => VerifyTask) => {
    const task = tasks.get(id)
    if (task) keep(changes(task))
  }

  const stopped = (id: VerifyTaskId, error: Problem, results: readonly Verification[]) => {
    const { code } = error
    const status = code === "cancelled" || code === "interrupted" ? code : ("failed" as const)
    change(id, (task) => ({ ...endedOf(task, results), status, error }))
    log(status === "failed" ? "warn" : "info", `a verification ended: ${error.message}`, { taskId: id })
  }
  const endedOf = (task: VerifyTask, results: readonly Verification[]) => ({
    ...baseOf(task),
    startedAt: "startedAt" in task ? task.startedAt : null,
    finishedAt: clock().toISOString(),
    results: [...results],
  })

  const work = async (id: VerifyTaskId, request: VerifyRequest, within: AbortSignal): Promise<void> => {
    const backup = catalogue.backup(request.backupId)
    if (backup?.status !== "completed")
      return stopped(id, problemOf(new Fault("not-found", `backup ${request.backupId} is gone`)), [])
    const startedAt = clock().toISOString()
    change(id, (task) => ({
      ...{ ...baseOf(task), status: "running", startedAt, readBytes: 0, totalBytes: 0 },
    }))
    const onProgress = (readBytes: number, totalBytes: number) =>
      change(id, (task) => (task.status === "running" ? { ...task, readBytes, totalBytes } : task))
    const { results, error } = await run(backup, request, onProgress, within)
    if (results.some(({ outcome }) => outcome === "failed"))
      events.publish({ name: "problem.changed", data: { serverId: backup.serverId } })
    if (error) return stopped(id, error, results)
    change(id, (task) => ({ ...endedOf(task, results), status: "completed" }))
  }

  const next = () => {
    if (running || signal.aborted) return
    const at = waiting.findIndex(({ request }) => request.askedBy === "person")
    const [first] = waiting.splice(Math.max(at, 0), 1)
    if (!first) return
    const { id, request } = first
    const abort = new AbortController()
    const active = { id, abort, ended: Promise.resolve() }
    running = active
    active.ended = work(id, request, AbortSignal.any([signal, abort.signal]))
      .catch((error) => {
        log("error", "a verification threw, which it never should", {
          stack: error instanceof Error ? error.stack : String(error),
        })
        stopped(id, problemOf(error), [])
      })
      .finally(() => {
        running = undefined
        next()
      })
  }

  const forgetOld = () => {
    for (const [id, { status }] of tasks) {
      if (tasks.size <= mostRemembered) return
      if (status !== "queued" && status !== "running") tasks.delete(id)
    }
  }

  return {
    ask(request) {
      const { backupId, level, destination, askedBy } = request
      const backup = catalogue.backup(backupId)
      if (backup === undefined)
        throw new Fault("not-found", `there is no backup ${backupId}`, {
          hint: "List them with GET /api/backups.",
        })
      if (backup.status !== "completed")
        throw new Fault("in-use", `the backup is ${backup.status}, not completed`, {
          hint: "Only one that is stored can be read again.",
        })
      if (!levels.includes(level)) throw noSuchLevel(level)
      copiesToVerify(backup, destination)
      const same = [...tasks.values()].find(
        (task) =>
          (task.status === "queued" || task.status === "running") &&
          task.backupId === backupId &&
          task.level === level &&
          task.destination === destination,
      )
      if (same)
        throw new Fault("already-running", `that verification is ${same.status} already: ${same.id}`, {
          hint: `Follow that one: GET /api/verifications/${same.id}.`,
        })
      const { databaseId, database, serverName } = backup
      const id = newId() as VerifyTaskId
      const about = { id, backupId, databaseId, database, serverName, level, destination, askedBy }
      keep({ ...about, queuedAt: clock().toISOString(), status: "queued" })
      forgetOld()
      waiting.push({ id, request })
      next()
      return tasks.get(id) as VerifyTask
    },
    task: (id) => tasks.get(id),
    tasks: () => [...tasks.values()].reverse(),
    cancel(id) {
      const reason = new Fault("cancelled", "cancelled on request")
      const at = waiting.findIndex((one) => one.id === id)
      if (at >= 0) {
        waiting.splice(at, 1)
        stopped(id, problemOf(reason), [])
      } else if (running?.id === id) running.abort.abort(reason)
      else return false
      return true
    },
    isBusy: () => running !== undefined || waiting.length > 0,
    async ended() {
      while (running) await running.ended
    },
  }
}

/** What was queued or running when the controller stopped. */
function endedByRestart(task: VerifyTask, now: Date): VerifyTask {
  if (task.status !== "queued" && task.status !== "running") return task
  const again =
    task.askedBy === "label"
      ? "The label has it done again by itself."
      : "Have it done again if it is wanted still."
  const error = problemOf(
    new Fault("interrupted", "the controller stopped before it was done, which says nothing of the backup", {
      hint: again,
    }),
  )
  const startedAt = task.status === "running" ? task.startedAt : null
  return {
    ...baseOf(task),
    startedAt,
    finishedAt: now.toISOString(),
    results: [],
    status: "interrupted",
    error,
  }
}

function baseOf(task: VerifyTask) {
  const { id, backupId, databaseId, database, serverName, level, destination, askedBy, queuedAt } = task
  return { id, backupId, databaseId, database, serverName, level, destination, askedBy, queuedAt }
}
