// Deletes backups everywhere, many at one destination with few requests where it has them. The order is that of one copy: intents,
// manifests and notes, bytes, rows; so what a crash leaves is the same, and is ended in the same way.
import { type BackupId, type CompletedBackup, isBad } from "../../schemas/backup.ts"
import { Fault } from "../core/fault.ts"
import { manifestKey, notesKey } from "../core/key.ts"
import type { Catalogue, Clock, Destination } from "../ports.ts"

/** Two objects each, then one: in one request of a store at a time. */
const mostAtOnce = 500
const fewestAtOnce = 3
const asksAtOnce = 16

interface Deps {
  readonly catalogue: Pick<Catalogue, "deletingCopy" | "copyDeleted">
  readonly destinations: ReadonlyMap<string, Destination>
  readonly clock: Clock
}
/** How one copy is deleted. */
export interface OneCopy {
  remove(id: BackupId, destination: Destination, key: string, signal: AbortSignal): Promise<void>
  /** Rejects with `in-use` while it cannot be deleted. */
  requireUnlocked(id: BackupId, destination: Destination, key: string, signal: AbortSignal): Promise<void>
}
interface Going {
  readonly id: BackupId
  readonly key: string
  /** Else it is a bad one, whose bytes are there as well. */
  readonly isStored: boolean
}
type Failures = ReadonlyMap<BackupId, unknown>

/**
 * Why some could not be deleted, by id: at the first destination that refused. A locked copy stays, and is told when the others are
 * gone. What is gone by then is recorded. Rejects only with the signal's reason.
 */
export async function deleteBackups(
  deps: Deps,
  backups: readonly Pick<CompletedBackup, "id" | "copies">[],
  one: OneCopy,
  signal: AbortSignal,
): Promise<Failures> {
  const failed = new Map<BackupId, unknown>()
  const waits = new Map<BackupId, unknown>()
  for (const [name, copies] of copiesByDestination(backups)) {
    const going = copies.filter(({ id }) => !failed.has(id))
    const destination = deps.destinations.get(name)
    const kept = !destination
      ? new Map(going.filter(({ isStored }) => isStored).map(({ id }) => [id, undefinedNow(name)]))
      : destination.removeAll && going.length >= fewestAtOnce
        ? await together(deps, destination, destination.removeAll.bind(destination), going, one, signal)
        : await eachAlone(destination, going, one, signal)
    for (const [id, error] of kept) (isLocked(error) ? waits : failed).set(id, error)
  }
  return new Map([...waits, ...failed])
}

export const isLocked = (error: unknown): boolean => error instanceof Fault && error.code === "in-use"

async function eachAlone(
  destination: Destination,
  copies: readonly Going[],
  one: OneCopy,
  signal: AbortSignal,
): Promise<Failures> {
  const failed = new Map<BackupId, unknown>()
  for (const { id, key } of copies)
    await one.remove(id, destination, key, signal).catch((error: unknown) => {
      signal.throwIfAborted()
      failed.set(id, error)
    })
  return failed
}

async function together(
  { catalogue, clock }: Deps,
  destination: Destination,
  removeMany: NonNullable<Destination["removeAll"]>,
  copies: readonly Going[],
  one: OneCopy,
  signal: AbortSignal,
): Promise<Failures> {
  const failed = new Map<BackupId, unknown>()
  const still = (some: readonly Going[]) => some.filter(({ id }) => !failed.has(id))
  const removeAll = async (some: readonly Going[], keysOf: (key: string) => readonly string[]) => {
    const keys = some.flatMap(({ key }) => keysOf(key))
    const left = await removeMany(keys, signal)
    for (const { id, key } of some) {
      const kept = keysOf(key).find((each) => left.has(each))
      if (kept !== undefined) failed.set(id, left.get(kept))
    }
  }
  for (let at = 0; at < copies.length; at += mostAtOnce) {
    const some = copies.slice(at, at + mostAtOnce)
    const queue = some.values()
    const ask = async (): Promise<void> => {
      for (const { id, key } of queue)
        await one.requireUnlocked(id, destination, key, signal).catch((error: unknown) => {
          signal.throwIfAborted()
          failed.set(id, error)
        })
    }
    await Promise.all(Array.from({ length: asksAtOnce }, ask))
    for (const { id } of still(some)) catalogue.deletingCopy(id, destination.name)
    await removeAll(still(some), (key) => [manifestKey(key), notesKey(key)])
    await removeAll(still(some), (key) => [key])
    for (const { id } of still(some)) catalogue.copyDeleted(id, destination.name, clock())
  }
  return failed
}

/** In the order of the backups' own copies. */
function copiesByDestination(
  backups: readonly Pick<CompletedBackup, "id" | "copies">[],
): ReadonlyMap<string, readonly Going[]> {
  const found = new Map<string, Going[]>()
  for (const { id, copies } of backups)
    for (const copy of copies) {
      const isStored = copy.state === "stored"
      if (!isStored && !isBad(copy)) continue
      const there = found.get(copy.destination) ?? []
      there.push({ id, key: copy.key, isStored })
      found.set(copy.destination, there)
    }
  return found
}

function undefinedNow(destination: string): Fault {
  return new Fault("destination-unavailable", `the destination ${destination} is not defined any more`, {
    hint: "Define it again to let its copies be deleted.",
  })
}
