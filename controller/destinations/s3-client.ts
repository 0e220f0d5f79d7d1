// Asks a store by the AWS SDK, which is loaded only when it is used; refusals become Faults. Keys that were changed are read anew.
import { readFileSync } from "node:fs"
import { rootCertificates } from "node:tls"
import { Fault } from "../core/fault.ts"
import { areKeysRefused, type S3Action, s3Fault } from "./s3-fault.ts"
import { digestKindOf, locationOf, type S3Options } from "./s3-options.ts"

const connectSeconds = 10
const stallSeconds = 60

type Loading = ReturnType<typeof load>
export type Loaded = Awaited<Loading> & { readonly abort: { abortSignal?: AbortSignal } }
/** Rejects with a Fault about the action, or with the signal's reason. `work` may be called twice. */
export type Ask = <T>(
  action: S3Action,
  signal: AbortSignal | null,
  work: (loaded: Loaded) => Promise<T>,
) => Promise<T>

export interface S3Client {
  readonly ask: Ask
  faultOf(action: S3Action, error: unknown): Error
}

export function s3Client(options: S3Options): S3Client {
  const location = locationOf(options)
  const fixedKeys = typeof options.credentials === "object"
  let loading: Loading | undefined
  const faultOf = (action: S3Action, error: unknown): Error =>
    s3Fault({ name: options.name, location, action }, error)

  const ask: Ask = async (action, signal, work) => {
    let used: Loading | undefined
    const attempt = async () => {
      signal?.throwIfAborted()
      loading ??= load(options)
      used = loading
      return await work({ ...(await used), abort: signal ? { abortSignal: signal } : {} })
    }
    try {
      try {
        return await attempt()
      } catch (error) {
        if (signal?.aborted || fixedKeys || !areKeysRefused(error)) throw error
        // Rotated since they were read, perhaps in the middle of an upload.
        if (loading === used) loading = undefined
        return await attempt()
      }
    } catch (error) {
      throw signal?.aborted ? signal.reason : faultOf(action, error)
    }
  }
  return { ask, faultOf }
}

async function load(options: S3Options) {
  const { region, endpoint, forcePathStyle, credentials, caFile } = options
  const sdk = await import("@aws-sdk/client-s3")
  const client = new sdk.S3Client({
    region: region ?? "us-east-1",
    forcePathStyle: forcePathStyle ?? false,
    // Three, as the SDK would, are soon used up by a store that restarts; the waits between them double.
    maxAttempts: 5,
    requestHandler: {
      connectionTimeout: (options.connectSeconds ?? connectSeconds) * 1000,
      socketTimeout: (options.stallSeconds ?? stallSeconds) * 1000,
      ...(caFile && { httpsAgent: { ca: [...rootCertificates, authority(options.name, caFile)] } }),
    },
    ...(credentials ? { credentials } : {}),
    ...(endpoint ? { endpoint } : {}),
    // The digest is ours to choose: several compatible stores refuse the checksums that the SDK would add.
    ...(digestKindOf(options) === "md5" || endpoint
      ? { requestChecksumCalculation: "WHEN_REQUIRED", responseChecksumValidation: "WHEN_REQUIRED" }
      : {}),
  })
  return { sdk, client }
}

function authority(name: string, file: string): string {
  try {
    return readFileSync(file, "utf8")
  } catch (cause) {
    throw new Fault("destination-unavailable", `${name} has no ${file}: ${(cause as Error).message}`, {
      hint: "The settings name this file as caFile. Mount it, and let dbbackup's user read it.",
      cause,
    })
  }
}
