// What the operator sets, in `dbbackup.yaml` and in the environment (specification, 8.2.2 and 12.2.2): every setting once,
// with its variable, meaning, default and check. Text in, whichever of the two it was written in.
import { z } from "zod"
import { BucketName, bucketWays } from "./bucket-ways.ts"
import { catalogueSettings } from "./catalogue-settings.ts"
import { DestinationName, DestinationPlace } from "./destination.ts"
import { drill } from "./drill-settings.ts"
import { EncryptionKey, IdentityText, KeyName, RecipientsText } from "./encryption.ts"
import { helper } from "./helper-settings.ts"
import { Rate } from "./label-values.ts"
import { OutsideName, OutsideServer } from "./outside.ts"
import { retentionSettings } from "./retention-settings.ts"
import { logLevels } from "./run.ts"
import { Bool, Compress, Duration, DurationOrNone, Size, TimeZone } from "./scalar.ts"
import { BlackoutWindow } from "./window.ts"

/** Written in YAML without quotes, these are no strings to an editor. */
const number = { type: ["integer", "string"] } as const
const flag = { type: ["boolean", "string"] } as const

const WholeNumber = z
  .string()
  .regex(/^\d{1,6}$/, "write a whole number")
  .transform(Number)
const Text = z.string().min(1, "write a value")

/** YAML's older words for true and false are what people write here. */
const OnOff = z
  .enum(["on", "off", "true", "false"], "write on or off")
  .transform((text) => text === "on" || text === "true")

const server = z.strictObject({
  port: WholeNumber.refine((port) => port <= 65_535, "write a port, 0 to 65535")
    .prefault("3000")
    .meta({
      ...number,
      description: "Port of the API and the dashboard.",
      variable: "PORT",
      needsRestart: true,
    }),
  hostname: Text.prefault("127.0.0.1").meta({
    description:
      "Address to listen on. As a variable, the container's own name, which Docker and shells put there, counts as not set.",
    variable: "HOSTNAME",
    needsRestart: true,
  }),
})

const backup = z.strictObject({
  maxConcurrent: WholeNumber.refine((n) => n >= 1, "write at least 1")
    .prefault("3")
    .meta({
      ...number,
      description: "Runs at a time, over all servers.",
      variable: "DBBACKUP_MAX_CONCURRENT",
    }),
  defaultCompression: Compress.optional().meta({
    description: "Compression of jobs whose labels name none; the same as `defaults.compress`.",
  }),
  storagePath: Text.prefault("/app/data/backups").meta({
    description: "Folder of the destination `local`.",
    variable: "BACKUP_STORAGE_PATH",
    needsRestart: true,
  }),
  orphanGrace: Duration.prefault("24h").meta({
    description:
      "What was changed at a destination less than so long ago is not cleaned, whatever the catalogue says of it.",
    variable: "DBBACKUP_ORPHAN_GRACE",
  }),
  importLimit: Size.prefault("100GiB").meta({
    description: "The largest dump that is taken in with `dbbackup import`.",
    variable: "DBBACKUP_IMPORT_LIMIT",
  }),
})

const scheduler = z.strictObject({
  timezone: TimeZone.prefault("UTC").meta({
    description: "Time zone of schedules and blackout windows that name none.",
    variable: "TZ",
  }),
  paused: Bool.prefault("false").meta({
    ...flag,
    description: "Start no scheduled run of any job.",
    variable: "DBBACKUP_PAUSED",
  }),
  blackout: z.array(BlackoutWindow).prefault([]).meta({
    description:
      'Windows in which no scheduled run starts: `{days: mon-fri, from: "08:00", to: "18:00", timezone: Europe/Berlin}`. A tick in one waits for its end.',
  }),
})

const s3 = z.strictObject({
  bucket: BucketName.optional().meta({
    description: "Bucket of the destination `s3`. Without it there is none.",
    variable: "S3_BUCKET",
    needsRestart: true,
  }),
  region: Text.prefault("us-east-1").meta({
    description: "Region of the bucket.",
    variable: "S3_REGION",
    needsRestart: true,
  }),
  endpoint: z
    .url({ protocol: /^https?$/, error: "write a URL that begins with http:// or https://" })
    .optional()
    .meta({
      description: "URL of a store that is not AWS; it is addressed by path (`endpoint/bucket/key`).",
      variable: "S3_ENDPOINT",
      needsRestart: true,
    }),
  ...bucketWays,
})

const destinations = z.record(DestinationName, DestinationPlace).prefault({}).meta({
  description:
    "More destinations, by the names that labels use: `{nas: {type: local, path: /mnt/nas}, offsite: {type: s3, bucket: backups, prefix: host-1, region: eu-central-1, storageClass: STANDARD_IA, accessKeyIdFile: /run/secrets/id, secretAccessKeyFile: /run/secrets/key}}`; also `endpoint`, `…Variable` instead of `…File`, and what the section `s3` takes.",
  needsRestart: true,
})

const encryption = z.strictObject({
  keys: z.record(KeyName, EncryptionKey).prefault({}).meta({
    description:
      "Keys by the names that the label `encrypt` takes: `{ops: {recipients: [age1…, age1…], identityFile: /run/secrets/ops.key}}`. Any one of the recipients' identities opens the backup; `identityFile` or `identityVariable` is only needed where restores are made. `dbbackup key generate` makes one.",
  }),
})

const servers = z.record(OutsideName, OutsideServer).prefault({}).meta({
  description:
    "Servers outside Docker, by name: `{legacy: {type: postgres, host: db.example.com, user: backup, passwordFile: /run/secrets/legacy, tls: {mode: verify-full}, labels: {schedule: hourly}}}`; also `port`, `passwordVariable`, `tls.caFile`. Their tools come from a local image.",
})

const sweep = z.strictObject({
  every: DurationOrNone.prefault("30d").meta({
    description:
      "Each stored copy is read again about so often, a share of them a day, and a bad one is made again from a good one. `0`: none is by itself.",
    variable: "DBBACKUP_SWEEP_EVERY",
  }),
  rate: Rate.prefault("20MiB").meta({
    description: "Bytes per second at which that reads at most, or `none`.",
    variable: "DBBACKUP_SWEEP_RATE",
  }),
})

const restore = z.strictObject({
  keepFor: DurationOrNone.prefault("24h").meta({
    description:
      "How long the database that a swap has replaced is kept, for an undo, unless the request says otherwise. `0`: not at all.",
    variable: "DBBACKUP_RESTORE_KEEP_FOR",
  }),
})

/** `dbbackup.yaml`. Keys that are not here are mistakes, but for `x-…`, which hold anchors. */
export const SettingsFile = z.strictObject({
  server: server.prefault({}),
  backup: backup.prefault({}),
  scheduler: scheduler.prefault({}),
  discovery: z.enum(["labels", "auto"], "write labels or auto").prefault("labels").meta({
    description:
      "`labels`: back up containers that ask for it. `auto`: also database containers without any label, with the defaults. `AUTO_DISCOVER=true` is `auto` as well.",
    variable: "DBBACKUP_DISCOVERY",
  }),
  labelPrefix: z
    .string()
    .regex(/^[a-z0-9][a-z0-9.-]{0,63}$/, "write a label prefix such as dbbackup")
    .prefault("dbbackup")
    .meta({
      description: "Prefix of the labels; two controllers on one host use two.",
      variable: "DBBACKUP_LABEL_PREFIX",
      needsRestart: true,
    }),
  logLevel: z
    .enum(logLevels, "write debug, info, warn or error")
    .prefault("info")
    .meta({ description: "`debug` `info` `warn` `error`.", variable: "LOG_LEVEL" }),
  hooks: OnOff.prefault("on").meta({
    ...flag,
    description: "Whether hooks of labels may run: `on` `off`. Off, a job that has hooks fails instead.",
    variable: "DBBACKUP_HOOKS",
  }),
  servers,
  helper: helper.prefault({}),
  dockerHost: Text.prefault("unix:///var/run/docker.sock").meta({
    description: "The Docker engine: `unix://…` or `tcp://…`.",
    variable: "DOCKER_HOST",
    needsRestart: true,
  }),
  s3: s3.prefault({}),
  destinations,
  encryption: encryption.prefault({}),
  catalogue: catalogueSettings.prefault({}),
  retention: retentionSettings.prefault({}),
  sweep: sweep.prefault({}),
  restore: restore.prefault({}),
  drill: drill.prefault({}),
  defaults: z.record(z.string(), z.string()).prefault({}).meta({
    description:
      "Values of labels for jobs that do not say otherwise, by key: `{schedule: hourly, retention: gold}`.",
  }),
})
export type SettingsFile = z.output<typeof SettingsFile>

/** What only the environment holds: secrets, and where to find the rest. */
export const EnvironmentOnly = z.strictObject({
  DBBACKUP_SETTINGS: Text.optional().meta({
    description: "The settings file (`/app/data/dbbackup.yaml`, which need not be there).",
    needsRestart: true,
  }),
  DATABASE_PATH: Text.prefault("/app/data/db/app.db").meta({
    description: "SQLite file of the catalogue.",
    needsRestart: true,
  }),
  AUTO_DISCOVER: Bool.optional().meta({
    description: "`true` is discovery `auto`, when `DBBACKUP_DISCOVERY` says nothing.",
    needsRestart: true,
  }),
  S3_ACCESS_KEY_ID: Text.optional().meta({
    description: "Access key (the SDK's own search: variables of AWS, role of the machine).",
    needsRestart: true,
    secret: true,
  }),
  S3_SECRET_ACCESS_KEY: Text.optional().meta({
    description: "Secret key, together with the access key.",
    needsRestart: true,
    secret: true,
  }),
  DBBACKUP_AGE_RECIPIENTS: RecipientsText.optional().meta({
    description: "Recipients, by commas, of the key `default`, for who needs one key only.",
    needsRestart: true,
  }),
  DBBACKUP_AGE_IDENTITY: IdentityText.optional().meta({
    description: "An identity of the key `default`, to restore here.",
    needsRestart: true,
    secret: true,
  }),
  ENCRYPTION_KEY: z.string().min(32, "write at least 32 characters").optional().meta({
    description:
      "Seals the secrets that are entered over the API; without it none can be. At least 32 characters.",
    needsRestart: true,
    secret: true,
  }),
  ENCRYPTION_KEY_OLD: Text.optional().meta({
    description:
      "What it was before: for `dbbackup rotate-key`, which seals all of them with the new one. While it is set, manifests that were signed with it are believed.",
    needsRestart: true,
    secret: true,
  }),
})
export type EnvironmentOnly = z.output<typeof EnvironmentOnly>

export const defaultSettingsPath = "/app/data/dbbackup.yaml"
