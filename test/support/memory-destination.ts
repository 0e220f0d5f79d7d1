// A destination in memory, for tests of what uses one. It passes the same contract as the real ones.
import { Readable } from "node:stream"
import { Fault } from "../../controller/core/fault.ts"
import { isHidden, segmentsOf } from "../../controller/destinations/key.ts"
import type { Destination, SinkWriter } from "../../controller/ports.ts"

export interface MemoryDestination extends Destination {
  /** What is visible, by key. */
  readonly files: ReadonlyMap<string, Buffer>
  /** Writers neither committed nor aborted. */
  unfinished(): number
}

export interface MemoryOptions {
  /** Runs before each write with the bytes written so far; may reject, or take its time. */
  readonly onWrite?: (written: number) => Promise<void> | void
  readonly onCreate?: () => Promise<void> | void
  /** Keeps only sizes, for streams that are larger than memory. */
  readonly forgetful?: boolean
}

export function memoryDestination(name = "memory", options: MemoryOptions = {}): MemoryDestination {
  const files = new Map<string, Buffer>()
  const open = new Set<object>()

  function writer(key: string): SinkWriter {
    const id = {}
    const chunks: Buffer[] = []
    let written = 0
    let broken: unknown
    let state: "open" | "committed" | "aborted" = "open"
    open.add(id)
    const requireOpen = (): void => {
      if (broken) throw broken
      if (state !== "open") throw new Fault("internal", `${key} at ${name} is closed already`)
    }
    return {
      destination: name,
      async write(chunk) {
        requireOpen()
        try {
          await options.onWrite?.(written)
        } catch (error) {
          broken = error
          throw error
        }
        requireOpen()
        written += chunk.length
        if (!options.forgetful) chunks.push(Buffer.from(chunk))
      },
      async commit() {
        requireOpen()
        if (files.has(key)) {
          broken = taken(key)
          throw broken
        }
        files.set(key, Buffer.concat(chunks))
        state = "committed"
        open.delete(id)
      },
      async abort() {
        if (state === "open") state = "aborted"
        open.delete(id)
      },
    }
  }

  const file = (key: string): Buffer | undefined => files.get(segmentsOf(key).join("/"))
  return {
    name,
    kind: "local",
    location: "memory",
    files,
    unfinished: () => open.size,
    async create(key, signal) {
      signal.throwIfAborted()
      segmentsOf(key)
      await options.onCreate?.()
      if (files.has(key)) throw taken(key)
      return writer(key)
    },
    async put(key, body, signal) {
      signal.throwIfAborted()
      segmentsOf(key)
      files.set(key, Buffer.from(body))
    },
    async read(key, signal) {
      signal.throwIfAborted()
      const body = file(key)
      if (!body) throw new Fault("copy-missing", `${key} is not at ${name}`)
      return Readable.from([body], { objectMode: false })
    },
    size: async (key) => file(key)?.length ?? null,
    async remove(key) {
      segmentsOf(key)
      files.delete(key)
    },
    async *list(prefix) {
      for (const key of files.keys()) if (key.startsWith(prefix)) yield key
    },
    async *entries(prefix) {
      for (const [key, { length: bytes }] of files)
        if (key.startsWith(prefix)) yield { key, bytes, changedAt: new Date() }
    },
    async browse(folder, after, most) {
      segmentsOf(`${folder}x`)
      const rest = [...files]
        .filter(([key]) => key.startsWith(folder) && !isHidden(key))
        .map(([key, { length }]) => {
          const end = key.indexOf("/", folder.length)
          return end < 0 ? { key, bytes: length } : { key: key.slice(0, end + 1), bytes: null }
        })
      const level = new Map(rest.map((each) => [each.key, each.bytes]))
      return [...level]
        .filter(([key]) => after === null || key > after)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .slice(0, most)
        .map(([key, bytes]) =>
          bytes === null
            ? { key, kind: "folder", bytes, modifiedAt: null }
            : { key, kind: "file", bytes, modifiedAt: new Date().toISOString() },
        )
    },
    check: async () => ({
      name,
      kind: "local",
      location: "memory",
      state: "up",
      freeBytes: null,
      problem: null,
    }),
    async sweep() {
      const left = open.size
      open.clear()
      return left
    },
  }
}

function taken(key: string): Fault {
  return new Fault("destination-unavailable", `${key} exists already and is not overwritten`)
}
