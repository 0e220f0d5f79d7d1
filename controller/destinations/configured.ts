// The destinations that the settings ask for.
import type { BucketSettings, Settings } from "../core/settings.ts"
import type { BucketConnection, Destination } from "../ports.ts"
import { keysOf } from "./credentials.ts"
import { localDestination } from "./local.ts"
import { s3Connection } from "./s3-connection.ts"
import { type AwsKeys, type BucketAsSet, bucketAsSet, optionsOf } from "./s3-options.ts"

type Environment = Readonly<Record<string, string | undefined>>

/** By name, in the order in which jobs that name none use them. Each as `wrapped` gives it back. */
export function destinationsFrom(
  settings: Pick<Settings, "storagePath" | "s3" | "destinations">,
  env: Environment,
  wrapped: (destination: Destination) => Destination = (destination) => destination,
): Map<string, Destination> {
  const buckets = new Map(bucketsFrom(settings, env).map(({ name, connection }) => [name, connection]))
  const folders = new Map(
    [...settings.destinations].flatMap(([name, place]) =>
      place.type === "local" ? [[name, localDestination(name, place.path)] as const] : [],
    ),
  )
  const names = [...(settings.s3 === null ? [] : ["s3"]), ...settings.destinations.keys()]
  const all = [
    localDestination("local", settings.storagePath),
    ...names.flatMap((name) => buckets.get(name)?.destination ?? folders.get(name) ?? []),
  ]
  return new Map(all.map((destination) => [destination.name, wrapped(destination)]))
}

export interface BucketOfSettings {
  readonly name: string
  readonly place: BucketAsSet
  readonly keys: "settings" | "search"
  readonly connection: BucketConnection
}

/** The buckets among them, with a way to each. */
export function bucketsFrom(
  { s3, destinations }: Pick<Settings, "s3" | "destinations">,
  env: Environment,
): readonly BucketOfSettings[] {
  const named = [...destinations].flatMap(([name, place]) =>
    place.type === "s3" ? [{ name, place, keys: keysOf(name, place, env) }] : [],
  )
  const own = s3 === null ? [] : [{ name: "s3", place: s3, keys: ownKeys(s3, env) }]
  return [...own, ...named].map(({ name, place, keys }) => ({
    name,
    place: bucketAsSet(place),
    keys: keys === null ? "search" : "settings",
    connection: s3Connection(optionsOf(name, place, keys)),
  }))
}

/** A way to a bucket that somebody configured elsewhere. */
export const connectBucket = (
  name: string,
  place: BucketAsSet,
  keys: (() => Promise<AwsKeys>) | null,
): BucketConnection => s3Connection(optionsOf(name, place, keys))

/** Names of those that can keep a copy from being deleted. */
export const lockableAmong = (destinations: ReadonlyMap<string, Destination>): readonly string[] =>
  [...destinations.values()].filter(({ canLock }) => canLock).map(({ name }) => name)

/** Files are read again when the keys are needed: they may have been rotated. */
function ownKeys({ credentials }: BucketSettings, env: Environment) {
  const { S3_ACCESS_KEY_ID_FILE: accessKeyIdFile, S3_SECRET_ACCESS_KEY_FILE: secretAccessKeyFile } = env
  if (!accessKeyIdFile || !secretAccessKeyFile) return credentials
  return keysOf("s3", { accessKeyIdFile, secretAccessKeyFile }, env)
}
