// The destinations that the settings ask for.
import type { Settings } from "../core/settings.ts"
import type { Destination } from "../ports.ts"
import { localDestination } from "./local.ts"
import { s3Destination } from "./s3.ts"

/** By name, in the order in which jobs that name none use them. Each as `wrapped` gives it back. */
export function destinationsFrom(
  { storagePath, s3 }: Pick<Settings, "storagePath" | "s3">,
  wrapped: (destination: Destination) => Destination = (destination) => destination,
): ReadonlyMap<string, Destination> {
  const local = wrapped(localDestination("local", storagePath))
  if (s3 === null) return new Map([["local", local]])
  const { endpoint, credentials, ...bucket } = s3
  const store = endpoint === null ? {} : { endpoint, forcePathStyle: true }
  const options = { name: "s3", ...bucket, ...store, ...(credentials === null ? {} : { credentials }) }
  const remote = wrapped(s3Destination(options))
  return new Map([
    ["local", local],
    ["s3", remote],
  ])
}
