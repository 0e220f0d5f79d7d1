// What states are called on the page, and how much attention each asks for. Colour and icon follow from the tone.
import { type Backup, type CompletedBackup, isBad, isDoubted } from "../../../schemas/backup.ts"
import { meaningOf, type NextStep, type Problem } from "../../../schemas/errors.ts"
import type { JobView } from "../../../schemas/job.ts"
import type { Run, Trigger } from "../../../schemas/run.ts"
import type { Database, Freshness, Managed, Server, ServerState } from "../../../schemas/server.ts"
import type { VerifyLevel } from "../../../schemas/verification.ts"

/** `bad` needs a person; `late` may soon; `good` and `busy` do not; `quiet` is as someone wanted it. */
export type Tone = "good" | "busy" | "late" | "bad" | "quiet"
export interface StateWord {
  readonly word: string
  readonly tone: Tone
}

export const freshnessWords: Readonly<Record<Freshness, StateWord>> = {
  fresh: { word: "fresh", tone: "good" },
  late: { word: "late", tone: "late" },
  never: { word: "never backed up", tone: "bad" },
  paused: { word: "paused", tone: "quiet" },
  unprotected: { word: "unprotected", tone: "late" },
  misconfigured: { word: "label mistake", tone: "bad" },
  conflict: { word: "conflict", tone: "bad" },
  retired: { word: "retired", tone: "quiet" },
}

const serverWords: Readonly<Record<ServerState, StateWord>> = {
  active: { word: "active", tone: "good" },
  unprotected: { word: "unprotected", tone: "late" },
  disabled: { word: "disabled", tone: "quiet" },
  misconfigured: { word: "label mistake", tone: "bad" },
  conflict: { word: "conflict", tone: "bad" },
  retired: { word: "retired", tone: "quiet" },
}

/** A server that has jobs may still be one that cannot be dumped. A warning alone does not make it so. */
export function serverState({ state, problems }: Pick<Server, "state" | "problems">): StateWord {
  const serious = problems.some(({ code }) => code !== "server-warning")
  return state === "active" && serious ? { word: "has problems", tone: "bad" } : serverWords[state]
}

/** Backups and restores share these. */
export const statusWords: Readonly<Record<Backup["status"], StateWord>> = {
  queued: { word: "queued", tone: "quiet" },
  running: { word: "running", tone: "busy" },
  completed: { word: "completed", tone: "good" },
  failed: { word: "failed", tone: "bad" },
  cancelled: { word: "cancelled", tone: "quiet" },
  interrupted: { word: "interrupted", tone: "bad" },
}

/** A backup's status; one that is kept and that nobody has accepted, or that cannot be restored, needs a person. */
export function backupWord(backup: Backup): StateWord {
  if (isDoubted(backup)) return suspectWord
  if (hasFailedCheck(backup)) return failedCheckWord
  return isDamaged(backup) ? damagedWord : statusWords[backup.status]
}
/** Whether a tool could not read it, or a server not take it, when that was tried last. A copy with other bytes is not its own fault. */
export function hasFailedCheck(backup: Backup): boolean {
  if (backup.status !== "completed" || backup.lastVerified === null) return false
  const { outcome, level } = backup.lastVerified
  return outcome === "failed" && level !== "checksum"
}
const failedCheckWord: StateWord = { word: "failed its check", tone: "bad" }

/** What was done to see whether a backup is good. */
export const levelWords: Readonly<Record<VerifyLevel, string>> = {
  checksum: "bytes compared",
  read: "read by the engine's own tool",
  drill: "restored into a throw-away server",
}

/** Whether no copy of it is good any more. */
export function isDamaged(backup: Backup): boolean {
  return backup.status === "completed" && storedAt(backup).length === 0 && backup.copies.some(isBad)
}
const damagedWord: StateWord = { word: "damaged", tone: "bad" }

/** Why a backup failed, or is suspect; null when there is nothing to tell. */
export function problemOf(backup: Backup): Problem | null {
  if ("error" in backup) return backup.error
  return backup.status === "completed" && isDoubted(backup) ? backup.suspect : null
}
export const suspectWord: StateWord = { word: "suspect", tone: "bad" }

/** A run that made some of its backups is nobody's success. */
export const runWords: Readonly<Record<Run["status"], StateWord>> = {
  ...statusWords,
  partial: { word: "partly failed", tone: "bad" },
}

/** Who keeps a job's schedule from starting runs. */
export const pausedWords: Readonly<Record<NonNullable<JobView["pausedBy"]>, string>> = {
  label: "paused by its label",
  person: "paused by a person",
  settings: "paused by the settings",
}

/** Who can change a server. */
export const managedWords: Readonly<Record<Managed, string>> = {
  label: "by its labels",
  file: "in dbbackup.yaml",
  api: "here, over the API",
}

export const engineNames = { postgres: "PostgreSQL", mysql: "MySQL", mariadb: "MariaDB" } as const

/** `PostgreSQL 17.6`; `unknown engine` where it could not be found. */
export function engineOf(server: Pick<Server, "engine" | "serverVersion">): string {
  const name = server.engine ? engineNames[server.engine] : "unknown engine"
  return server.serverVersion ? `${name} ${server.serverVersion}` : name
}

/** An image's reference; of a bare id, which Docker gives once the tag has moved, as much as one needs to find it. */
export function imageName(image: string): string {
  return image.replace(/^(sha256:[0-9a-f]{12})[0-9a-f]{52}$/, "$1")
}

export const triggerWords: Readonly<Record<Trigger, string>> = {
  schedule: "by schedule",
  first: "first backup",
  "catch-up": "catch-up",
  retry: "another try",
  manual: "asked for",
}

/** A job's id is its server's, a colon, and its name. */
export function jobName({ jobId, serverId }: Pick<Run, "jobId" | "serverId">): string {
  return jobId.slice(serverId.length + 1)
}

/** Names of the destinations that hold a backup now. */
export function storedAt({ copies }: CompletedBackup): readonly string[] {
  return copies.filter(({ state }) => state === "stored").map(({ destination }) => destination)
}

/** Names of the destinations at which it has bytes, good or bad. */
export function heldAt({ copies }: CompletedBackup): readonly string[] {
  return copies.filter((copy) => copy.state === "stored" || isBad(copy)).map(({ destination }) => destination)
}

/** What `globals` are, beside their name. */
export function subjectNote(kind: Database["kind"]): string | null {
  return kind === "globals" ? "roles, accounts and grants" : null
}

const nextSteps: Readonly<Record<NextStep, string>> = {
  retry: "It may work when tried again, which its schedule does at the next run at the latest.",
  "next-run": "The next scheduled run tries again by itself.",
  "until-config-changes": "It stays like this until something is changed.",
  "stop-and-alert": "Until a backup succeeds again, no older backup of this server is deleted.",
}

export function whatHappensNext(problem: Problem): string {
  return nextSteps[meaningOf(problem.code).next]
}
