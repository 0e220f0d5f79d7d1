// Finds out whether a folder can hold backups, by doing what a backup does with a few bytes.
import { randomBytes } from "node:crypto"
import { statfs } from "node:fs/promises"
import type { DestinationStatus } from "../../schemas/api.ts"
import { Fault, problemOf } from "../core/fault.ts"
import type { Destination } from "../ports.ts"

/** A probe's key; left over after a crash, it is swept like an unfinished file. */
export const probeName = /^\.dbbackup-probe-[0-9a-f]{12}$/

/** Bytes that dbbackup's user may still write, or null where the system does not say. */
export async function freeBytesOf(root: string): Promise<number | null> {
  return await statfs(root).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => null,
  )
}

/** Writes, reads and removes a probe. Never rejects. */
export async function checkLocal(
  destination: Pick<Destination, "name" | "kind" | "location" | "put" | "read" | "remove">,
  signal: AbortSignal,
): Promise<DestinationStatus> {
  const { name, kind, location } = destination
  const status = { name, kind, location, freeBytes: await freeBytesOf(location) }
  const id = randomBytes(6).toString("hex")
  const key = `.dbbackup-probe-${id}`
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
