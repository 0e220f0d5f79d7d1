// Finds out whether a destination can hold backups, by doing what a backup does with a few bytes.
import { randomBytes } from "node:crypto"
import type { DestinationStatus } from "../../schemas/api.ts"
import { Fault, problemOf } from "../core/fault.ts"
import type { Destination } from "../ports.ts"
import { probeKey } from "./key.ts"

/** Writes, reads and removes a probe. Never rejects. */
export async function checkByProbe(
  destination: Destination,
  freeBytes: number | null,
  signal: AbortSignal,
): Promise<DestinationStatus> {
  const { name, kind, location } = destination
  const status = { name, kind, location, freeBytes }
  const id = randomBytes(6).toString("hex")
  const key = probeKey(id)
  try {
    await destination.put(key, Buffer.from(id), signal)
    try {
      const read = Buffer.concat(await (await destination.read(key, signal)).toArray()).toString()
      if (read !== id) throw new Fault("copy-mismatch", `${name} gave back other bytes than were written`)
    } finally {
      await destination.remove(key, signal)
    }
    return { ...status, state: "up", problem: null }
  } catch (error) {
    return { ...status, state: "down", problem: problemOf(error) }
  }
}
