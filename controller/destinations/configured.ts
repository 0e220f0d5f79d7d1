// The destinations that the settings ask for.
import type { DestinationPlace } from "../../schemas/destination.ts"
import type { BucketSettings, Settings } from "../core/settings.ts"
import type { Destination } from "../ports.ts"
import { keysOf } from "./credentials.ts"
import { localDestination } from "./local.ts"
import { s3Destination } from "./s3.ts"

type Environment = Readonly<Record<string, string | undefined>>

/** By name, in the order in which jobs that name none use them. Each as `wrapped` gives it back. */
export function destinationsFrom(
  { storagePath, s3, destinations }: Pick<Settings, "storagePath" | "s3" | "destinations">,
  env: Environment,
  wrapped: (destination: Destination) => Destination = (destination) => destination,
): ReadonlyMap<string, Destination> {
  const all = [
    localDestination("local", storagePath),
    ...(s3 === null ? [] : [ownBucket(s3)]),
    ...[...destinations].map(([name, place]) => destinationOf(name, place, env)),
  ]
  return new Map(all.map((destination) => [destination.name, wrapped(destination)]))
}

/** A store that is not AWS is mostly addressed by path. */
const storeAt = (endpoint: string | null | undefined, pathStyle = Boolean(endpoint)) => ({
  forcePathStyle: pathStyle,
  ...(endpoint ? { endpoint } : {}),
})

function ownBucket({ endpoint, credentials, ...bucket }: BucketSettings): Destination {
  const options = { name: "s3", ...bucket, ...storeAt(endpoint) }
  return s3Destination({ ...options, ...(credentials === null ? {} : { credentials }) })
}

function destinationOf(name: string, place: DestinationPlace, env: Environment): Destination {
  if (place.type === "local") return localDestination(name, place.path)
  const { bucket, prefix, region, endpoint, pathStyle, storageClass } = place
  const keys = keysOf(name, place, env)
  return s3Destination({
    name,
    bucket,
    region,
    ...storeAt(endpoint, pathStyle),
    ...(prefix !== undefined && { prefix }),
    ...(storageClass !== undefined && { storageClass }),
    ...(keys !== null && { credentials: keys }),
  })
}
