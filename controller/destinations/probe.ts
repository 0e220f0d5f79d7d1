// Finds out whether a destination can hold backups, by doing what a backup does with a few bytes.
import { randomBytes } from "node:crypto"
import type { DestinationStatus } from "../../schemas/api.ts"
import type { Problem } from "../../schemas/errors.ts"
import { Fault, problemOf } from "../core/fault.ts"
import type { Destination } from "../ports.ts"
import { probeKey } from "./key.ts"

/** Writes, reads, lists and removes a probe. Every permission that is missing is named, not the first alone. Never rejects. */
export async function checkByProbe(
  destination: Destination,
  freeBytes: number | null,
  signal: AbortSignal,
): Promise<DestinationStatus> {
  const { name, kind, location } = destination
  const status = { name, kind, location, freeBytes }
  const id = randomBytes(6).toString("hex")
  const key = probeKey(id)
  const steps: readonly (() => Promise<void>)[] = [
    () => destination.put(key, Buffer.from(id), signal),
    async () => {
      const read = Buffer.concat(await (await destination.read(key, signal)).toArray()).toString()
      if (read !== id) throw new Fault("copy-mismatch", `${name} gave back other bytes than were written`)
    },
    async () => {
      for await (const _ of destination.list(key, signal)) break
    },
    () => destination.remove(key, signal),
  ]
  const failures: unknown[] = []
  for (const step of steps) {
    // What only one permission forbids leaves the others to be tried.
    if (failures.length > 0 && !failures.every(isDenied)) break
    try {
      await step()
    } catch (error) {
      if (isMeant(error, failures)) continue
      failures.push(error)
    }
  }
  if (failures.length > 0 && !isDenied(failures.at(-1)))
    await destination.remove(key, signal).catch(() => undefined)
  if (failures.length === 0) return { ...status, state: "up", problem: null }
  return { ...status, state: "down", problem: together(failures.map(problemOf)) }
}

/** A probe that could not be written is not there; one that the bucket itself locks is left to it. */
const isMeant = (error: unknown, before: readonly unknown[]): boolean =>
  error instanceof Fault && (error.code === "in-use" || (error.code === "copy-missing" && before.length > 0))

function isDenied(error: unknown): boolean {
  const { $metadata } = ((error as Error | undefined)?.cause ?? {}) as {
    readonly $metadata?: { readonly httpStatusCode?: number }
  }
  return $metadata?.httpStatusCode === 403
}

function together(problems: readonly Problem[]): Problem {
  const [first] = problems
  if (!first) throw new Error("there is a problem")
  const unique = (texts: readonly (string | null)[]) => [...new Set(texts)].filter((text) => text !== null)
  return {
    ...first,
    message: unique(problems.map(({ message }) => message)).join("; "),
    hint: unique(problems.map(({ hint }) => hint)).join(" ") || null,
  }
}
