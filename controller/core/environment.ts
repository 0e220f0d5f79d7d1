// The environment → settings, or one Fault that names every mistake. Reads no environment itself.
import { Environment } from "../../schemas/settings.ts"
import { Fault } from "./fault.ts"

export interface Settings {
  readonly port: number
  readonly hostname: string
  readonly databasePath: string
  readonly storagePath: string
  readonly timeZone: string
  readonly logLevel: Environment["LOG_LEVEL"]
  readonly discovery: "labels" | "auto"
  readonly labelPrefix: string
  readonly maxConcurrent: number
  readonly dockerHost: string
  readonly s3: BucketSettings | null
}

/** The bucket of the destination `s3`. */
export interface BucketSettings {
  readonly bucket: string
  readonly region: string
  readonly endpoint: string | null
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | null
}

/**
 * @param machineName the machine's own host name: Docker and shells put it into `HOSTNAME` unasked, so it counts as not set
 */
export function readEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  machineName: string,
): Settings {
  const given = Object.fromEntries(
    Object.entries(env).filter(
      ([name, value]) => value !== "" && !(name === "HOSTNAME" && value === machineName),
    ),
  )
  const parsed = Environment.safeParse(given)
  if (!parsed.success) {
    const mistakes = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`)
    throw new Fault("settings-invalid", `the environment is not valid: ${mistakes.join("; ")}`, {
      hint: "Correct these variables and start again.",
    })
  }
  const values = parsed.data
  return {
    port: values.PORT,
    hostname: values.HOSTNAME,
    databasePath: values.DATABASE_PATH,
    storagePath: values.BACKUP_STORAGE_PATH,
    timeZone: values.TZ,
    logLevel: values.LOG_LEVEL,
    discovery: values.DBBACKUP_DISCOVERY ?? (values.AUTO_DISCOVER ? "auto" : "labels"),
    labelPrefix: values.DBBACKUP_LABEL_PREFIX,
    maxConcurrent: values.DBBACKUP_MAX_CONCURRENT,
    dockerHost: values.DOCKER_HOST,
    s3: bucketOf(values),
  }
}

function bucketOf(values: Environment): BucketSettings | null {
  const {
    S3_BUCKET: bucket,
    S3_REGION: region,
    S3_ACCESS_KEY_ID: accessKeyId,
    S3_SECRET_ACCESS_KEY: secretAccessKey,
  } = values
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    throw new Fault(
      "settings-invalid",
      "S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY belong together, one is missing",
      {
        hint: "Set both, or none to let the SDK search.",
      },
    )
  }
  if (bucket === undefined) return null
  const credentials =
    accessKeyId !== undefined && secretAccessKey !== undefined ? { accessKeyId, secretAccessKey } : null
  return { bucket, region, endpoint: values.S3_ENDPOINT ?? null, credentials }
}

/** Whether only this machine can reach the address. */
export function isLoopback(hostname: string): boolean {
  return hostname === "localhost" || hostname === "::1" || /^127\./.test(hostname)
}
