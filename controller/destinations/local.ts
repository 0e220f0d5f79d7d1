// A destination that is a folder: nothing half-written is ever visible in it, and what is visible survives a power cut.
import { lstat, rmdir, statfs, unlink } from "node:fs/promises"
import { dirname, join, relative } from "node:path"
import { Fault } from "../core/fault.ts"
import type { Destination } from "../ports.ts"
import { isHidden, isUnfinished } from "./key.ts"
import { browseFolder } from "./local-browse.ts"
import { localFault } from "./local-fault.ts"
import { filesUnder } from "./local-files.ts"
import { closeHandle } from "./local-handle.ts"
import { createPartial, publishOver, taken, writeAll } from "./local-partial.ts"
import { pathOf, rootOf, syncFolder } from "./local-path.ts"
import { readFrom } from "./local-read.ts"
import { localWriter } from "./local-writer.ts"
import { checkByProbe } from "./probe.ts"

/** `root` must exist: a folder that is missing is mostly a volume that is not mounted, which nobody wants to be written beside. */
export function localDestination(name: string, root: string): Destination {
  const faultOf = (error: unknown): Fault => localFault(name, root, error)
  const failing = (error: unknown): never => {
    throw faultOf(error)
  }

  /** Size of the regular file, or null when there is none, which needs a root that can be looked into. */
  async function sizeOf(key: string): Promise<number | null> {
    await rootOf(root)
    try {
      const stat = await lstat((await pathOf(root, key)).file)
      return stat.isFile() ? stat.size : null
    } catch (error) {
      if (isAbsent(error)) return null
      throw error
    }
  }
  async function put(key: string, body: Buffer): Promise<void> {
    const partial = await createPartial(root, key)
    try {
      try {
        await writeAll(partial.handle, body)
        await partial.handle.sync()
      } finally {
        await closeHandle(partial.handle)
      }
      await publishOver(partial)
    } catch (error) {
      await unlink(partial.path).catch(() => {})
      throw error
    }
  }
  async function remove(key: string): Promise<void> {
    const realRoot = await rootOf(root)
    try {
      const { folder, file } = await pathOf(root, key)
      await unlink(file)
      await syncFolder(folder)
      await pruneEmpty(realRoot, folder)
    } catch (error) {
      if (!isAbsent(error)) throw error
    }
  }
  async function sweep(signal: AbortSignal): Promise<number> {
    let removed = 0
    for await (const key of filesUnder(root, "")) {
      signal.throwIfAborted()
      if (!isUnfinished(key)) continue
      await unlink(join(root, key))
      removed++
    }
    return removed
  }

  const destination: Destination = {
    name,
    kind: "local",
    location: root,
    create: async (key, signal) => {
      signal.throwIfAborted()
      try {
        if ((await sizeOf(key)) !== null) throw taken(join(root, key))
        return await localWriter(name, root, key)
      } catch (error) {
        throw faultOf(error)
      }
    },
    put: async (key, body, signal) => {
      signal.throwIfAborted()
      await put(key, body).catch(failing)
    },
    read: async (key, signal) => {
      signal.throwIfAborted()
      if ((await sizeOf(key).catch(failing)) === null) throw missing(name, key)
      try {
        return await readFrom((await pathOf(root, key)).file, faultOf)
      } catch (error) {
        throw isAbsent(error) ? missing(name, key) : faultOf(error)
      }
    },
    size: (key) => sizeOf(key).catch(failing),
    remove: (key) => remove(key).catch(failing),
    async *list(prefix, signal) {
      try {
        for await (const key of filesUnder(root, prefix)) {
          signal.throwIfAborted()
          if (!isHidden(key)) yield key
        }
      } catch (error) {
        failing(error)
      }
    },
    async *entries(prefix, signal) {
      for await (const key of destination.list(prefix, signal)) {
        const stat = await lstat(join(root, key)).catch((error) => (isAbsent(error) ? null : failing(error)))
        if (stat?.isFile()) yield { key, bytes: stat.size, changedAt: stat.mtime }
      }
    },
    browse: (folder, after, most) =>
      browseFolder(root, folder, after, most).catch((error) => {
        if (isAbsent(error)) throw noFolder(name, folder)
        throw faultOf(error)
      }),
    freeBytes: () => freeBytesOf(root),
    check: async (signal) => await checkByProbe(destination, await freeBytesOf(root), signal),
    sweep: (signal) => sweep(signal).catch(failing),
  }
  return destination
}

/** Bytes that dbbackup's user may still write, or null where the system does not say. */
async function freeBytesOf(root: string): Promise<number | null> {
  return await statfs(root).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => null,
  )
}

function isAbsent(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException
  return code === "ENOENT" || code === "ENOTDIR"
}

/** Up to the root, which stays. A folder that is in use again, or was never empty, ends it. */
async function pruneEmpty(realRoot: string, folder: string): Promise<void> {
  for (let at = folder; relative(realRoot, at) !== ""; at = dirname(at)) {
    try {
      await rmdir(at)
    } catch {
      return
    }
  }
}

function noFolder(name: string, folder: string): Fault {
  return new Fault("not-found", `there is no folder ${folder || "at all"} at ${name}`, {
    hint: "Look at the folder above it.",
  })
}

function missing(name: string, key: string): Fault {
  return new Fault("copy-missing", `${key} is not at ${name}`, {
    hint: "It was deleted or moved by something else. Restore another backup, or put the file back.",
  })
}
