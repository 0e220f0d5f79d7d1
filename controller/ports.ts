// What jobs, the reconciler and the API need from the outside world. Types only; serve.ts plugs the adapters in.
import type { Readable, Writable } from "node:stream"
import type { DestinationStatus, DockerStatus, Event, HealthCheck } from "../schemas/api.ts"
import type { Backup, BackupId, CompletedBackup, Copy, Proof, Verified } from "../schemas/backup.ts"
import type { Problem } from "../schemas/errors.ts"
import type { BackupType } from "../schemas/job.ts"
import type { AddedServer, ChangedServer, Connection, KeptPlace, NewServer } from "../schemas/kept-server.ts"
import type { Hook } from "../schemas/labels.ts"
import type { Manifest, ObjectCounts } from "../schemas/manifest.ts"
import type { BackupNotes } from "../schemas/notes.ts"
import type { OutsideServer } from "../schemas/outside.ts"
import type { Restore, RestoreId, RestoreMode, RestoreOptions, RestorePlan } from "../schemas/restore.ts"
import type { RestoreSource, SourceId, StoredFile } from "../schemas/restore-source.ts"
import type { RetentionPolicy } from "../schemas/retention.ts"
import type {
  ChangedRetentionPolicy,
  NamedPolicy,
  NewRetentionPolicy,
  PreviewAsked,
  RetentionPreview,
} from "../schemas/retention-policy.ts"
import type { LogLevel, LogLine, Run, RunId, Trigger } from "../schemas/run.ts"
import type { BucketPlaced, ChangedS3Config, NewS3Config, S3Config } from "../schemas/s3-config.ts"
import type { Engine } from "../schemas/scalar.ts"
import type { DatabaseId, JobId, LastDrill, Managed, ServerId, Subject } from "../schemas/server.ts"
import type { SourceReading } from "../schemas/source-reading.ts"
import type { Swap } from "../schemas/swap.ts"
import type { Verification } from "../schemas/verification.ts"
import type { VerifyTask } from "../schemas/verify-task.ts"

// ---- Docker ---------------------------------------------------------------------------------------------------

/** The few facts of a container that decisions need. Values of its environment never leave the adapter, only names. */
export interface ContainerFacts {
  readonly id: string
  readonly name: string
  /** As the listing gives it: a reference, or a bare id once the tag has moved. */
  readonly image: string
  readonly imageId: string
  readonly labels: Readonly<Record<string, string>>
  /** Docker's word: created, running, paused, restarting, removing, exited, dead. */
  readonly state: string
  /** Changes when the same container is started again. Null while it has never run. */
  readonly startedAt: string | null
  /** The server itself, when it has no container and the settings name it. */
  readonly outside?: Outside
  /** Names, without values, of its environment. */
  readonly envNames: readonly string[]
  /** `5432/tcp`, … as the image or the container exposes them. */
  readonly exposedPorts: readonly string[]
}

export interface ExecRequest {
  readonly containerId: string
  /**
   * A POSIX shell script. It runs as `sh -c SCRIPT dbbackup ARG1 ARG2 …`; values come in as "$1", "$2", never spliced in.
   * The adapter prepends a line that prints who the shell is on stdout and strips it again, so `exec TOOL` in it stays killable.
   */
  readonly script: string
  readonly args: readonly string[]
  /** Feed stdin, and close it to end the input. Refused where the connection cannot carry it (no upgraded socket). */
  readonly stdin: boolean
  /** Operating system user inside the container; the image's own when not given. */
  readonly user?: string
  /** Run it not in the container itself, but in a throw-away one beside it, or by itself. */
  readonly helper?: Helper
}

/** A container for one tool: made from an image that is there already, never pulled, and removed whatever happens. */
export interface Helper {
  /** Reference or id; null: the image of the server's own container. */
  readonly image: string | null
  readonly memoryBytes: number
  /** For a server that has no container; absent: beside the container that the request names. */
  readonly outside?: OutsidePlace
  /** For a tool that needs no server: no network, no volumes, no other process. `image` is named then, and the request's container is of no account. */
  readonly alone?: true
}

/** As the settings name it, or as it was added over the API. */
export type Outside = Omit<OutsideServer, "tls"> & {
  /** `ca`: the certificates themselves, in the place of a file. */
  readonly tls: OutsideServer["tls"] & { readonly ca?: string | undefined }
  /** Absent: it belongs to the settings. */
  readonly managed?: "api"
  /** Another one after each change that a look inside should know of. */
  readonly revision?: string
  /** A password that no file or variable holds: opened at the last moment, never in text. Throws a Fault. */
  readonly openPassword?: () => string
}

export interface OutsidePlace {
  readonly server: Outside
  /** Null until it was asked. Without an image named, it decides which local one is taken. */
  readonly serverVersion: string | null
}

/** What helpers for servers outside Docker need to know. */
export interface OutsideHelp {
  /** Which engine's tools an image has, by its name, its variables and its ports. */
  guess(image: string, envNames: readonly string[], exposedPorts: readonly string[]): Engine | null
  /** Read at the last moment. Throws a Fault, `settings-invalid`. */
  secrets(server: Outside): Promise<{ readonly password: string; readonly ca: string }>
}

/** A tool running inside a container. */
export interface ExecProcess {
  /** Demultiplexed, with back-pressure. Destroyed with an error when the stream breaks or ends inside a frame. */
  readonly stdout: Readable
  /** Null unless asked for. */
  readonly stdin: Writable | null
  /** The last 16 KiB of stderr so far. */
  stderrTail(): string
  /**
   * Resolves once the stream has ended and the engine says it is no longer running, with its exit code.
   * Rejects with `server-lost` when the container went away, `docker-unreachable` when the code cannot be learned.
   */
  readonly exit: Promise<number>
  /** Ends the tool inside the container: TERM, then KILL after 5 s. A no-op once it has exited. Never rejects. */
  kill(): Promise<void>
}

export interface Docker {
  readonly endpoint: string
  /** Rejects with `docker-unreachable`. */
  version(signal: AbortSignal): Promise<string>
  /** Every container, running or not. Rejects with `docker-unreachable`: not seeing is not the same as none. */
  observe(signal: AbortSignal): Promise<readonly ContainerFacts[]>
  /** Says "look again", never what changed: once per connection after subscribing, then per relevant event. Ends on abort; reconnects by itself. */
  nudges(signal: AbortSignal, onLost: (error: Error) => void): AsyncIterable<"connected" | "event">
  /** Starts a tool. Rejects with `server-down`, `tool-missing` (no shell), or `docker-unreachable`. Aborting the signal kills it. */
  exec(request: ExecRequest, signal: AbortSignal): Promise<ExecProcess>
}

/** What a throw-away server is made of. */
export interface ScratchRequest {
  /** Id of the image, and the reference by which its newest is taken where that one is gone. Neither is ever pulled. */
  readonly imageId: string
  readonly image: string
  /** By which the image's entrypoint is told the superuser's password. The password is random, and stays between engine and container. */
  readonly passwordVariable: string
  /** Instead of the image's own; empty: that one. */
  readonly command: readonly string[]
  readonly memoryBytes: number
}

/** A server of nobody: without a network, with its data in a volume that goes with it. */
export interface ScratchServer {
  readonly containerId: string
  readonly name: string
  /** False: the newest of the reference stands in for the image that is gone. */
  readonly isSameImage: boolean
  /** Where the image keeps its data. */
  readonly dataPath: string
  /** Null while it runs; else why it does not, with what it said last. Rejects when the engine does not answer. */
  whyEnded(signal: AbortSignal): Promise<Error | null>
  /** With its data. What cannot be removed now is at the next start. Never rejects. */
  remove(): Promise<void>
}

export interface Scratch {
  /** Starts one, which is not ready yet. Rejects with `tool-missing` when there is no such image, `docker-error`, or `docker-unreachable`. */
  startScratch(request: ScratchRequest, signal: AbortSignal): Promise<ScratchServer>
}

export interface Leftovers {
  /**
   * Ends tools that earlier processes of this installation left running in the container; returns how many that were.
   * Rejects with `server-down`, `docker-unreachable`, or `docker-error` when one may still run.
   */
  endLeftovers(containerId: string, signal: AbortSignal): Promise<number>
}

/** How a tool that ran to its end ended. `stdout` is capped by the caller and only kept for tools that answer, not for dumps. */
export interface ToolOutcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Watches a dump pass by, without changing or keeping it, for the format's own end. */
export interface EndDetector {
  push(chunk: Buffer): void
  /** What was seen, in words. Throws a Fault, `dump-empty` or `dump-truncated`, when the end was not. */
  finish(): string
  /** What was counted so far, by kind; a kind that none was seen of is missing. */
  held(): ObjectCounts
}

/** Changes a dump's text on its way, wherever it is split. */
export interface Rewriter {
  push(chunk: Buffer): readonly Buffer[]
  /** What was held back. */
  end(): readonly Buffer[]
}

/** Cuts what one tool prints into dumps of one subject each, in an order known before. */
export interface Cutter {
  /** Throws a Fault when the dumps cannot be told apart. */
  push(chunk: Buffer): readonly Cut[]
  /** Once the tool has exited with 0; throws as `push` does. */
  end(): readonly Cut[]
  /** After the end. The positions of dumps that are not what they should be; throws as `push` does. */
  stale(): readonly number[]
  /** The position of the dump that the tool was at last; -1 before the first. */
  at(): number
}
/** Bytes of the dump under way, or that it ends here. */
export type Cut = Buffer | "end"

// ---- Destinations -----------------------------------------------------------------------------------------------

/** Two-phase, so that half a file cannot be seen. */
export interface SinkWriter {
  readonly destination: string
  /** Resolves when the destination can take more. Rejects with a Fault once it is broken. */
  write(chunk: Buffer): Promise<void>
  /** Makes the bytes durable and visible under their key, atomically. Called only after the whole dump is proven. */
  commit(): Promise<void>
  /** Leaves nothing visible. Safe to call twice, after a failed commit, and never rejects. */
  abort(reason: unknown): Promise<void>
  /**
   * After commit: compares what the destination holds now with what was written, as cheaply as it allows. Rejects with
   * `copy-mismatch`. Absent: the destination can only be asked for the size.
   */
  readBack?(written: WrittenBytes, signal: AbortSignal): Promise<Verified>
}

export interface WrittenBytes {
  readonly bytes: number
  readonly sha256: string
}

/** What a destination is told of what it stores, beside the bytes. */
export interface Keeping {
  /** As far as is known: parts are cut accordingly. */
  readonly expectedBytes?: number
  /** Nobody can delete it before, where the destination can see to that. */
  readonly lockedUntil?: Date
  /** For people and for rules in the store: server, database, job, backup. */
  readonly about?: Readonly<Record<string, string>>
}

/** One object as it stands at a destination. */
export interface Entry {
  readonly key: string
  readonly bytes: number
  /** When it was last written, by the destination's own clock. */
  readonly changedAt: Date
}

/** Keys are relative, `/`-separated paths. Every method rejects with a Fault (`destination-unavailable`, `disk-full`, `copy-missing`). */
export interface Destination {
  readonly name: string
  readonly kind: "local" | "s3"
  /** For people: the folder, or bucket and prefix. */
  readonly location: string
  /** Whether it can keep a copy from being deleted before a time. Absent: it cannot. */
  readonly canLock?: boolean
  /** Until when the copy cannot be deleted, or null. Absent: it can at any time. */
  lockedUntil?(key: string, signal: AbortSignal): Promise<Date | null>
  create(key: string, signal: AbortSignal, keeping?: Keeping): Promise<SinkWriter>
  /** Writes a small object durably and atomically. */
  put(key: string, body: Buffer, signal: AbortSignal, keeping?: Keeping): Promise<void>
  /** Streams the stored bytes. */
  read(key: string, signal: AbortSignal): Promise<Readable>
  /** Size in bytes, or null when there is nothing under the key. */
  size(key: string, signal: AbortSignal): Promise<number | null>
  /** What the store itself computed of what it holds, as hexadecimal digits; null when it tells none. Absent: it never does. */
  storedSha256?(key: string, signal: AbortSignal): Promise<string | null>
  /** Deleting what is not there succeeds. */
  remove(key: string, signal: AbortSignal): Promise<void>
  /** Each as `remove`, with few requests. Why some were not removed, by key. Absent: one by one is as good. */
  removeAll?(keys: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, unknown>>
  /** Keys under a prefix, in no order. */
  list(prefix: string, signal: AbortSignal): AsyncIterable<string>
  /** The same, with what a listing says of each. */
  entries(prefix: string, signal: AbortSignal): AsyncIterable<Entry>
  /**
   * What stands in one folder, by name, and is neither hidden nor a link: at most `most` of what comes after a key.
   * `folder`: empty, or ending with `/`.
   */
  browse(
    folder: string,
    after: string | null,
    most: number,
    signal: AbortSignal,
  ): Promise<readonly StoredFile[]>
  /** Bytes that can still be written, null when nobody can say. Absent where room has no end, as in a bucket. Never rejects. */
  freeBytes?(): Promise<number | null>
  /** Writes, reads and removes a probe. Never rejects. */
  check(signal: AbortSignal): Promise<DestinationStatus>
  /** Removes what interrupted writers left. Called once at start, before any writer. */
  sweep(signal: AbortSignal): Promise<number>
}

// ---- Catalogue --------------------------------------------------------------------------------------------------

/** A server as it is remembered: over restarts, and after its container is gone. */
export interface ServerRecord {
  readonly id: ServerId
  readonly name: string
  readonly project: string | null
  readonly service: string | null
  readonly engine: Engine | null
  readonly serverVersion: string | null
  readonly containerName: string
  readonly image: string
  /** The labels of the last good spec, in force until better ones come. */
  readonly goodLabels: Readonly<Record<string, string>> | null
  readonly managed: Managed
  readonly lastSeenAt: Date
  readonly retiredAt: Date | null
}

export interface NewRun {
  readonly id: RunId
  readonly serverId: ServerId
  readonly serverName: string
  readonly jobId: JobId
  readonly trigger: Trigger
  readonly queuedAt: Date
  /** 1, or for a retry one more than the run it repeats, and the first of that chain. */
  readonly attempt: number
  readonly retryOf: RunId | null
}

/** What a person decided about a job's schedule over the API. It goes before the label until it is taken back. */
export interface Override {
  readonly jobId: JobId
  readonly enabled: boolean
  readonly at: Date
}

export interface NewBackup {
  readonly id: BackupId
  readonly runId: RunId
  readonly jobId: JobId
  readonly serverId: ServerId
  readonly serverName: string
  readonly databaseId: DatabaseId
  readonly subject: Subject
  readonly engine: Engine
  readonly type: BackupType
  readonly trigger: Trigger
  readonly queuedAt: Date
}

export interface CopyToRead {
  readonly backupId: BackupId
  readonly key: string
  /** Since when its bytes are known to be right: read again, or stored. */
  readonly lastReadAt: Date
}

export interface ReadShare {
  readonly copies: number
  readonly readCopies: number
  /** Of the copy that was read, or stored, longest ago; null when there is none. */
  readonly oldestReadAt: string | null
}

export interface BadCopy {
  readonly backupId: BackupId
  readonly databaseId: DatabaseId
  readonly serverId: ServerId
  readonly serverName: string
  readonly database: string
  readonly destination: string
  readonly problem: Problem
  /** Where other copies of the backup are whole. */
  readonly goodAt: readonly string[]
}

/** A backup that is kept and not trusted, suspect or damaged, with no good one of its job after it. */
export interface Doubt {
  readonly backupId: BackupId
  readonly databaseId: DatabaseId
  readonly serverId: ServerId
  readonly database: string
  readonly finishedAt: Date
  readonly problem: Problem
}

/** Deletions by retention that were too many at once. */
export interface HeldPrune {
  readonly jobId: JobId
  readonly databaseId: DatabaseId
  readonly serverId: ServerId
  /** Ids of what would be deleted; `of` how many there were in all. */
  readonly backups: readonly BackupId[]
  readonly of: number
  readonly heldAt: Date
  /** When a person said that these may go; null while that is waited for. */
  readonly confirmedAt: Date | null
}

/** Where a backup's bytes will be at one destination: recorded before the first byte is written, so that a crash can be cleaned up. */
export interface PlannedCopy {
  readonly destination: string
  readonly key: string
}

/** A backup as its destination has it: the manifest was read there and is believed, and bytes of its size are there. */
export interface FoundBackup {
  readonly manifest: Manifest
  readonly copy: PlannedCopy
  /** What stands beside it of what was said since; `unreadable` when that is not believed. Absent: nothing stands there. */
  readonly notes?: BackupNotes | "unreadable"
}
export interface Adopted {
  readonly added: number
  /** The backup was known, without this copy. */
  readonly copies: number
  readonly known: number
  /** Deleted, and still there. */
  readonly deleted: number
}

/** What the catalogue says of one backup's objects at a destination. */
export interface Claim {
  readonly backupId: BackupId
  /** `core/key.stemOf` its bytes. */
  readonly stem: string
  /**
   * `busy`: may be written or deleted at this moment. `failed`: the copy, or the backup before it had one anywhere. `deleted`:
   * nothing is to be there any more.
   */
  readonly state: "stored" | "busy" | "failed" | "deleted"
  /** When it was stored or deleted, or the backup failed. */
  readonly at: Date | null
  /** Of the bytes of a stored copy. */
  readonly key: string | null
  /** How many other destinations have it. */
  readonly elsewhere: number
}

export type RunOutcome =
  | { readonly status: "completed" }
  | {
      readonly status: "partial" | "failed" | "cancelled" | "interrupted"
      readonly error: Problem
      /** When what failed is tried again; null or absent when it is not. */
      readonly retryAt?: Date | null
    }

export type BackupOutcome =
  | { readonly status: "completed"; readonly manifest: Manifest; readonly copies: readonly Copy[] }
  | { readonly status: "failed" | "cancelled" | "interrupted"; readonly error: Problem }

export interface NewRestore {
  readonly id: RestoreId
  /** Null of a file, which is `source` then. */
  readonly backupId: BackupId | null
  readonly source?: RestoreSource | null
  readonly databaseId: DatabaseId
  readonly serverId: ServerId
  readonly serverName: string
  readonly sourceDatabase: string
  readonly targetDatabase: string
  readonly mode: RestoreMode
  /** Of one that overwrites something: what was asked for. */
  readonly swap?: { readonly keepSeconds: number; readonly endConnections: boolean }
  readonly queuedAt: Date
}

/** A swap as the catalogue keeps it. Keys are the engine's own names for the very databases, whatever they are called. */
export interface SwapRecord {
  readonly restoreId: RestoreId
  readonly serverId: ServerId
  /** The name that both have had. */
  readonly database: string
  readonly keepSeconds: number
  readonly endConnections: boolean
  readonly safetyBackupId: BackupId | null
  readonly state: Swap["state"]
  readonly inPlace: "old" | "restored"
  readonly oldKey: string | null
  readonly restoredKey: string | null
  /** What the one beside is called. */
  readonly asideName: string | null
  /** While they are exchanged: what the other one is going to be called. */
  readonly nextName: string | null
  readonly keptUntil: Date | null
}

/** What is going to be exchanged, to be said before it is. */
export interface Exchange {
  readonly oldKey: string
  readonly restoredKey: string
  readonly asideName: string
  readonly nextName: string
}

export type RestoreOutcome =
  | {
      readonly status: "completed"
      readonly restoredBytes: number
      readonly tables: number
      readonly differences: readonly string[]
    }
  | { readonly status: "failed" | "cancelled" | "interrupted"; readonly error: Problem }

export interface BackupFilter {
  readonly databaseId?: string | undefined
  readonly serverId?: string | undefined
  readonly jobId?: string | undefined
  readonly runId?: string | undefined
  readonly status?: Backup["status"] | undefined
  /** Only those that are suspect, and that nobody has accepted. */
  readonly suspect?: boolean | undefined
  readonly type?: BackupType | undefined
  /** Queued at or after, and before. */
  readonly from?: Date | undefined
  readonly until?: Date | undefined
}
export interface Page {
  readonly page: number
  readonly limit: number
}
export interface Paged<T> {
  readonly rows: readonly T[]
  readonly total: number
}

/** What was begun on a server and is to be undone there, whatever becomes of this process. At most one of a kind for each run or restore. */
export type LooseEnd = { readonly owner: RunId | RestoreId; readonly serverId: ServerId } & (
  | { readonly kind: "hook"; readonly detail: Hook }
  | { readonly kind: "tools"; readonly detail: null }
  /** One to be dropped; or one that was there before, of which it is asked whether the restore into it happened. */
  | {
      readonly kind: "database"
      readonly detail: { readonly name: string; readonly inPlace?: "at-once" | "in-turns" }
    }
)

/** The catalogue was damaged, or lost what was recorded last, and is being made again. */
export interface Mending {
  readonly since: Date
  /** What was wrong with it, as facts. */
  readonly why: string
  /** Where the damaged file is now; null when it could stay, or was gone. */
  readonly setAside: string | null
  /** Whether it began anew. Otherwise it only lacks what was recorded last. */
  readonly anew: boolean
  /** The installation it was of; null when that is not known any more. */
  readonly installation: string | null
  /** The copy that was taken in first; null while there was none. */
  readonly copy: { readonly from: string; readonly madeAt: Date } | null
  /** Destinations that it was compared with since. */
  readonly done: readonly string[]
}

/** The SQLite index of servers, runs, backups, copies, restores and their logs. Synchronous: each call is one transaction. */
export interface Catalogue {
  saveServer(server: ServerRecord): void
  servers(): readonly ServerRecord[]
  /** Replaces the databases known on a server: those missing from `names` are remembered as gone. */
  saveDatabases(serverId: ServerId, names: readonly string[], seenAt: Date): void
  /** Names present at the last look, sorted. */
  databases(serverId: ServerId): readonly string[]

  /** One that names the chain it repeats takes that chain's pending retry off, in the same transaction. */
  addRun(run: NewRun): void
  startRun(id: RunId, at: Date): void
  finishRun(id: RunId, at: Date, outcome: RunOutcome): void
  run(id: string): Run | undefined
  runs(filter: { readonly serverId?: string | undefined }, page: Page): Paged<Run>
  /** When the job last was to back up all it takes, whatever came of it: not by hand, and retries belong to what they repeat. */
  lastRunOf(jobId: JobId): Run | undefined
  /** Runs of the job that wait for their turn, the oldest first. */
  queuedRuns(jobId: JobId): readonly Run[]
  /** Ended runs that are to be tried again, the soonest first: all, those due by a time, those of a job. */
  retries(filter?: { readonly until?: Date | undefined; readonly jobId?: JobId | undefined }): readonly Run[]
  /** The retry is given up. One that begins is taken off by `addRun`. */
  clearRetry(id: RunId): void

  overrides(): readonly Override[]
  saveOverride(override: Override): void
  /** Back to what the label says. */
  removeOverride(jobId: JobId): void

  addBackup(backup: NewBackup): void
  /** Queued → running. Nothing is written at a destination before this row is. */
  startBackup(id: BackupId, at: Date, copies: readonly PlannedCopy[]): void
  finishBackup(id: BackupId, at: Date, outcome: BackupOutcome): void
  /** Live progress, in memory only. */
  progress(id: BackupId, rawBytes: number, storedBytes: number): void
  backup(id: string): Backup | undefined
  manifest(id: string): Manifest | undefined
  backups(filter: BackupFilter, page: Page): Paged<Backup>
  /** The newest good one of all of it. */
  lastGood(databaseId: DatabaseId): CompletedBackup | undefined
  /** Of the newest good backup, among the last hundred of the database, whose manifest is as wanted. */
  lastGoodManifest(databaseId: DatabaseId, isWanted: (manifest: Manifest) => boolean): Manifest | undefined
  /** Of each database and job, the newest backup when it is suspect and nobody has accepted it, or when it is damaged, oldest first: of all servers, or of one. */
  doubts(serverId?: ServerId): readonly Doubt[]
  /** A person says that a suspect backup is right: it is good from now on. False, and nothing changes, when it is not suspect. */
  acceptBackup(id: BackupId, at: Date): boolean
  /** Keeps it whatever a policy says, for a reason in a person's words; null takes that back. False, and nothing changes, when it is not there. */
  pinBackup(id: BackupId, at: Date, reason: string | null): boolean
  addVerification(id: BackupId, verification: Verification): void
  /** The newest first. */
  verifications(id: string): readonly Verification[]
  /** Of each database that was ever drilled, the newest drill, also of a backup that is deleted by now. */
  lastDrills(): ReadonlyMap<DatabaseId, LastDrill>
  /** When the newest drill passed of what a job has backed up of a database, as of now; null: none ever did. */
  passedDrills(): (jobId: JobId, databaseId: DatabaseId) => Date | null
  /** When a job had its first good backup of a database, which may be deleted by now; null: it had none. */
  firstBackupAt(jobId: JobId, databaseId: DatabaseId): Date | null
  /** What was said of it since it was made, to be kept beside its manifest. Undefined: nothing was. */
  notes(id: BackupId): BackupNotes | undefined
  /** Copies stored at a destination beside which the notes are missing or old, the oldest change first. None that is being deleted. */
  lackingNotes(destination: string, limit: number): readonly (PlannedCopy & { readonly backupId: BackupId })[]
  /** Notes as of then stand there. False, and nothing changes, when the copy is deleted, or is being deleted. */
  notesStored(id: BackupId, destination: string, asOf: Date): boolean
  /** The bytes of the copy were read again, and are right. */
  copyChecked(id: BackupId, destination: string, at: Date): void
  /** A stored copy was read again, and is not right: no longer one to restore from. False, and nothing changes, when it is being deleted, or is. */
  copyBad(id: BackupId, destination: string, error: Problem): boolean
  /** Stored copies at a destination, the one that was read longest ago first. */
  copiesToRead(destination: string, limit: number): readonly CopyToRead[]
  /** How much of what a destination holds was read again since a time. */
  readShare(destination: string, since: Date): ReadShare
  /** Copies that hold other bytes than left the server, of backups that are not deleted, the newest first and not more than a hundred. */
  badCopies(): readonly BadCopy[]
  heldPrunes(databaseId?: DatabaseId): readonly HeldPrune[]
  /** Instead of what was held of the job and database before; since when is kept. */
  holdPrune(held: Omit<HeldPrune, "heldAt" | "confirmedAt">, at: Date): void
  confirmPrunes(databaseId: DatabaseId, at: Date): void
  releasePrune(jobId: JobId, databaseId: DatabaseId): void
  /** The newest that is neither queued nor running, whatever its outcome. */
  lastAttempt(databaseId: DatabaseId): Backup | undefined
  /** Every good backup of one database by one job, newest first. */
  goodBackups(jobId: JobId, databaseId: DatabaseId): readonly CompletedBackup[]
  /** The first of these, without reading the others. */
  newestGood(jobId: JobId, databaseId: DatabaseId): CompletedBackup | undefined
  /** To be said before the first byte of a copy is deleted, so that a crash does not leave half of it listed. */
  deletingCopy(id: BackupId, destination: string): void
  /** A copy is gone; when the last one is, the backup is no longer listed (its row and log stay). One that was said to be gone stays so, with its time. */
  copyDeleted(id: BackupId, destination: string, at: Date): void
  /** Good and suspect backups, the newest first and not more than some hundreds, of which a copy at one of these destinations failed. */
  lackingCopies(destinations: readonly string[]): readonly CompletedBackup[]
  /** Why a copy is not there (yet). One that was never planned is from now on. What is stored or deleted stays so. */
  copyFailed(id: BackupId, copy: PlannedCopy, error: Problem): void
  /** A copy that had failed is there now. False, and nothing changes, when the backup is deleted, or is being deleted. */
  copyStored(id: BackupId, destination: string, at: Date, verified?: Verified): boolean
  /** Queued and running ones, with the copies they planned (none while queued): what a crash left behind. */
  unfinished(): {
    readonly runs: readonly Run[]
    readonly backups: readonly (NewBackup & { readonly copies: readonly PlannedCopy[] })[]
    readonly restores: readonly Restore[]
    /** Copies of good backups whose deletion had begun. */
    readonly deletions: readonly (PlannedCopy & { readonly backupId: BackupId })[]
  }

  /** Backups found at a destination, listed from now on, those that are known with this copy. A deleted one stays deleted. In one transaction. */
  adopt(found: readonly FoundBackup[]): Adopted

  /** Everything that is known to be, to come or to have been at a destination. What it does not name is none of this installation's. */
  claims(destination: string): readonly Claim[]

  addRestore(restore: NewRestore): void
  startRestore(id: RestoreId, at: Date): void
  finishRestore(id: RestoreId, at: Date, outcome: RestoreOutcome): void
  /** What has become of one that ended without success, found out since. */
  amendRestore(id: RestoreId, error: Problem): void
  restoreProgress(id: RestoreId, storedBytes: number, totalBytes: number): void
  restore(id: string): Restore | undefined
  restores(
    filter: { readonly databaseId?: string | undefined; readonly status?: Restore["status"] | undefined },
    page: Page,
  ): Paged<Restore>

  addSource(source: RestoreSource, reading: SourceReading): void
  source(id: string): { readonly source: RestoreSource; readonly reading: SourceReading } | undefined
  /** The newest first. */
  sources(): readonly RestoreSource[]
  /** One that is not there is forgotten already. */
  forgetSource(id: string): void

  swap(id: string): SwapRecord | undefined
  /** Of a server: those of which the other database is there, or may be, the newest first. */
  swaps(serverId?: ServerId): readonly SwapRecord[]
  safetyBackupOf(id: RestoreId, backupId: BackupId): void
  /** To be said before the server is told. */
  beginExchange(id: RestoreId, exchange: Exchange): void
  /** What has the name now: the other one is kept until then, or null where nothing was exchanged and nothing is kept. */
  endExchange(id: RestoreId, inPlace: SwapRecord["inPlace"], keptUntil: Date | null): void
  /** The one beside is dropped, or was not there any more. */
  keptGone(id: RestoreId): void
  swapProblem(id: RestoreId, problem: Problem | null): void

  /** Null when the catalogue can be relied on. Until then retention deletes nothing: unknown is not empty. Over restarts. */
  mending(): Mending | null
  /** Made with the catalogue, kept as long: tells this installation's tools from those of another one. */
  installation(): string
  addLooseEnd(end: LooseEnd): void
  looseEnds(serverId: ServerId): readonly LooseEnd[]
  removeLooseEnd(end: Pick<LooseEnd, "owner" | "kind">): void

  log(owner: RunId | RestoreId, at: Date, level: LogLevel, message: string): LogLine
  /** Oldest first, at this level or above. */
  logs(owner: string, level: LogLevel): readonly LogLine[]

  stats(now: Date): {
    readonly backups: { readonly total: number; readonly last24h: number; readonly failedLast24h: number }
    readonly restores: { readonly total: number }
    readonly storedBytes: number
  }
  /** Throws when the file cannot be written. */
  check(): void
}

/** The catalogue as a file: copies of it, making it again, and its care. */
export interface CatalogueFile {
  /** Says how far making it again is; null ends it. */
  saveMending(mending: Mending | null): void
  /** Takes in what a copy of a catalogue knows and this one does not. The file at `path` is changed by it. Throws a Fault for one that cannot be used. */
  takeIn(path: string, whose: { readonly installationToo: boolean }): TakenIn
  /** Takes what people decided from a damaged file, as far as it can be read. Returns the names of the tables that could. */
  salvage(path: string): readonly string[]
  /** Stored copies at a destination of backups that are not deleted. */
  storedAt(destination: string): readonly (PlannedCopy & { readonly backupId: BackupId })[]
  /** The copy is not there, and was not deleted by this program as far as it knows. A backup without any other copy is forgotten with it. */
  forgetCopy(id: BackupId, destination: string): void
  /** Writes a whole, compact copy to a new file, beside all other work. Returns its schema. */
  copyTo(path: string): Promise<{ readonly schema: number }>
  /** Makes the file compact again. Nothing else happens in this process meanwhile. */
  vacuum(): { readonly bytesBefore: number; readonly bytesAfter: number }
  /** Beside all other work. What is wrong, in words; empty when nothing is. */
  verify(): Promise<readonly string[]>
  /** Deletes log lines of what ended before, but for backups that are still there, and files of before that are more than `files` of their kind. */
  cleanUp(before: Date, files: number): { readonly logLines: number; readonly files: readonly string[] }
}

export interface TakenIn {
  readonly backups: number
  readonly runs: number
  readonly servers: number
  /** Pauses, buckets and policies of the API. */
  readonly decisions: number
}

/** Makes secrets that are kept in the catalogue unreadable without the operator's ENCRYPTION_KEY. */
export interface Vault {
  /** @param purpose what it belongs to, such as `s3:ID:secretAccessKey`: the result is worth nothing anywhere else */
  seal(secret: string, purpose: string): string
  /** Throws a Fault `settings-invalid` when the key is another one or the text was changed. */
  open(sealed: string, purpose: string): string
}

/** What opens an encrypted backup. */
export type FoundIdentity =
  | { readonly identity: string }
  /** Why some that the settings name cannot be used, in words. */
  | { readonly identity: null; readonly unusable: readonly string[] }

export interface Identities {
  /** One (AGE-SECRET-KEY-1…, a secret) that opens what is encrypted for these recipients, if it is on this machine. */
  find(recipients: readonly string[]): FoundIdentity
  /** All that can be read, for a file that does not say for whom it is. */
  all(): readonly string[]
}

/** A bucket of the API as the catalogue keeps it. */
export interface KeptBucket {
  readonly id: string
  readonly name: string
  readonly place: BucketPlaced
  /** Null for the SDK's own search. Each is sealed for the purpose that `core/sealed-purposes` gives. */
  readonly keys: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    /** The last characters of the access key, to know it by. */
    readonly end: string
  } | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** Buckets that were configured over the API. Kept beside the catalogue's history; nothing in that refers to them but by name. */
export interface BucketStore {
  keptBuckets(): readonly KeptBucket[]
  saveBucket(bucket: KeptBucket): void
  forgetBucket(id: string): void
  /** Stored copies of backups that are not deleted. */
  copiesAt(destination: string): number
}

/** A server outside Docker that was added over the API, as the catalogue keeps it. */
export interface KeptServer {
  readonly name: string
  readonly place: KeptPlace
  /** Sealed for the purpose that `core/sealed-purposes` gives. */
  readonly password: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** Those servers. What is remembered of a server's history refers to them by name only. */
export interface KeptServerStore {
  keptServers(): readonly KeptServer[]
  saveKeptServer(server: KeptServer): void
  forgetKeptServer(name: string): void
}

export interface SealedStore {
  /** Seals every kept secret anew, all of them or none. Returns how many were. Throws what `change` throws. */
  reseal(change: (sealed: string, purpose: string) => string): number
}

export interface KeptPolicy {
  readonly name: string
  /** As it was entered, and what that means. */
  readonly retention: string
  readonly policy: RetentionPolicy
  readonly description: string | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** Retention policies that were entered over the API. */
export interface PolicyStore {
  keptPolicies(): readonly KeptPolicy[]
  savePolicy(policy: KeptPolicy): void
  forgetPolicy(name: string): void
}

/** Requests to check backups again which are not done, or came to nothing, over restarts. The oldest first. */
export interface TaskMemory {
  read(): readonly VerifyTask[]
  /** Throws when the file cannot be written. */
  write(tasks: readonly VerifyTask[]): void
}

/** A way to a bucket: as a destination, and for a look at its neighbours. */
export interface BucketConnection {
  readonly destination: Destination
  /** Names of the buckets that its keys may see. Rejects with a Fault. */
  buckets(signal: AbortSignal): Promise<readonly string[]>
}

// ---- What the API is given -------------------------------------------------------------------------------------

export interface EventHub {
  publish(event: Event): void
  /** Replays what came after `lastId` (as far as it is kept), then follows. Returns the unsubscriber. */
  subscribe(lastId: number | null, receive: (id: number, event: Event) => void): () => void
}

/** What is restored: a backup, or a file, of which `sourceDatabase` is chosen where it holds several. */
export type RestoreFrom =
  | { readonly backupId: BackupId }
  | { readonly sourceId: SourceId; readonly sourceDatabase: string | undefined }

/** Actions that begin long work. Each throws a Fault when refused. */
export interface Actions {
  backUp(databaseId: DatabaseId): Backup
  /** Cancels a queued or running run, or gives up the retry that an ended one waits for. */
  cancelRun(runId: RunId): void
  /** Switches a job's schedule on or off, whatever its label says; null follows the label again. Remembered. */
  overrideSchedule(jobId: JobId, enabled: boolean | null): void
  /** Keeps every schedule from starting runs, or no longer. Remembered. */
  pauseAll(paused: boolean): void
  deleteBackup(id: BackupId): Promise<Date>
  planRestore(
    from: RestoreFrom,
    databaseId: DatabaseId | undefined,
    options: RestoreOptions,
    identity?: string,
  ): Promise<RestorePlan>
  /**
   * `identity`: opens an encrypted backup for this one time. Never stored, never logged. `planHash`: of the plan that was confirmed;
   * another one is refused, `plan-stale`.
   */
  restore(
    from: RestoreFrom,
    databaseId: DatabaseId | undefined,
    options: RestoreOptions,
    identity?: string,
    planHash?: string,
  ): Promise<Restore>
  cancelRestore(id: RestoreId): void
  /** Puts the database back whose place a restore has taken. */
  undoRestore(id: RestoreId, endConnections: boolean): Promise<void>
}

/** Files that are to be restored and are no backups. Each rejects with a Fault when it is refused. */
export interface Sources {
  upload(
    asked: {
      readonly fileName: string
      readonly identity: string | undefined
      readonly bytes: number | null
    },
    file: Readable,
    signal: AbortSignal,
  ): Promise<RestoreSource>
  choose(
    asked: { readonly destination: string; readonly key: string; readonly identity: string | undefined },
    signal: AbortSignal,
  ): Promise<RestoreSource>
  list(): readonly RestoreSource[]
  source(id: string): RestoreSource | undefined
  forget(id: string): Promise<Date>
  /** One folder of a destination: what comes after a key. */
  browse(
    destination: string,
    folder: string,
    after: string | null,
    signal: AbortSignal,
  ): Promise<readonly StoredFile[]>
}

/** Buckets as people configure them. Each method throws a Fault when refused. */
export interface Buckets {
  list(): readonly S3Config[]
  add(request: NewS3Config): S3Config
  change(id: string, request: ChangedS3Config): S3Config
  remove(id: string): Date
  test(id: string, signal: AbortSignal): Promise<DestinationStatus>
  neighbours(id: string, signal: AbortSignal): Promise<readonly string[]>
}

/** Servers outside Docker as people add them, and how each server answers. Each method rejects with a Fault when refused. */
export interface OutsideServers {
  /** Tries the connection first, unless told not to. Resolves with the server's id once it is in force. */
  add(request: AddedServer, signal: AbortSignal): Promise<ServerId>
  /** `id`: of the server, or of one of its databases. */
  change(id: string, request: ChangedServer, signal: AbortSignal): Promise<ServerId>
  /** Its history and backups stay. */
  remove(id: string): Date
  /** Keeps nothing. */
  try(request: NewServer, signal: AbortSignal): Promise<Connection>
  /** Of any server that is backed up. */
  test(id: string, signal: AbortSignal): Promise<Connection>
}

export interface RetentionPolicies {
  list(): readonly NamedPolicy[]
  /** Throws a Fault when the name is taken. */
  add(request: NewRetentionPolicy): NamedPolicy
  /** These two throw a Fault for one that is unknown, or of the settings; the latter also while jobs use it. */
  change(name: string, request: ChangedRetentionPolicy): NamedPolicy
  remove(name: string): Date
  /** By job and database. Throws a Fault for what is no policy and no database. */
  preview(asked: PreviewAsked): readonly RetentionPreview[]
}

export interface Health {
  docker(): DockerStatus
  destinations(signal: AbortSignal): Promise<readonly DestinationStatus[]>
  queue(): { readonly running: number; readonly queued: number; readonly maxConcurrent: number }
  ready(signal: AbortSignal): Promise<readonly HealthCheck[]>
}

/**
 * Waits for something outside: the work's place among so many is free for others meanwhile, its server and group are not. It has
 * a place again before this settles, or its signal is aborted.
 */
export type Aside = <T>(wait: () => Promise<T>) => Promise<T>

export type Log = (level: LogLevel, message: string, fields?: Readonly<Record<string, unknown>>) => void

export type Clock = () => Date
export type { Proof }
