// The destinations that the settings ask for.
import type { DestinationPlace } from "../../schemas/destination.ts"
import type { BucketSettings, Settings } from "../core/settings.ts"
import type { Destination } from "../ports.ts"
import { keysOf } from "./credentials.ts"
import { localDestination } from "./local.ts"
import { s3Destination } from "./s3.ts"
import { optionsOf } from "./s3-options.ts"

type Environment = Readonly<Record<string, string | undefined>>

/** By name, in the order in which jobs that name none use them. Each as `wrapped` gives it back. */
export function destinationsFrom(
  { storagePath, s3, destinations }: Pick<Settings, "storagePath" | "s3" | "destinations">,
  env: Environment,
  wrapped: (destination: Destination) => Destination = (destination) => destination,
): ReadonlyMap<string, Destination> {
  const all = [
    localDestination("local", storagePath),
    ...(s3 === null ? [] : [ownBucket(s3, env)]),
    ...[...destinations].map(([name, place]) => destinationOf(name, place, env)),
  ]
  return new Map(all.map((destination) => [destination.name, wrapped(destination)]))
}

/** Names of those that can keep a copy from being deleted. */
export const lockableAmong = (destinations: ReadonlyMap<string, Destination>): readonly string[] =>
  [...destinations.values()].filter(({ canLock }) => canLock).map(({ name }) => name)

function ownBucket(bucket: BucketSettings, env: Environment): Destination {
  const { credentials } = bucket
  const { S3_ACCESS_KEY_ID_FILE: accessKeyIdFile, S3_SECRET_ACCESS_KEY_FILE: secretAccessKeyFile } = env
  // Files are read again when the keys are needed: they may have been rotated.
  const files =
    accessKeyIdFile && secretAccessKeyFile && keysOf("s3", { accessKeyIdFile, secretAccessKeyFile }, env)
  return s3Destination(optionsOf("s3", bucket, files || credentials))
}

function destinationOf(name: string, place: DestinationPlace, env: Environment): Destination {
  if (place.type === "local") return localDestination(name, place.path)
  return s3Destination(optionsOf(name, place, keysOf(name, place, env)))
}
