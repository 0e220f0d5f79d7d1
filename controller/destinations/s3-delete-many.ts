// Deletes many objects with few requests, where the store and its bucket allow it; else one after the other, as ever.
import { createHash } from "node:crypto"
import { Fault } from "../core/fault.ts"
import type { Ask } from "./s3-client.ts"

/** As many as one request takes. */
const mostAtOnce = 1000
const singlesAtOnce = 8

/** Why what could not be deleted was not, by key. Rejects only with the signal's reason. */
export type DeleteMany = (
  keys: readonly string[],
  signal: AbortSignal,
) => Promise<ReadonlyMap<string, unknown>>

interface Singly {
  /** For good, with every version. */
  erase(key: string, signal: AbortSignal): Promise<void>
  /** Whether the object has versions, each of which must go: a request for many would only hide them. */
  isVersioned(key: string, signal: AbortSignal): Promise<boolean>
}

export function deleteMany(ask: Ask, Bucket: string, { erase, isVersioned }: Singly): DeleteMany {
  // A store that refused it once is not asked again.
  let isRefused = false

  /** Keys that are left to be deleted one by one. */
  async function together(keys: readonly string[], signal: AbortSignal): Promise<readonly string[]> {
    if (isRefused || (await isVersioned(keys[0] ?? "", signal))) return keys
    const Objects = keys.map((Key) => ({ Key }))
    return await ask("s3:DeleteObject", signal, async ({ sdk, client, abort }) => {
      const command = new sdk.DeleteObjectsCommand({ Bucket, Delete: { Objects } })
      // The SDK sends a CRC32 of it. Older stores know none, and want what S3 has always wanted.
      command.middlewareStack.add(
        (next) => (args) => {
          const { body, headers } = args.request as { body: string; headers: Record<string, string> }
          headers["content-md5"] = createHash("md5").update(body).digest("base64")
          return next(args)
        },
        { step: "build", priority: "low" },
      )
      try {
        const { Deleted = [] } = await client.send(command, abort)
        const gone = new Set(Deleted.filter(({ DeleteMarker }) => !DeleteMarker).map(({ Key }) => Key))
        return keys.filter((key) => !gone.has(key))
      } catch (error) {
        const { httpStatusCode: status = 0 } =
          (error as { $metadata?: { httpStatusCode?: number } }).$metadata ?? {}
        if (status !== 501 && (status < 400 || status > 499)) throw error
        // One by one shows whether it is the keys, a permission, or this kind of request.
        isRefused = status !== 403
        return keys
      }
    })
  }

  return async (keys, signal) => {
    const failed = new Map<string, unknown>()
    /** The store is away: nobody waits for it once for each key. */
    let away: unknown
    const singly = async (queue: Iterable<string>): Promise<void> => {
      for (const key of queue) {
        try {
          if (away) throw away
          await erase(key, signal)
        } catch (error) {
          signal.throwIfAborted()
          if (error instanceof Fault && error.code === "destination-unavailable") away = error
          failed.set(key, error)
        }
      }
    }
    for (let at = 0; at < keys.length; at += mostAtOnce) {
      const some = keys.slice(at, at + mostAtOnce)
      const left = await together(some, signal).catch((error: unknown) => {
        signal.throwIfAborted()
        away = error
        return some
      })
      const queue = left.values()
      await Promise.all(Array.from({ length: singlesAtOnce }, () => singly(queue)))
    }
    return failed
  }
}
