// Buckets as people configure them over the API: each is a destination by its name, in force at once. Those of the settings stand
// beside them, to be read.

import type { JobView } from "../../schemas/job.ts"
import type { BucketPlaced, ChangedS3Config, NewS3Config, S3Config } from "../../schemas/s3-config.ts"
import { placeText } from "../core/destination-mistakes.ts"
import { Fault, problemOf } from "../core/fault.ts"
import { namingJobs } from "../core/naming-jobs.ts"
import { bucketPurpose } from "../core/sealed-purposes.ts"
import type {
  BucketConnection,
  BucketStore,
  Buckets,
  Clock,
  Destination,
  KeptBucket,
  Log,
  Vault,
} from "../ports.ts"

/** A bucket of the settings. */
export interface SetBucket {
  readonly name: string
  readonly place: BucketPlaced
  readonly keys: "settings" | "search"
  readonly connection: BucketConnection
}

export interface OpenKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export interface BucketConfigDeps {
  readonly store: BucketStore
  /** Null without the operator's ENCRYPTION_KEY. */
  readonly vault: Vault | null
  /** Every destination there is: what is configured here is put in and taken out. */
  readonly destinations: Map<string, Destination>
  readonly set: readonly SetBucket[]
  readonly connect: (
    name: string,
    place: BucketPlaced,
    keys: (() => Promise<OpenKeys>) | null,
  ) => BucketConnection
  readonly jobs: () => readonly JobView[]
  readonly clock: Clock
  readonly newId: () => string
  readonly log: Log
  /** The destinations are others now. */
  readonly changed: () => void
}

/** Puts every kept bucket among the destinations. One whose name the settings have taken since stays out, and says so. */
export function createBucketConfigs(deps: BucketConfigDeps): Buckets {
  const { store, vault, destinations, set, clock, log } = deps
  const connections = new Map<string, BucketConnection>()

  for (const bucket of store.keptBuckets()) {
    if (destinations.has(bucket.name))
      log("warn", `the bucket ${bucket.name} of the API is no destination: the settings have taken its name`)
    else put(bucket)
  }

  function put(bucket: KeptBucket): void {
    const connection = deps.connect(bucket.name, bucket.place, bucket.keys && (async () => opened(bucket)))
    connections.set(bucket.id, connection)
    destinations.set(bucket.name, connection.destination)
  }
  function opened({ id, name, keys }: KeptBucket): OpenKeys {
    if (vault === null || keys === null) throw noKey(`the keys of ${name} cannot be opened`)
    return {
      accessKeyId: vault.open(keys.accessKeyId, bucketPurpose(id, "accessKeyId")),
      secretAccessKey: vault.open(keys.secretAccessKey, bucketPurpose(id, "secretAccessKey")),
    }
  }
  function sealed(id: string, { accessKeyId, secretAccessKey }: Partial<OpenKeys>): KeptBucket["keys"] {
    if (accessKeyId === undefined || secretAccessKey === undefined) return null
    if (vault === null) throw noKey("keys cannot be kept")
    return {
      accessKeyId: vault.seal(accessKeyId, bucketPurpose(id, "accessKeyId")),
      secretAccessKey: vault.seal(secretAccessKey, bucketPurpose(id, "secretAccessKey")),
      // Of a short one less: the end must not be the whole.
      end: accessKeyId.slice(-Math.min(4, Math.floor(accessKeyId.length / 4))),
    }
  }
  const use = (name: string) => ({ copies: store.copiesAt(name), jobs: namingJobs(deps.jobs(), name) })

  function shown(bucket: KeptBucket): S3Config {
    return {
      id: bucket.id,
      name: bucket.name,
      ...bucket.place,
      managed: "api",
      keys: bucket.keys ? "sealed" : "search",
      accessKeyId: bucket.keys && `…${bucket.keys.end}`,
      ...use(bucket.name),
      problem: problemWith(bucket),
      createdAt: bucket.createdAt.toISOString(),
      updatedAt: bucket.updatedAt.toISOString(),
    }
  }
  function problemWith({ id, name, keys }: KeptBucket): S3Config["problem"] {
    if (!connections.has(id)) return problemOf(nameTaken(name))
    return keys && vault === null ? problemOf(noKey(`the keys of ${name} cannot be opened`)) : null
  }
  const shownSet = ({ name, place, keys }: SetBucket): S3Config => ({
    id: name,
    name,
    ...place,
    managed: "file",
    keys,
    accessKeyId: null,
    ...use(name),
    problem: null,
    createdAt: null,
    updatedAt: null,
  })

  function own(id: string): KeptBucket {
    if (set.some(({ name }) => name === id))
      throw new Fault("in-use", `the bucket ${id} belongs to the settings`, {
        hint: "Change it there, in dbbackup.yaml or in the environment.",
      })
    const bucket = store.keptBuckets().find((one) => one.id === id)
    if (!bucket) throw unknown(id)
    return bucket
  }
  function connectionOf(id: string): BucketConnection {
    const connection = set.find(({ name }) => name === id)?.connection ?? connections.get(id)
    if (connection) return connection
    throw nameTaken(own(id).name)
  }
  /** Two copies in one place would be one copy. */
  function requirePlaceOfItsOwn(place: BucketPlaced, except: string | null): void {
    const text = placeText({ type: "s3", ...place })
    const others = [...set.map((one) => ({ id: one.name, ...one })), ...store.keptBuckets()]
    const other = others.find((one) => one.id !== except && placeText({ type: "s3", ...one.place }) === text)
    if (other)
      throw new Fault("in-use", `it is the same place as the destination ${other.name}`, {
        hint: "Two copies in one place are one copy. Give it a prefix or a bucket of its own.",
      })
  }

  return {
    list: () => [...set.map(shownSet), ...store.keptBuckets().map(shown)],
    add({ name, accessKeyId, secretAccessKey, ...place }: NewS3Config) {
      const named = store.keptBuckets().some((one) => one.name === name)
      if (destinations.has(name) || named) throw nameTaken(name)
      requirePlaceOfItsOwn(place, null)
      const [id, at] = [deps.newId(), clock()]
      const keys = sealed(id, { ...given({ accessKeyId, secretAccessKey }) })
      const bucket = { id, name, place, keys, createdAt: at, updatedAt: at }
      store.saveBucket(bucket)
      put(bucket)
      deps.changed()
      return shown(bucket)
    },
    change(id, { accessKeyId, secretAccessKey, ...place }: ChangedS3Config) {
      const before = own(id)
      requirePlaceOfItsOwn(place, id)
      const moved = placeText({ type: "s3", ...place }) !== placeText({ type: "s3", ...before.place })
      const copies = store.copiesAt(before.name)
      if (moved && copies > 0)
        throw new Fault("in-use", `${copies} backups are stored at ${before.name}, where it is now`, {
          hint: "Add the other place as a bucket of another name, and delete this one when its backups are gone.",
        })
      const keys = sealed(id, given({ accessKeyId, secretAccessKey })) ?? before.keys
      const bucket = { ...before, place, keys, updatedAt: clock() }
      store.saveBucket(bucket)
      if (connections.has(id)) put(bucket)
      deps.changed()
      return shown(bucket)
    },
    remove(id) {
      const { name } = own(id)
      const { copies, jobs } = use(name)
      // One that is no destination stands in nobody's way: what bears its name is another.
      if (connections.has(id) && copies > 0)
        throw new Fault("in-use", `${copies} backups are stored at ${name}`, {
          hint: "Without it they could neither be restored nor deleted from there. Delete them first.",
        })
      if (connections.has(id) && jobs.length > 0)
        throw new Fault("in-use", `${jobs.join(", ")} is to store at ${name}`, {
          hint: "Take it out of the label destinations first.",
        })
      store.forgetBucket(id)
      if (connections.delete(id)) destinations.delete(name)
      deps.changed()
      return clock()
    },
    test: async (id, signal) => await connectionOf(id).destination.check(signal),
    neighbours: async (id, signal) => await connectionOf(id).buckets(signal),
  }
}

const given = ({ accessKeyId, secretAccessKey }: { [key in keyof OpenKeys]: string | undefined }) => ({
  ...(accessKeyId !== undefined && { accessKeyId }),
  ...(secretAccessKey !== undefined && { secretAccessKey }),
})

function noKey(what: string): Fault {
  return new Fault("settings-invalid", `${what}: there is no ENCRYPTION_KEY`, {
    hint: "Set ENCRYPTION_KEY or ENCRYPTION_KEY_FILE, 32 characters or more, and restart. Without keys in the request, the AWS SDK searches by itself.",
  })
}

function nameTaken(name: string): Fault {
  return new Fault("in-use", `there is another destination named ${name}`, {
    hint: "Names of destinations are what labels refer to: give each its own.",
  })
}

function unknown(id: string): Fault {
  return new Fault("not-found", `there is no bucket ${id}`, { hint: "List them with GET /api/s3-configs." })
}
