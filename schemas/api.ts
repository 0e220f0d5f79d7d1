// Every REST endpoint once: the controller mounts these values, the dashboard and the CLI call them, both typed by them.
import { z } from "zod"
import { Backup, BackupId, backupStatuses, PinReason } from "./backup.ts"
import { CatalogueState, Maintenance, MaintenanceTask } from "./catalogue.ts"
import { Configuration, ImportPlan } from "./configuration.ts"
import { Identity } from "./encryption.ts"
import { ApiErrorCode, Problem } from "./errors.ts"
import { BackupType, JobView } from "./job.ts"
import { AddedServer, ChangedServer, Connection, TriedServer } from "./kept-server.ts"
import { Manifest } from "./manifest.ts"
import { AdoptedOrphans, Cleaned, Mended, Named, Orphans, ToClean } from "./orphans.ts"
import { Rebuild } from "./rebuild.ts"
import { Restore, RestoreOptions, RestorePlan } from "./restore.ts"
import { RestoreSource, SourceId, StoredFile } from "./restore-source.ts"
import {
  ChangedRetentionPolicy,
  NamedPolicy,
  NewRetentionPolicy,
  PreviewAsked,
  RetentionPreview,
} from "./retention-policy.ts"
import { LogLevel, LogLine, Run } from "./run.ts"
import { ChangedS3Config, NewS3Config, S3Config } from "./s3-config.ts"
import { Bytes, Engine, Instant, Sha256 } from "./scalar.ts"
import { Database, DatabaseId, Freshness, Server } from "./server.ts"
import { SettingsView } from "./settings-view.ts"
import { Verification, VerifyLevel } from "./verification.ts"
import { VerifyTask } from "./verify-task.ts"

export interface Endpoint {
  readonly method: "get" | "post" | "put" | "delete"
  readonly path: `/api/${string}`
  readonly summary: string
  readonly params?: z.ZodObject
  readonly query?: z.ZodObject
  readonly body?: z.ZodType
  readonly response: z.ZodType
  /** Status of success; 200 unless given. 201 and 202 come with a Location. */
  readonly status?: 200 | 201 | 202
}

/** Lists carry `page`, `limit` and `total` in the envelope's meta. */
export const Meta = z.object({
  timestamp: Instant,
  requestId: z.string(),
  page: z.number().int().optional(),
  limit: z.number().int().optional(),
  total: z.number().int().optional(),
})
export type Meta = z.output<typeof Meta>

export const ApiError = z.object({
  code: ApiErrorCode,
  message: z.string(),
  hint: z.string().nullable(),
  details: z.unknown().optional(),
})
export type ApiError = z.output<typeof ApiError>

export type Envelope<T> =
  | { readonly success: true; readonly data: T; readonly meta: Meta }
  | { readonly success: false; readonly error: ApiError; readonly meta: Meta }

const Id = z.strictObject({ id: z.string().min(1).max(600) })
const whole = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/, "write a whole number")
    .transform(Number)
    .refine((n) => n >= min && n <= max, `write a number from ${min} to ${max}`)
const paging = { page: whole(1, 999_999).prefault("1"), limit: whole(1, 500).prefault("50") }

export const listServers = {
  method: "get",
  path: "/api/servers",
  summary: "Every database container seen, backed up or not, with the reason.",
  response: z.array(Server),
} as const satisfies Endpoint

/** Why a container is backed up, by which jobs, next when, with where each value comes from; or why it is not. */
export const ServerDetail = Server.extend({ schedules: z.array(JobView), databases: z.array(Database) })
export type ServerDetail = z.output<typeof ServerDetail>

export const getServer = {
  method: "get",
  path: "/api/servers/:id",
  summary: "One server, with its jobs and databases, and where each value in force comes from.",
  params: Id,
  response: ServerDetail,
} as const satisfies Endpoint

export const listDatabases = {
  method: "get",
  path: "/api/databases",
  summary: "Every logical database with its server, problems, last and next backup.",
  query: z.strictObject({
    engine: Engine.optional(),
    /** The engine by the name that the specification uses. */
    type: z
      .enum(["postgresql", "mysql", "mariadb"])
      .transform((type): Engine => (type === "postgresql" ? "postgres" : type))
      .optional(),
    serverId: z.string().optional(),
    state: Freshness.optional(),
    /** Whether the schedule of one of its jobs starts runs. */
    enabled: z
      .enum(["true", "false"])
      .transform((text) => text === "true")
      .optional(),
    /** Text in the name of the database, of its server or container, or in the image. */
    q: z.string().max(200).optional(),
  }),
  response: z.array(Database),
} as const satisfies Endpoint

export const getDatabase = {
  method: "get",
  path: "/api/databases/:id",
  summary: "One database.",
  params: Id,
  response: Database,
} as const satisfies Endpoint

export const addDatabases = {
  method: "post",
  path: "/api/databases",
  summary:
    "Add a server outside Docker, with all its databases, at once. It is connected to first, unless `check` is false. A password is sealed, which takes ENCRYPTION_KEY, and never shown.",
  body: AddedServer,
  response: ServerDetail,
} as const satisfies Endpoint

export const changeDatabases = {
  method: "put",
  path: "/api/databases/:id",
  summary:
    "Change a server that was added over the API, by its id or that of one of its databases. What is left out stays; another place or tls takes the password again.",
  params: Id,
  body: ChangedServer,
  response: ServerDetail,
} as const satisfies Endpoint

export const deleteDatabases = {
  method: "delete",
  path: "/api/databases/:id",
  summary:
    "Forget a server that was added over the API, with its password, by its own id. Its history and backups stay. Refused while a run or a restore is under way.",
  params: Id,
  response: z.object({ id: z.string(), deletedAt: Instant }),
} as const satisfies Endpoint

export const tryConnection = {
  method: "post",
  path: "/api/databases/test-connection",
  summary:
    "Connect to a server outside Docker as POST /api/databases would, and keep nothing: what answers, or why nothing does.",
  body: TriedServer,
  response: Connection,
} as const satisfies Endpoint

export const testConnection = {
  method: "post",
  path: "/api/databases/:id/test-connection",
  summary: "Connect to a server now, by its id or that of one of its databases.",
  params: Id,
  response: Connection,
} as const satisfies Endpoint

export const confirmPrune = {
  method: "post",
  path: "/api/databases/:id/confirm-prune",
  summary:
    "Let retention delete what it holds back, because it is too much at once. `backups` is the number in `heldPrune`; 409 when it is another by now.",
  params: Id,
  body: z.strictObject({ backups: z.number().int().positive() }),
  response: Database,
  status: 202,
} as const satisfies Endpoint

export const discoverDatabases = {
  method: "post",
  path: "/api/databases/discover",
  summary: "Look at every container now, and into every server. Answers with what was found.",
  response: z.array(ServerDetail),
} as const satisfies Endpoint

export const listSchedules = {
  method: "get",
  path: "/api/schedules",
  summary: "Every job with its schedule in force and where each value comes from.",
  query: z.strictObject({
    serverId: z.string().optional(),
    databaseId: z.string().optional(),
    enabled: z.enum(["true", "false"]).optional(),
  }),
  response: z.array(JobView),
} as const satisfies Endpoint

export const getSchedule = {
  method: "get",
  path: "/api/schedules/:id",
  summary: "One job.",
  params: Id,
  response: JobView,
} as const satisfies Endpoint

export const nextRunsOf = {
  method: "get",
  path: "/api/schedules/:id/next-runs",
  summary: "When the job fires next.",
  params: Id,
  query: z.strictObject({ count: whole(1, 100).prefault("10") }),
  response: z.array(Instant),
} as const satisfies Endpoint

export const enableSchedule = {
  method: "post",
  path: "/api/schedules/:id/enable",
  summary: "Let the job's schedule start runs, whatever its label says. Remembered until taken back.",
  params: Id,
  response: JobView,
} as const satisfies Endpoint

export const disableSchedule = {
  method: "post",
  path: "/api/schedules/:id/disable",
  summary: "Start no scheduled run of the job, whatever its label says. Remembered until taken back.",
  params: Id,
  response: JobView,
} as const satisfies Endpoint

export const followLabel = {
  method: "delete",
  path: "/api/schedules/:id/override",
  summary: "Take back what was enabled or disabled here: the label decides again.",
  params: Id,
  response: JobView,
} as const satisfies Endpoint

export const pauseAll = {
  method: "post",
  path: "/api/schedules/disable",
  summary: "Start no scheduled run of any job, until POST /api/schedules/enable.",
  response: z.array(JobView),
} as const satisfies Endpoint

export const resumeAll = {
  method: "post",
  path: "/api/schedules/enable",
  summary: "Take back POST /api/schedules/disable: every job follows its own label or override again.",
  response: z.array(JobView),
} as const satisfies Endpoint

export const listRuns = {
  method: "get",
  path: "/api/runs",
  summary: "Runs, newest first.",
  query: z.strictObject({ serverId: z.string().optional(), ...paging }),
  response: z.array(Run),
} as const satisfies Endpoint

export const getRun = {
  method: "get",
  path: "/api/runs/:id",
  summary: "One run with its backups.",
  params: Id,
  response: z.object({ run: Run, backups: z.array(Backup) }),
} as const satisfies Endpoint

export const cancelRun = {
  method: "post",
  path: "/api/runs/:id/cancel",
  summary: "Cancel a queued or running run, or the retry that a failed one waits for.",
  params: Id,
  response: Run,
  status: 202,
} as const satisfies Endpoint

export const getRunLogs = {
  method: "get",
  path: "/api/runs/:id/logs",
  summary: "The run's log, oldest first.",
  params: Id,
  query: z.strictObject({ level: LogLevel.optional() }),
  response: z.array(LogLine),
} as const satisfies Endpoint

export const listBackups = {
  method: "get",
  path: "/api/backups",
  summary: "Backups, newest first.",
  query: z.strictObject({
    databaseId: z.string().optional(),
    serverId: z.string().optional(),
    status: z.enum(backupStatuses).optional(),
    /** `true`: only those that are suspect, and that nobody has accepted. */
    suspect: z
      .enum(["true", "false"])
      .transform((text) => text === "true")
      .optional(),
    type: BackupType.optional(),
    startDate: Instant.optional(),
    endDate: Instant.optional(),
    ...paging,
  }),
  response: z.array(Backup),
} as const satisfies Endpoint

export const createBackup = {
  method: "post",
  path: "/api/backups",
  summary: "Back one database up now. Answers with the record; follow it by its id.",
  body: z.strictObject({ databaseId: DatabaseId }),
  response: Backup,
  status: 202,
} as const satisfies Endpoint

export const importBackup = {
  method: "post",
  path: "/api/backups/import",
  summary:
    "Keep a dump that another tool made, as a backup of a server's database, pinned. The body is the file itself, as `application/octet-stream`; plain, gzip or zstd. Answers when it is stored; 400 says what it is instead, or what is wrong with it.",
  query: z.strictObject({
    serverId: z.string().min(1).max(600),
    database: z.string().min(1).max(64),
    /** Name of the file, for people. */
    fileName: z.string().min(1).max(255),
    /** When the dump was made: what a backup made after it knows better. */
    madeAt: Instant,
  }),
  response: Backup,
} as const satisfies Endpoint

export const getBackup = {
  method: "get",
  path: "/api/backups/:id",
  summary: "One backup.",
  params: Id,
  response: Backup,
} as const satisfies Endpoint

export const getManifest = {
  method: "get",
  path: "/api/backups/:id/manifest",
  summary: "The manifest that stands beside the bytes, without its seal.",
  params: Id,
  response: Manifest,
} as const satisfies Endpoint

export const deleteBackup = {
  method: "delete",
  path: "/api/backups/:id",
  summary:
    "Delete a backup at every destination. The newest good one of a database is refused, and so is a pinned one.",
  params: Id,
  response: z.object({ id: BackupId, deletedAt: Instant }),
} as const satisfies Endpoint

export const cancelBackup = {
  method: "post",
  path: "/api/backups/:id/cancel",
  summary: "Cancel the run that a queued or running backup belongs to.",
  params: Id,
  response: Backup,
  status: 202,
} as const satisfies Endpoint

export const uploadToS3 = {
  method: "post",
  path: "/api/backups/:id/upload-to-s3",
  summary:
    "Copy a completed backup to every bucket that it is not in, now; otherwise what an outage left out is copied by itself once the bucket is back.",
  params: Id,
  response: Backup,
  status: 202,
} as const satisfies Endpoint

export const acceptBackup = {
  method: "post",
  path: "/api/backups/:id/accept",
  summary:
    "Say that a suspect backup is right: it is good from now on, and the next is compared with it. 409 for one that is not suspect.",
  params: Id,
  response: Backup,
} as const satisfies Endpoint

export const pinBackup = {
  method: "post",
  path: "/api/backups/:id/pin",
  summary:
    "Keep a backup whatever retention says, for a reason in a person's words, until it is unpinned. Again: with another reason. 409 for one that has not completed.",
  params: Id,
  body: z.strictObject({ reason: PinReason }),
  response: Backup,
} as const satisfies Endpoint

export const unpinBackup = {
  method: "delete",
  path: "/api/backups/:id/pin",
  summary: "Let retention decide about a pinned backup again. 409 for one that is not pinned.",
  params: Id,
  response: Backup,
} as const satisfies Endpoint

export const getBackupLogs = {
  method: "get",
  path: "/api/backups/:id/logs",
  summary: "The log of the backup's run, oldest first.",
  params: Id,
  query: z.strictObject({ level: LogLevel.optional() }),
  response: z.array(LogLine),
} as const satisfies Endpoint

export const listRestores = {
  method: "get",
  path: "/api/restores",
  summary: "Restores, newest first.",
  query: z.strictObject({
    databaseId: z.string().optional(),
    status: z.enum(backupStatuses).optional(),
    ...paging,
  }),
  response: z.array(Restore),
} as const satisfies Endpoint

export const verifyBackup = {
  method: "post",
  path: "/api/backups/:id/verify",
  summary:
    "Read a stored backup again: every copy, or the one at `destination`. `checksum`: its bytes are those that left the server. `read`: besides, the engine's own tool reads it to its end. `drill`: besides, it is restored into a throw-away server and compared; of the nearest copy, unless one is named. Follow it by its id.",
  params: Id,
  body: z.strictObject({
    level: VerifyLevel,
    destination: z.string().min(1).optional(),
    /** Opens an encrypted backup for this one time. Kept in memory until it has ended, and nowhere else. */
    identity: Identity.optional(),
  }),
  response: VerifyTask,
  status: 202,
} as const satisfies Endpoint

export const verificationsOf = {
  method: "get",
  path: "/api/backups/:id/verifications",
  summary: "What was found each time the backup was checked again, the newest first.",
  params: Id,
  response: z.array(Verification),
} as const satisfies Endpoint

export const listVerifications = {
  method: "get",
  path: "/api/verifications",
  summary: "Checks that were asked for since the controller started, the newest first.",
  response: z.array(VerifyTask),
} as const satisfies Endpoint

export const getVerification = {
  method: "get",
  path: "/api/verifications/:id",
  summary: "One check that was asked for: how far it is, or what it found.",
  params: Id,
  response: VerifyTask,
} as const satisfies Endpoint

export const cancelVerification = {
  method: "post",
  path: "/api/verifications/:id/cancel",
  summary: "Cancel a check that waits or runs. What it has found so far stays.",
  params: Id,
  response: VerifyTask,
  status: 202,
} as const satisfies Endpoint

/** Exactly one of `backupId` and `sourceId`. */
const RestoreRequest = {
  backupId: BackupId.optional(),
  /** A file that was uploaded or chosen before, see `/api/restores/sources`. `options.serverId` says where to. */
  sourceId: SourceId.optional(),
  /** Of a file that holds several databases: which one. */
  sourceDatabase: z.string().min(1).optional(),
  databaseId: DatabaseId.optional(),
  options: RestoreOptions,
  /** Opens an encrypted backup for this one time. Kept in memory until the restore has ended, and nowhere else. */
  identity: Identity.optional(),
}

const ofOne = [
  ({ backupId, sourceId }: { readonly backupId?: unknown; readonly sourceId?: unknown }) =>
    (backupId === undefined) !== (sourceId === undefined),
  "write either backupId or sourceId",
] as const

/** Answered once the file was read. Files and what is said of them go after a day (setting `restore.uploadsKept`). */
export const uploadSource = {
  method: "post",
  path: "/api/restores/upload",
  summary:
    "Hand in a file to be restored: `multipart/form-data` with the part `file`, and before it `identity` where it is an age file that nothing here opens. It is looked through, and kept for a day. 201.",
  response: RestoreSource,
  status: 201,
} as const satisfies Endpoint

export const addSource = {
  method: "post",
  path: "/api/restores/sources",
  summary:
    "Choose a file that stands at a destination, to be restored. It is read through once, and read again by each restore. 201.",
  body: z.strictObject({
    destination: z.string().min(1),
    key: z.string().min(1).max(1024),
    /** Opens an age file for this one time. */
    identity: Identity.optional(),
  }),
  response: RestoreSource,
  status: 201,
} as const satisfies Endpoint

export const listSources = {
  method: "get",
  path: "/api/restores/sources",
  summary: "Files that were uploaded or chosen to be restored, the newest first.",
  response: z.array(RestoreSource),
} as const satisfies Endpoint

export const getSource = {
  method: "get",
  path: "/api/restores/sources/:id",
  summary: "One of them.",
  params: Id,
  response: RestoreSource,
} as const satisfies Endpoint

export const removeSource = {
  method: "delete",
  path: "/api/restores/sources/:id",
  summary:
    "Forget it, and delete the file if it was uploaded; what stands at a destination stays. 409 while a restore reads it.",
  params: Id,
  response: z.object({ id: SourceId, removedAt: Instant }),
} as const satisfies Endpoint

export const planRestore = {
  method: "post",
  path: "/api/restores",
  summary: "With `dryRun: true`: what the restore would do; nothing is done.",
  body: z.strictObject({ ...RestoreRequest, dryRun: z.literal(true) }).refine(...ofOne),
  response: RestorePlan,
} as const satisfies Endpoint

export const createRestore = {
  method: "post",
  path: "/api/restores",
  summary:
    "Restore a backup, or a file: into a new database, (`mode: swap`) in the place of one that is kept for an undo, into one that is there (`clean`: what it holds; `replace`: emptied before), or the globals that a server lacks.",
  body: z
    .strictObject({
      ...RestoreRequest,
      dryRun: z.literal(false).optional(),
      /** Of the plan that was confirmed: another one is refused, 409. Absent: whatever the plan is now. */
      planHash: Sha256.optional(),
    })
    .refine(...ofOne),
  response: Restore,
  status: 202,
} as const satisfies Endpoint

export const getRestore = {
  method: "get",
  path: "/api/restores/:id",
  summary: "One restore.",
  params: Id,
  response: Restore,
} as const satisfies Endpoint

export const cancelRestore = {
  method: "post",
  path: "/api/restores/:id/cancel",
  summary:
    "Cancel a restore: the half-made new database is dropped; one that was overwritten is as it was, or is put back from the backup made before, and the restore says so.",
  params: Id,
  response: Restore,
  status: 202,
} as const satisfies Endpoint

export const undoRestore = {
  method: "post",
  path: "/api/restores/:id/undo",
  summary:
    "Put the database back whose place a swap has taken; what is in place now is kept as long. Again: swaps back. 409 once it is dropped, or while another swap came after.",
  params: Id,
  body: z.strictObject({
    /** End the connections to the one in place. Without it an undo is refused while there are any. */
    endConnections: z.boolean().default(false),
  }),
  response: Restore,
  status: 202,
} as const satisfies Endpoint

export const getRestoreLogs = {
  method: "get",
  path: "/api/restores/:id/logs",
  summary: "The restore's log, oldest first.",
  params: Id,
  query: z.strictObject({ level: LogLevel.optional() }),
  response: z.array(LogLine),
} as const satisfies Endpoint

export const DestinationStatus = z.object({
  name: z.string(),
  kind: z.enum(["local", "s3"]),
  location: z.string(),
  state: z.enum(["up", "down"]),
  freeBytes: Bytes.nullable(),
  problem: Problem.nullable(),
  /** Of the copies it holds: how many were read again in the last days, and since when the oldest of them was not. */
  reading: z
    .object({
      copies: z.number().int(),
      readCopies: z.number().int(),
      days: z.number().int(),
      oldestReadAt: Instant.nullable(),
    })
    .optional(),
})
export type DestinationStatus = z.output<typeof DestinationStatus>

export const listS3Configs = {
  method: "get",
  path: "/api/s3-configs",
  summary: "Every bucket that is a destination, of the settings and of the API. Never a key.",
  response: z.array(S3Config),
} as const satisfies Endpoint

export const getS3Config = {
  method: "get",
  path: "/api/s3-configs/:id",
  summary: "One bucket.",
  params: Id,
  response: S3Config,
} as const satisfies Endpoint

export const createS3Config = {
  method: "post",
  path: "/api/s3-configs",
  summary: "Make a bucket a destination, at once. Its keys are sealed, which takes ENCRYPTION_KEY.",
  body: NewS3Config,
  response: S3Config,
} as const satisfies Endpoint

export const changeS3Config = {
  method: "put",
  path: "/api/s3-configs/:id",
  summary: "Change a bucket of the API. Keys that are left out stay; where copies are, the place stays.",
  params: Id,
  body: ChangedS3Config,
  response: S3Config,
} as const satisfies Endpoint

export const deleteS3Config = {
  method: "delete",
  path: "/api/s3-configs/:id",
  summary: "Forget a bucket of the API, and its keys. Refused while copies are there or jobs name it.",
  params: Id,
  response: z.object({ id: z.string(), deletedAt: Instant }),
} as const satisfies Endpoint

export const testS3Config = {
  method: "post",
  path: "/api/s3-configs/:id/test",
  summary: "Write, read, list and delete a probe there. Names every permission that is missing.",
  params: Id,
  response: DestinationStatus,
} as const satisfies Endpoint

export const bucketsOfS3Config = {
  method: "get",
  path: "/api/s3-configs/:id/buckets",
  summary: "Names of the buckets that its keys may see.",
  params: Id,
  response: z.array(z.string()),
} as const satisfies Endpoint

export const listRetentionPolicies = {
  method: "get",
  path: "/api/retention-policies",
  summary:
    "Every retention policy that has a name, of the settings and of the API, with the jobs that use it.",
  response: z.array(NamedPolicy),
} as const satisfies Endpoint

export const getRetentionPolicy = {
  method: "get",
  path: "/api/retention-policies/:id",
  summary: "One policy.",
  params: Id,
  response: NamedPolicy,
} as const satisfies Endpoint

export const createRetentionPolicy = {
  method: "post",
  path: "/api/retention-policies",
  summary: "Give a policy a name that labels can use, at once. `retention` is the short form of labels.",
  body: NewRetentionPolicy,
  response: NamedPolicy,
} as const satisfies Endpoint

export const changeRetentionPolicy = {
  method: "put",
  path: "/api/retention-policies/:id",
  summary:
    "Change a policy of the API. Jobs that use it follow at once; nothing is deleted before their next success.",
  params: Id,
  body: ChangedRetentionPolicy,
  response: NamedPolicy,
} as const satisfies Endpoint

export const deleteRetentionPolicy = {
  method: "delete",
  path: "/api/retention-policies/:id",
  summary: "Forget a policy of the API. Refused while a job uses it.",
  params: Id,
  response: z.object({ id: z.string(), deletedAt: Instant }),
} as const satisfies Endpoint

export const lookAtRetention = {
  method: "get",
  path: "/api/retention-policies/preview",
  summary:
    "What would stay, with every reason, and what would go. `retention`: a name or the short form, else what is in force. Without `databaseId`: all, in numbers. Deletes nothing.",
  query: PreviewAsked,
  response: z.array(RetentionPreview),
} as const satisfies Endpoint

export const previewRetention = {
  method: "post",
  path: "/api/retention-policies/preview",
  summary: "The same.",
  body: PreviewAsked,
  response: z.array(RetentionPreview),
} as const satisfies Endpoint

export const previewRetentionPolicy = {
  method: "post",
  path: "/api/retention-policies/:id/preview",
  summary: "The same of a named policy.",
  params: Id,
  body: PreviewAsked.omit({ retention: true }),
  response: z.array(RetentionPreview),
} as const satisfies Endpoint

export const DockerStatus = z.object({
  state: z.enum(["connecting", "connected", "unreachable"]),
  endpoint: z.string(),
  version: z.string().nullable(),
  /** When the containers were last listed. */
  seenAt: Instant.nullable(),
  problem: Problem.nullable(),
})
export type DockerStatus = z.output<typeof DockerStatus>

/** The answer to "are my backups healthy?" in one sentence, and what needs a person. */
export const Verdict = z.object({
  level: z.enum(["ok", "attention", "empty"]),
  sentence: z.string(),
  attention: z.array(
    z.object({
      databaseId: DatabaseId.nullable(),
      serverId: z.string().nullable(),
      sentence: z.string(),
      hint: z.string().nullable(),
    }),
  ),
})
export type Verdict = z.output<typeof Verdict>

export const getStatus = {
  method: "get",
  path: "/api/system/status",
  summary: "Health, version, connections, and the verdict on all backups.",
  response: z.object({
    version: z.string(),
    startedAt: Instant,
    uptimeSeconds: z.number().nonnegative(),
    listening: z.object({ address: z.string(), port: z.number().int(), loopbackOnly: z.boolean() }),
    discovery: z.enum(["labels", "auto"]),
    labelPrefix: z.string(),
    timeZone: z.string(),
    /** Who stopped every schedule at once: a person with POST /api/schedules/disable, or the settings. */
    pausedBy: z.enum(["person", "settings"]).nullable(),
    docker: DockerStatus,
    destinations: z.array(DestinationStatus),
    queue: z.object({ running: z.number().int(), queued: z.number().int(), maxConcurrent: z.number().int() }),
    verdict: Verdict,
  }),
} as const satisfies Endpoint

export const getSettings = {
  method: "get",
  path: "/api/system/settings",
  summary: "Every setting in force with where it is from, and what is wrong with the settings file.",
  response: SettingsView,
} as const satisfies Endpoint

export const startRebuild = {
  method: "post",
  path: "/api/system/rebuild",
  summary:
    "Make the catalogue again from the manifests at a destination: backups it does not know are listed. Changes nothing there. With `catalogue: true` the newest copy of a catalogue there is taken in first.",
  body: z.strictObject({ destination: z.string().min(1), catalogue: z.boolean().optional() }),
  response: Rebuild,
  status: 202,
} as const satisfies Endpoint

export const getRebuild = {
  method: "get",
  path: "/api/system/rebuild",
  summary: "How far a rebuild is, or what the last one found.",
  response: Rebuild,
} as const satisfies Endpoint

const DestinationOf = z.strictObject({ name: z.string().min(1).max(64) })

export const browseDestination = {
  method: "get",
  path: "/api/destinations/:name/files",
  summary:
    "What stands in one folder of a destination, by name, at most 200 at a time: what comes after the last key of a page is asked for with `after`. Links are left out.",
  params: DestinationOf,
  query: z.strictObject({
    /** A folder, ending with `/`; absent: the destination's root. */
    prefix: z.string().max(1024).prefault(""),
    after: z.string().max(1024).optional(),
  }),
  response: z.array(StoredFile),
} as const satisfies Endpoint

export const listOrphans = {
  method: "get",
  path: "/api/destinations/:name/orphans",
  summary:
    "What stands at a destination and is not in the catalogue, and what is in the catalogue and not there. Changes nothing.",
  params: DestinationOf,
  response: Orphans,
} as const satisfies Endpoint

export const adoptOrphans = {
  method: "post",
  path: "/api/destinations/:name/orphans/adopt",
  summary: "List these backups, which stand there with manifests that are believed.",
  params: DestinationOf,
  body: Named,
  response: AdoptedOrphans,
} as const satisfies Endpoint

export const cleanOrphans = {
  method: "post",
  path: "/api/destinations/:name/orphans/clean",
  summary:
    "Delete what is named, as far as it may still be cleaned. What the catalogue does not know goes into `unknown`. Never a backup, never an object with a foreign name.",
  params: DestinationOf,
  body: ToClean,
  response: Cleaned,
} as const satisfies Endpoint

export const mendMissing = {
  method: "post",
  path: "/api/destinations/:name/orphans/mend",
  summary:
    "Have copies that are missing there made again: from another destination, or the manifest alone beside bytes that are right.",
  params: DestinationOf,
  body: Named,
  response: Mended,
} as const satisfies Endpoint

export const getCatalogue = {
  method: "get",
  path: "/api/system/catalogue",
  summary: "The catalogue as a file: its size, its copies, and how far it is when it is being made again.",
  response: CatalogueState,
} as const satisfies Endpoint

export const copyCatalogue = {
  method: "post",
  path: "/api/system/catalogue/copies",
  summary:
    "Copy the catalogue to every destination now. Answers once that is done; `copies` says what came of each.",
  response: CatalogueState,
} as const satisfies Endpoint

export const maintain = {
  method: "post",
  path: "/api/system/maintenance",
  summary:
    "`cleanup` deletes old logs and files beside the catalogue, `vacuum` makes it compact (409 while runs are at work: nothing else happens meanwhile), `verify` checks it. Answers with what was done.",
  body: z.strictObject({ task: MaintenanceTask }),
  response: Maintenance,
} as const satisfies Endpoint

export const exportConfiguration = {
  method: "get",
  path: "/api/system/export",
  summary:
    "What is configured, without any secret: settings, buckets of the API, what people said of schedules.",
  response: Configuration,
} as const satisfies Endpoint

export const importConfiguration = {
  method: "post",
  path: "/api/system/import",
  summary:
    "What an export would change here; with `dryRun: false` it is done. Buckets come without keys; settings are only compared, as they are changed where they are written.",
  body: z.strictObject({ configuration: Configuration, dryRun: z.boolean().default(true) }),
  response: ImportPlan,
} as const satisfies Endpoint

export const getStats = {
  method: "get",
  path: "/api/system/stats",
  summary: "Counts and sizes.",
  response: z.object({
    backups: z.object({
      total: z.number().int(),
      last24h: z.number().int(),
      failedLast24h: z.number().int(),
    }),
    restores: z.object({ total: z.number().int() }),
    storedBytes: Bytes,
    servers: z.number().int(),
    databases: z.object({ total: z.number().int(), byState: z.partialRecord(Freshness, z.number().int()) }),
  }),
} as const satisfies Endpoint

export const getLive = {
  method: "get",
  path: "/api/health/live",
  summary: "The process answers. Checks nothing.",
  response: z.object({ status: z.literal("ok") }),
} as const satisfies Endpoint

const Check = z.object({
  name: z.enum(["sqlite", "docker", "destination", "scheduler"]),
  ok: z.boolean(),
  detail: z.string(),
})
export type HealthCheck = z.output<typeof Check>

/** Answers 503 with the same body in `error.details` when a check fails. */
export const getReady = {
  method: "get",
  path: "/api/health/ready",
  summary: "SQLite, the Docker socket, a writable destination and the scheduler.",
  response: z.object({ status: z.literal("ok"), checks: z.array(Check) }),
} as const satisfies Endpoint

/** `GET /api/events`: server-sent events, each with one of these names and JSON data. Ids rise; `Last-Event-ID` replays. */
export const Event = z.discriminatedUnion("name", [
  z.object({ name: z.literal("server.changed"), data: z.object({ serverId: z.string() }) }),
  z.object({ name: z.literal("settings.changed"), data: z.object({}) }),
  z.object({ name: z.literal("problem.changed"), data: z.object({ serverId: z.string().nullable() }) }),
  z.object({
    name: z.literal("run.updated"),
    data: z.object({ runId: z.string(), serverId: z.string(), status: z.string() }),
  }),
  z.object({
    name: z.literal("run.progress"),
    data: z.object({ backupId: z.string(), rawBytes: Bytes, storedBytes: Bytes }),
  }),
  z.object({ name: z.literal("run.log"), data: z.object({ runId: z.string(), line: LogLine }) }),
  z.object({
    name: z.literal("backup.updated"),
    data: z.object({ backupId: z.string(), databaseId: z.string(), status: z.string() }),
  }),
  z.object({
    name: z.literal("restore.updated"),
    data: z.object({ restoreId: z.string(), status: z.string(), storedBytes: Bytes.nullable() }),
  }),
  z.object({
    name: z.literal("verify.updated"),
    data: z.object({
      taskId: z.string(),
      backupId: z.string(),
      databaseId: z.string(),
      status: z.string(),
      readBytes: Bytes.nullable(),
    }),
  }),
  z.object({ name: z.literal("restore.log"), data: z.object({ restoreId: z.string(), line: LogLine }) }),
])
export type Event = z.output<typeof Event>
