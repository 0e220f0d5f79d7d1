// The keys of a bucket, read where the settings say that they are, when they are needed: a changed file needs no restart.
import { readFileSync } from "node:fs"
import type { DestinationPlace } from "../../schemas/destination.ts"
import { Fault } from "../core/fault.ts"

export interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** When they are to be read again. */
  readonly expiration: Date
}

type Environment = Readonly<Record<string, string | undefined>>

/** The SDK asks again within five minutes of this. */
const keptMilliseconds = 10 * 60_000

type KeyPlace = "accessKeyIdFile" | "accessKeyIdVariable" | "secretAccessKeyFile" | "secretAccessKeyVariable"

/**
 * Null where the settings name none: then the SDK searches by itself. The keys are in no error.
 * @param now milliseconds since 1970
 */
export function keysOf(
  name: string,
  place: Pick<Extract<DestinationPlace, { type: "s3" }>, KeyPlace>,
  env: Environment,
  now: () => number = Date.now,
): (() => Promise<Keys>) | null {
  const { accessKeyIdFile, accessKeyIdVariable, secretAccessKeyFile, secretAccessKeyVariable } = place
  if ((accessKeyIdFile ?? accessKeyIdVariable) === undefined) return null
  return async () => ({
    accessKeyId: secret(`the access key of ${name}`, accessKeyIdFile, accessKeyIdVariable, env),
    secretAccessKey: secret(`the secret key of ${name}`, secretAccessKeyFile, secretAccessKeyVariable, env),
    expiration: new Date(now() + keptMilliseconds),
  })
}

/** Without the newline that editors and `echo` put at the end. */
function secret(
  what: string,
  file: string | undefined,
  variable: string | undefined,
  env: Environment,
): string {
  const value = file === undefined ? (env[variable ?? ""] ?? "") : textOf(what, file)
  if (value !== "") return value
  throw new Fault(
    "destination-unavailable",
    `${what} is empty: ${file ?? `the variable ${variable}`} holds nothing`,
    {
      hint: "Put the key there. A variable is read when dbbackup starts.",
    },
  )
}

function textOf(what: string, file: string): string {
  try {
    return readFileSync(file, "utf8").trim()
  } catch (cause) {
    throw new Fault(
      "destination-unavailable",
      `${what} cannot be read from ${file}: ${(cause as Error).message}`,
      {
        hint: "The settings name this file under destinations. Mount it, and let dbbackup's user read it.",
        cause,
      },
    )
  }
}
