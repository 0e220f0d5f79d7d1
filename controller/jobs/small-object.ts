// Reads a small object of a destination into memory.
import { Fault } from "../core/fault.ts"
import type { Destination } from "../ports.ts"

/** A manifest that tells of 100,000 tables has about 10 MiB. */
const mostBytes = 64 * 1024 * 1024

/** Rejects as `Destination.read` does, and with `copy-mismatch` for what is not small: it is not read on. */
export async function readWhole(destination: Destination, key: string, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of await destination.read(key, signal)) {
    chunks.push(chunk as Buffer)
    bytes += (chunk as Buffer).length
    if (bytes > mostBytes)
      throw new Fault("copy-mismatch", `${key} at ${destination.name} has more than ${mostBytes} bytes`, {
        hint: "This program writes no such thing there. Look who did.",
      })
  }
  return Buffer.concat(chunks)
}
