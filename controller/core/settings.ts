// What the operator wrote, in the environment and in the file → the settings in force, or everything that is wrong with it.
import type { BucketWays } from "../../schemas/bucket-ways.ts"
import type { DestinationPlace } from "../../schemas/destination.ts"
import type { OutsideServer } from "../../schemas/outside.ts"
import type { RetentionPolicy } from "../../schemas/retention.ts"
import { settingFields } from "../../schemas/setting-fields.ts"
import { EnvironmentOnly, SettingsFile } from "../../schemas/settings.ts"
import type { BlackoutWindow } from "../../schemas/window.ts"
import { coversAllTime } from "./blackout.ts"
import { destinationNames, mistakesInDestinations } from "./destination-mistakes.ts"
import type { OperatorRetention } from "./job-retention.ts"
import { type KeySettings, keyNames, keysFrom } from "./key-settings.ts"
import { mistakesInDefaults } from "./label-defaults.ts"
import { mistakesInRetention, operatorRetentionOf } from "./retention-settings.ts"
import { fileMistakes, type SettingMistake } from "./setting-mistakes.ts"
import { isTreeMap, settledTree, type Tree, valueAt } from "./setting-tree.ts"
import type { SweepSettings } from "./sweep-plan.ts"
import type { HelperSettings } from "./tool-place.ts"

export interface Settings {
  readonly port: number
  readonly hostname: string
  readonly databasePath: string
  readonly storagePath: string
  readonly timeZone: string
  readonly logLevel: SettingsFile["logLevel"]
  readonly discovery: SettingsFile["discovery"]
  readonly labelPrefix: string
  readonly maxConcurrent: number
  readonly orphanGraceSeconds: number
  readonly importLimitBytes: number
  readonly dockerHost: string
  readonly s3: BucketSettings | null
  /** Seals the secrets that the catalogue keeps; null where the operator gave none. */
  readonly encryptionKey: string | null
  /** What they were sealed by before, while they are sealed anew. */
  readonly encryptionKeyOld: string | null
  /** More of them, by name. */
  readonly destinations: ReadonlyMap<string, DestinationPlace>
  /** Encryption keys, by the names that labels use. */
  readonly keys: ReadonlyMap<string, KeySettings>
  /** Start no scheduled run of any job. */
  readonly paused: boolean
  /** Windows in which no scheduled run starts; those that name no zone are in `timeZone`. */
  readonly blackout: readonly BlackoutWindow[]
  /** Whether hooks of labels may run. */
  readonly hooksAllowed: boolean
  readonly helper: HelperSettings
  /** How stored copies are read again by themselves. */
  readonly sweep: SweepSettings
  /** How long what a swap has replaced is kept, unless the request says otherwise; 0: not at all. */
  readonly keepReplacedSeconds: number
  /** Of files that are to be restored. */
  readonly uploadsKeptSeconds: number
  /** Of the throw-away server of a drill. */
  readonly drill: { readonly memoryBytes: number }
  /** Servers that have no container, by name. */
  readonly servers: ReadonlyMap<string, OutsideServer>
  /** How many copies of the catalogue are kept at each destination and when they are made, and how long its logs are kept. */
  readonly catalogue: Pick<SettingsFile["catalogue"], "copies" | "schedule"> & { readonly logSeconds: number }
  /** Retention policies that labels may name. */
  readonly policies: ReadonlyMap<string, RetentionPolicy>
  readonly operatorRetention: OperatorRetention
  /** Label keys of jobs with values as text, for jobs that do not say otherwise. */
  readonly defaults: Readonly<Record<string, string>>
}

/** The bucket of the destination `s3`. */
export interface BucketSettings extends BucketWays {
  readonly bucket: string
  readonly region: string
  readonly endpoint: string | null
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | null
}

/** Variables that were given, by name, with those of `X_FILE` under `X`. */
export type Variables = Readonly<Record<string, string>>

export type SettingsReading =
  | { readonly kind: "good"; readonly settings: Settings }
  | { readonly kind: "bad"; readonly mistakes: readonly SettingMistake[] }

/** The environment goes before the file. What it overrides there is checked all the same. */
export function readSettings(variables: Variables, file: Tree): SettingsReading {
  const tree = settledTree(file)
  const merged = withVariables(tree, variables)
  const mistakes = [
    ...environmentMistakes(variables),
    ...fileMistakes(tree),
    ...mistakesInDefaults(tree, destinationNames(merged), keyNames(tree, variables)),
    ...mistakesInDestinations(merged, storagePathIn(merged)),
    ...mistakesInRetention(tree, destinationNames(merged)),
    ...blackoutMistakes(merged),
  ]
  if (mistakes.length > 0) return { kind: "bad", mistakes }
  const own = EnvironmentOnly.parse(ownVariables(variables))
  return { kind: "good", settings: settingsOf(SettingsFile.parse(merged), own) }
}

/** What is wrong with the environment alone. */
export function environmentMistakes(variables: Variables): readonly SettingMistake[] {
  const mistakes = settingFields.flatMap(({ variable, schema }) => {
    const text = variable === null ? undefined : variables[variable]
    if (variable === null || text === undefined) return []
    const [issue] = schema.safeParse(text).error?.issues ?? []
    return issue ? [inEnvironment(variable, issue.message)] : []
  })
  if (variables.DBBACKUP_AGE_IDENTITY !== undefined && variables.DBBACKUP_AGE_RECIPIENTS === undefined)
    mistakes.push(
      inEnvironment("DBBACKUP_AGE_RECIPIENTS", "is missing: DBBACKUP_AGE_IDENTITY is an identity of its key"),
    )
  const { S3_ACCESS_KEY_ID: id, S3_SECRET_ACCESS_KEY: secret } = variables
  if ((id === undefined) === (secret === undefined)) return mistakes
  const missing = id === undefined ? "S3_ACCESS_KEY_ID" : "S3_SECRET_ACCESS_KEY"
  const message = "is missing: S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY belong together"
  return [...mistakes, inEnvironment(missing, message)]
}

export const inEnvironment = (variable: string, message: string): SettingMistake => ({
  from: "environment",
  path: [variable],
  at: "value",
  message,
  hint: null,
})

/** The file's tree with the text of every variable in the place of its setting. */
function withVariables(tree: Tree, variables: Variables): Tree {
  const merged: Record<string, Tree> = isTreeMap(tree) ? { ...tree } : {}
  for (const { path, variable } of settingFields) {
    const text = variable === null ? undefined : textOf(variable, variables)
    const [first, second] = path ?? []
    if (text === undefined || first === undefined) continue
    if (second === undefined) merged[first] = text
    else merged[first] = { ...(isTreeMap(merged[first]) ? merged[first] : {}), [second]: text }
  }
  return merged
}

/** `AUTO_DISCOVER` is the specification's name for a choice of two. */
export function textOf(variable: string, variables: Variables): string | undefined {
  const text = variables[variable]
  if (variable !== "DBBACKUP_DISCOVERY" || text !== undefined) return text
  const auto = EnvironmentOnly.shape.AUTO_DISCOVER.safeParse(variables.AUTO_DISCOVER).data
  return auto === undefined ? undefined : auto ? "auto" : "labels"
}

function ownVariables(variables: Variables): Variables {
  const names = Object.keys(EnvironmentOnly.shape)
  return Object.fromEntries(Object.entries(variables).filter(([name]) => names.includes(name)))
}

function settingsOf(file: SettingsFile, own: EnvironmentOnly): Settings {
  const compression = file.backup.defaultCompression
  return {
    port: file.server.port,
    hostname: file.server.hostname,
    databasePath: own.DATABASE_PATH,
    storagePath: file.backup.storagePath,
    timeZone: file.scheduler.timezone,
    logLevel: file.logLevel,
    discovery: file.discovery,
    labelPrefix: file.labelPrefix,
    maxConcurrent: file.backup.maxConcurrent,
    orphanGraceSeconds: file.backup.orphanGrace,
    importLimitBytes: file.backup.importLimit,
    dockerHost: file.dockerHost,
    s3: bucketOf(file, own),
    encryptionKey: own.ENCRYPTION_KEY ?? null,
    encryptionKeyOld: own.ENCRYPTION_KEY_OLD ?? null,
    destinations: new Map(Object.entries(file.destinations)),
    keys: keysFrom(file.encryption.keys, own),
    paused: file.scheduler.paused,
    blackout: file.scheduler.blackout,
    hooksAllowed: file.hooks,
    servers: new Map(Object.entries(file.servers)),
    helper: { memoryBytes: file.helper.memory, images: file.helper.images },
    drill: { memoryBytes: file.drill.memory },
    catalogue: {
      copies: file.catalogue.copies,
      schedule: file.catalogue.schedule,
      logSeconds: file.catalogue.logs,
    },
    sweep: { everySeconds: file.sweep.every || null, bytesPerSecond: file.sweep.rate },
    keepReplacedSeconds: file.restore.keepFor,
    uploadsKeptSeconds: file.restore.uploadsKept,
    policies: new Map(Object.entries(file.retention.policies)),
    operatorRetention: operatorRetentionOf(file.retention),
    defaults: { ...(compression && { compress: compressionText(compression) }), ...file.defaults },
  }
}

const compressionText = ({ algorithm, level }: NonNullable<SettingsFile["backup"]["defaultCompression"]>) =>
  algorithm === "none" ? "none" : `${algorithm}:${level}`

function bucketOf({ s3 }: SettingsFile, own: EnvironmentOnly): BucketSettings | null {
  if (s3.bucket === undefined) return null
  const { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = own
  const credentials =
    accessKeyId !== undefined && secretAccessKey !== undefined ? { accessKeyId, secretAccessKey } : null
  return { ...s3, bucket: s3.bucket, endpoint: s3.endpoint ?? null, credentials }
}

function storagePathIn(tree: Tree): string {
  const path = valueAt(tree, ["backup", "storagePath"])
  return (
    SettingsFile.shape.backup.safeParse(path === undefined ? {} : { storagePath: path }).data?.storagePath ??
    ""
  )
}

/** Of windows that are right each by itself. */
function blackoutMistakes(tree: Tree): readonly SettingMistake[] {
  const windows = SettingsFile.shape.scheduler.safeParse(valueAt(tree, ["scheduler"])).data
  if (windows === undefined || !coversAllTime(windows.blackout, windows.timezone)) return []
  const message = "these windows leave no time in which a scheduled run could start"
  return [{ from: "file", path: ["scheduler", "blackout"], at: "value", message, hint: null }]
}

/** Whether only this machine can reach the address. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "::1" || /^127\./.test(hostname)
}
