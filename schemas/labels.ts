// The label vocabulary, `dbbackup.<key>` and `dbbackup.<job>.<key>`: every key once, with its meaning, default and check.
// Parsing, defaults, the README's table and the JSON Schema all come from these two objects.
import { z } from "zod"
import { Retention } from "./retention.ts"
import {
  Bool,
  Compress,
  Duration,
  DurationOrNone,
  Engine,
  jsonStrings,
  List,
  Schedule,
  TimeZone,
} from "./scalar.ts"

const EnvName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, "write the name of an environment variable, not its value")
const FilePath = z
  .string()
  .regex(/^\/[^\p{Cc}]{1,1023}$/u, "write the absolute path of a file inside the container")
const UserName = z.string().regex(/^[^\p{Cc}]{1,64}$/u, "write a user name of at most 64 characters")

/** A database selector: exact names and globs (`*`, `?`) to take, and `!` before those to leave out. */
export type DatabaseSelector = {
  readonly include: readonly string[] | "all"
  readonly exclude: readonly string[]
}

const Databases = List.refine(
  (items) => !items.some((item) => items.includes(`!${item}`)),
  "the same database is both taken and left out",
).transform((items): DatabaseSelector => {
  const exclude = items.filter((item) => item.startsWith("!")).map((item) => item.slice(1))
  const include = items.filter((item) => !item.startsWith("!"))
  const all = include.length === 0 || include.includes("all") || include.includes("*")
  return { include: all ? "all" : include, exclude }
})

const DestinationNames = List.refine(
  (names) => names.every((name) => /^[a-z0-9-]{1,32}$/.test(name)) && new Set(names).size === names.length,
  "write names of destinations that the operator defined, each once, such as local,offsite",
)

/** Words of a command, as a JSON array: no shell reads them. */
const Argv = z.string().transform((text, context): readonly string[] => {
  const words = jsonStrings(text)
  if (words === undefined || words.length === 0 || words[0] === "") {
    context.addIssue({ code: "custom", message: 'write a JSON array of words such as ["redis-cli","save"]' })
    return z.NEVER
  }
  return words
})

const Wait = z
  .string()
  .regex(/^wait=/, "write wait= and a duration, such as wait=5m")
  .transform((text) => text.slice("wait=".length))
  .pipe(DurationOrNone)

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
      "`hourly` `daily` `weekly` `monthly` `manual`, a cron pattern of 5 or 6 fields, or `@daily` and its like.",
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
      "Non-empty hours, days, weeks, months and years that keep one backup each (`24h 7d 4w 12m 1y`), and `last=3`. The newest good one always stays, and so does what was made by hand beside the schedule.",
  }),
  destinations: DestinationNames.optional().meta({
    description: "Names of destinations the operator defined (all of them).",
  }),
  jitter: DurationOrNone.prefault("0").meta({
    description: "A tick starts up to this much later, by a delay of its own: many jobs, one schedule.",
  }),
  "on-unavailable": Wait.prefault("wait=5m").meta({
    description: "How long a run waits for a server that is down or starting, before it fails.",
  }),
  "max-age": Duration.optional().meta({
    description: "A database whose newest good backup is older is *late* (two ticks of its schedule).",
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
  group: z
    .string()
    .regex(/^[a-z0-9-]{1,32}$/, "write a name of lower-case letters, digits and dashes, at most 32")
    .optional()
    .meta({ description: "Runs of jobs that name the same group take turns, on whichever server." }),
  compress: Compress.prefault("zstd:3").meta({ description: "`zstd[:1-19]` `gzip[:1-9]` `none`." }),
  timeout: Duration.prefault("6h").meta({ description: "A dump that still runs after this is stopped." }),
  paused: Bool.prefault("false").meta({ description: "Keep the job, start no scheduled run." }),
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

export const serverKeys = Object.keys(ServerLabels.shape)
export const jobKeys = Object.keys(JobLabels.shape)
export const labelKeys = [...serverKeys, ...jobKeys]

/** `[a-z0-9-]{1,32}`, and none of the keys. */
export const JobName = z
  .string()
  .regex(/^[a-z0-9-]{1,32}$/, "write a job name of lower-case letters, digits and dashes, at most 32")
  .refine((name) => !labelKeys.includes(name), "a job cannot be named like a key")

/** At most so many jobs for one server: labels are input from others, and each job costs a timer. */
export const maxJobsPerServer = 32
/** Longer label values are refused unread. */
export const maxLabelLength = 4096
