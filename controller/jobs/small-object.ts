// Reads a small object of a destination into memory.
import type { Destination } from "../ports.ts"

/** Rejects as `Destination.read` does. */
export async function readWhole(destination: Destination, key: string, signal: AbortSignal): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of await destination.read(key, signal)) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
