// The label vocabulary, `dbbackup.<key>` and `dbbackup.<job>.<key>`: every key once, with its meaning, default and check.
// Parsing, defaults, the tables of the documents and the JSON Schema all come from these two objects.
import { z } from "zod"
import {
  Argv,
  Databases,
  DestinationNames,
  EncryptWith,
  EnvName,
  FilePath,
  Percent,
  Rate,
  ShortName,
  UserName,
  Wait,
} from "./label-values.ts"
import { partLabels } from "./part-labels.ts"
import { plannedLabels } from "./planned-labels.ts"
import { Retention, retentionLabels } from "./retention.ts"
import { Bool, Compress, Duration, DurationOrNone, Engine, Schedule, TimeZone } from "./scalar.ts"
import { verifyLevels } from "./verification.ts"

export const hookMoments = ["pre", "post", "pre-restore", "post-restore"] as const
export type HookMoment = (typeof hookMoments)[number]

/** Keys that belong to the whole server. They cannot be given for one job. */
export const ServerLabels = z.strictObject({
  enable: Bool.optional().meta({ description: "Back this container up. `false` always wins." }),
  id: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
      "write a name of letters, digits, dots, dashes and underscores",
    )
    .optional()
    .meta({
      description: "A stable name for the server (compose project/service, else the container's name).",
    }),
  type: Engine.optional().meta({ description: "The engine, when it cannot be found by itself." }),
  user: UserName.optional().meta({
    description: "The database user to dump as (found from the image's conventions).",
  }),
  "password-env": EnvName.optional().meta({
    description: "Name of the variable, inside that container, that holds the user's password.",
  }),
  "password-file": FilePath.optional().meta({
    description: "File, inside that container, that holds the user's password.",
  }),
  restore: z.enum(["allow", "new-only", "deny"]).prefault("allow").meta({
    description:
      "Whether restores into this server are allowed, only those into a new database, or none. `new-only` forbids those that overwrite a database or take its place, and their undo. `deny` is heeded even beside a mistake.",
  }),
})
export type ServerLabels = z.output<typeof ServerLabels>

const hookArgv = (when: string) =>
  Argv.optional().meta({
    description: `A command for the server's own container, as a JSON array of words, run ${when}.`,
  })
const hookTimeout = Duration.prefault("5m").meta({
  description: "A hook that still runs after this is ended.",
})
const hookOnError = z
  .enum(["fail", "continue"])
  .prefault("fail")
  .meta({ description: "Whether a hook that fails makes the run fail, or only warns." })

/** Keys of a job. `dbbackup.schedule` is short for `dbbackup.default.schedule`. */
export const JobLabels = z.strictObject({
  databases: Databases.prefault("all").meta({
    description:
      "`all`, a list, globs, `!exclude`. `all` is every non-system database, new ones included from the next run.",
  }),
  globals: Bool.prefault("true").meta({
    description: "Also back up what lives beside the databases: roles, accounts, grants.",
  }),
  schedule: Schedule.prefault("daily").meta({
    description:
      "`hourly` `daily` `weekly` `monthly` `manual`, a cron pattern of 5 or 6 fields, or `@daily` and its like. `H` in a field (`H 2 * * *`, `H/15`, `H(0-29)`) is a value of the job's own, always the same.",
  }),
  timezone: TimeZone.optional().meta({
    description: "IANA zone of the schedule and of retention's days (the controller's `TZ`).",
  }),
  "on-missed": z.enum(["run-once", "skip"]).prefault("run-once").meta({
    description:
      "After downtime, or for a job that never ran: one catch-up run at once, or wait for the schedule.",
  }),
  retention: Retention.prefault("24h 7d 4w 12m").meta({
    description:
      "Non-empty hours, days, weeks, months and years that keep one backup each (`24h 7d 4w 12m 1y`), and `last=3 within=30d max-size=50GiB max-age=90d min-keep=2`; or the name of a policy the operator defined. The newest good one always stays, the last verified, what is pinned, and what was made by hand beside the schedule.",
  }),
  ...retentionLabels,
  destinations: DestinationNames.optional().meta({
    description: "Names of destinations the operator defined (all of them).",
  }),
  jitter: DurationOrNone.prefault("0").meta({
    description: "A tick starts up to this much later, by a delay of its own: many jobs, one schedule.",
  }),
  "on-unavailable": Wait.prefault("wait=5m").meta({
    description: "How long a run waits for a server that is down or starting, before it fails.",
  }),
  lock: z
    .union([z.literal("none"), Duration], { error: "write a duration such as 30d, or none" })
    .prefault("none")
    .meta({
      description:
        "For how long nobody can delete a copy in a bucket whose settings have a `lockMode`, or `none`. Retention waits for it.",
    }),
  "max-age": Duration.optional().meta({
    description: "A database whose newest good backup is older is *late* (two ticks of its schedule).",
  }),
  "max-shrink": Percent.prefault("50%").meta({
    description:
      "A backup that is smaller than the last good one by more, or has so many fewer tables or rows, is *suspect*: kept, shown, and not counted as good until somebody accepts it. `100%` doubts none.",
  }),
  "max-prune": Percent.prefault("50%").meta({
    description:
      "Retention that would delete more than so much of a database's backups at once, and more than 3, waits until somebody confirms it. `100%` never waits.",
  }),
  retries: z
    .string()
    .regex(/^\d{1,2}$/, "write a whole number, 0 to 99")
    .transform(Number)
    .prefault("3")
    .meta({
      description: "How often what failed is tried again, after 1 minute, then twice as long each time.",
    }),
  priority: z
    .string()
    .regex(/^-?\d{1,3}$/, "write a whole number, -999 to 999")
    .transform(Number)
    .prefault("0")
    .meta({ description: "Of the runs that wait, the one with the highest number begins first." }),
  group: ShortName.optional().meta({
    description: "Runs of jobs that name the same group take turns, on whichever server.",
  }),
  compress: Compress.prefault("zstd:3").meta({ description: "`zstd[:1-19]` `gzip[:1-9]` `none`." }),
  fingerprint: z.enum(["off", "estimates", "exact"]).prefault("estimates").meta({
    description:
      "What the manifest says of the rows, to compare a restored database with: as the server's statistics `estimates` them, or `exact`, which counts them while the dump runs; with either, the definitions, sequences, extensions and roles. `off`: nothing of all that.",
  }),
  snapshot: z.enum(["server", "database"]).optional().meta({
    description:
      "`server`: the dumps of a run show all databases at one instant, so that what holds across databases holds in the backups; the default for MySQL and MariaDB. `database`: each at an instant of its own, as PostgreSQL only can.",
  }),
  "snapshot.lock": Bool.prefault("true").meta({
    description:
      "For MySQL and MariaDB: hold writers of the whole server up for a moment, less than 0.1 s as a rule and 2 s at most, while the dump and its fingerprint open their snapshots, so that both show the same. `false`: the fingerprint is of a snapshot of its own.",
  }),
  encrypt: EncryptWith.prefault("none").meta({
    description:
      "Name of a key that the operator defined: what is stored is then an age file for its recipients. Or `none`.",
  }),
  timeout: Duration.prefault("6h").meta({ description: "A dump that still runs after this is stopped." }),
  method: z.enum(["auto", "exec", "helper"]).prefault("auto").meta({
    description:
      "Where the tools run: `exec`, in the server's own container, or `helper`, in a throw-away one beside it, for an image without a shell, or a server with a tight memory limit. `auto` is `exec`, but for dumps and loads of 128 MiB and more, for which a helper is faster, where one is allowed.",
  }),
  "stall-timeout": Duration.prefault("15m").meta({
    description:
      "A dump of which no byte has come for so long is ended, with what the server says it waits for. A slow destination does not count.",
  }),
  "rate-limit": Rate.prefault("none").meta({
    description:
      "Bytes per second, such as `20MiB`, or `none`: how fast a dump leaves the server at most. What the stream compresses is counted before that.",
  }),
  nice: Bool.prefault("false").meta({
    description:
      "Run the tools of dumps and restores with a low priority for processor and disk, so that a busy server goes first. They take longer then.",
  }),
  paused: Bool.prefault("false").meta({ description: "Keep the job, start no scheduled run." }),
  meta: z.record(z.string(), z.string()).prefault({}).meta({
    description: "Free text, which every manifest of the job carries.",
  }),
  verify: z.enum(verifyLevels).prefault("checksum").meta({
    description:
      "How far the newest backup of each database is checked: `checksum`, its bytes, which are compared when it is stored, and now and then again (setting `sweep.every`); `read`, besides, by the engine's own tool, after each run or at `verify.schedule`; `drill`, besides, by restoring it into a throw-away server of the same image and comparing that with what was dumped.",
  }),
  "verify.schedule": Schedule.optional().meta({
    description:
      "When the newest backup is checked as far as `verify` says, in the job's time zone; as `schedule`. Without it, a `read` follows each run, and a `drill` is made once a week.",
  }),
  "verify.query": z.record(z.string(), z.string()).prefault({}).meta({
    description:
      "A query that a drill runs in the restored database. Its first value must be there, and be neither `0` nor false, else the backup is bad: `select count(*) > 0 from orders`.",
  }),
  ...partLabels,
  ...plannedLabels,
  "hooks.pre": hookArgv("before a run, to flush or to freeze"),
  "hooks.pre.timeout": hookTimeout,
  "hooks.pre.on-error": hookOnError,
  "hooks.post": hookArgv("after a run, whatever happened in it"),
  "hooks.post.timeout": hookTimeout,
  "hooks.post.on-error": hookOnError,
  "hooks.pre-restore": hookArgv("before a restore"),
  "hooks.pre-restore.timeout": hookTimeout,
  "hooks.pre-restore.on-error": hookOnError,
  "hooks.post-restore": hookArgv("after a restore, whatever happened in it"),
  "hooks.post-restore.timeout": hookTimeout,
  "hooks.post-restore.on-error": hookOnError,
})
/** The spec of one job: parsed labels with defaults filled in. */
export type JobLabels = z.output<typeof JobLabels>

export interface Hook {
  readonly moment: HookMoment
  readonly argv: readonly string[]
  readonly timeoutSeconds: number
  readonly onError: "fail" | "continue"
}

/** What a job runs at a moment; null when its labels name nothing. */
export function hookOf(spec: JobLabels, moment: HookMoment): Hook | null {
  const argv = spec[`hooks.${moment}`]
  if (argv === undefined) return null
  const [timeoutSeconds, onError] = [spec[`hooks.${moment}.timeout`], spec[`hooks.${moment}.on-error`]]
  return { moment, argv, timeoutSeconds, onError }
}

/** Keys that end in a name of the user's choice, and what the documents call it. */
export const openKeys = { meta: "<key>", "verify.query": "<name>" } as const
export type OpenKey = keyof typeof openKeys
/** At most so many names for one of these: they end in every manifest. */
export const maxOpenNames = 64

export const serverKeys = Object.keys(ServerLabels.shape)
export const jobKeys = Object.keys(JobLabels.shape).filter((key) => !Object.hasOwn(openKeys, key))
export const labelKeys = [...serverKeys, ...jobKeys]
/** First words of keys of several words: `hooks`, `meta`, `retention`, `verify`. */
export const keyHeads = [
  ...new Set(
    [...labelKeys.filter((key) => key.includes(".")), ...Object.keys(openKeys)].map(
      (key) => key.split(".", 1)[0] ?? key,
    ),
  ),
]

/** `[a-z0-9-]{1,32}`, and neither a key nor the first word of one. */
export const JobName = z
  .string()
  .regex(/^[a-z0-9-]{1,32}$/, "write a job name of lower-case letters, digits and dashes, at most 32")
  .refine((name) => !labelKeys.includes(name) && !keyHeads.includes(name), "a job cannot be named like a key")

/** At most so many jobs for one server: labels are input from others, and each job costs a timer. */
export const maxJobsPerServer = 32
/** Longer label values are refused unread. */
export const maxLabelLength = 4096
