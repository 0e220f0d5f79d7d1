// A destination whose objects live in a map: what the API's tests download from. Counts the readers left open.
import { Readable } from "node:stream"
import { Fault } from "../../controller/core/fault.ts"
import type { Destination, SinkWriter } from "../../controller/ports.ts"

export interface MemoryDestination extends Destination {
  readonly objects: Map<string, Buffer>
  /** Readers begun and not yet destroyed, and bytes they handed out so far. */
  readonly reading: { open: number; bytes: number }
}

export function memoryDestination(
  name: string,
  kind: "local" | "s3" = "local",
  chunkBytes = 64 * 1024,
): MemoryDestination {
  const objects = new Map<string, Buffer>()
  const reading = { open: 0, bytes: 0 }
  return {
    name,
    kind,
    location: `memory of ${name}`,
    objects,
    reading,
    async create(key): Promise<SinkWriter> {
      const chunks: Buffer[] = []
      return {
        destination: name,
        write: async (chunk) => void chunks.push(Buffer.from(chunk)),
        commit: async () => void objects.set(key, Buffer.concat(chunks)),
        abort: async () => {},
      }
    },
    put: async (key, body) => void objects.set(key, Buffer.from(body)),
    async read(key, signal) {
      const body = objects.get(key)
      if (!body) throw new Fault("copy-missing", `${key} is not at ${name}`)
      let position = 0
      reading.open++
      return new Readable({
        highWaterMark: 0,
        signal,
        read() {
          const chunk = body.subarray(position, position + chunkBytes)
          position += chunk.length
          reading.bytes += chunk.length
          this.push(chunk.length === 0 ? null : chunk)
        },
        destroy(error, done) {
          reading.open--
          done(error)
        },
      })
    },
    size: async (key) => objects.get(key)?.length ?? null,
    remove: async (key) => void objects.delete(key),
    async *list(prefix) {
      for (const key of objects.keys()) if (key.startsWith(prefix)) yield key
    },
    async *entries(prefix) {
      for (const [key, { length: bytes }] of objects)
        if (key.startsWith(prefix)) yield { key, bytes, changedAt: new Date(0) }
    },
    check: async () => ({
      name,
      kind,
      location: `memory of ${name}`,
      state: "up",
      freeBytes: 1_000_000,
      problem: null,
    }),
    browse: async () => [],
    sweep: async () => 0,
  }
}
