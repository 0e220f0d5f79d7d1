// Deletes what retention no longer keeps: the manifest first, then the bytes, then the row. Plans come from core/job-retention.
import type { BackupId, CompletedBackup } from "../../schemas/backup.ts"
import type { DatabaseId } from "../../schemas/server.ts"
import { Fault } from "../core/fault.ts"
import { type JobRetention, retentionOf } from "../core/job-retention.ts"
import { manifestKey, notesKey } from "../core/key.ts"
import { braked } from "../core/prune-brake.ts"
import type { DesiredJob } from "../core/schedule-plan.ts"
import type { Catalogue, Clock, Destination } from "../ports.ts"
import { deleteBackups, isLocked, type OneCopy } from "./delete-many.ts"
import type { Journal } from "./journal.ts"

export interface PruneDeps {
  readonly catalogue: Catalogue
  readonly destinations: ReadonlyMap<string, Destination>
  readonly clock: Clock
}

/** After a success only, or once a person has confirmed what waits. Much at once waits. A copy that cannot be deleted stays listed, and is tried again after the next success. */
export async function prune(
  deps: PruneDeps,
  job: DesiredJob,
  databaseId: DatabaseId,
  journal: Journal,
  signal: AbortSignal,
): Promise<void> {
  // Confirmed before the catalogue was damaged, say. What it does not know yet may be what is to be kept.
  if (deps.catalogue.mending() !== null) return
  const backups = deps.catalogue.goodBackups(job.id, databaseId)
  const plan = retentionOf(backups, job, deps.clock())
  const held = deps.catalogue.heldPrunes(databaseId).find(({ jobId }) => jobId === job.id)
  const { now, waits } = braked(plan, job.spec["max-prune"], held?.confirmedAt ? held.backups : [])
  if (waits.length > 0) {
    const { id: jobId, serverId } = job
    const of = backups.length - now.length
    deps.catalogue.holdPrune({ jobId, databaseId, serverId, backups: waits as BackupId[], of }, deps.clock())
    journal("warn", `retention would delete ${waits.length} of ${of} backups at once: it waits for a person`)
  }
  let failed = 0
  const going = goingOf(plan, new Set(now), backups)
  const one = oneCopy(deps, (id) => requireUnpinned(deps.catalogue, id))
  const kept = await deleteBackups(
    deps,
    going.map(({ backup }) => backup),
    one,
    signal,
  )
  for (const { backup, what, reason } of going) {
    try {
      if (kept.has(backup.id)) throw kept.get(backup.id)
      journal("info", `pruned ${what}: ${reason}`)
    } catch (error) {
      failed++
      journal(
        isLocked(error) ? "info" : "warn",
        `could not prune ${what}: ${error instanceof Error ? error.message : String(error)}`,
      )
    }
  }
  if (held && waits.length === 0 && failed === 0) deps.catalogue.releasePrune(job.id, databaseId)
}

interface Going {
  /** With the copies that go, and no others. */
  readonly backup: CompletedBackup
  readonly what: string
  readonly reason: string
}

/** What of a plan is carried out, oldest first, each backup once. */
function goingOf(
  plan: JobRetention,
  allowed: ReadonlySet<string>,
  backups: readonly CompletedBackup[],
): readonly Going[] {
  const byId = new Map(backups.map((backup) => [backup.id as string, backup]))
  const planned = Map.groupBy(
    plan.prune.filter(({ backupId }) => allowed.has(backupId)),
    ({ backupId }) => backupId,
  )
  return [...planned].flatMap(([id, entries]) => {
    const backup = byId.get(id)
    if (!backup) return []
    const stored = backup.copies.filter(({ state }) => state === "stored")
    const names = entries.flatMap(({ destinations }) => destinations)
    const copies = stored.filter(({ destination }) => names.includes(destination))
    const isLast = copies.length === stored.length
    const what = isLast ? backup.fileName : `${backup.fileName} at ${names.join(", ")}`
    const reason = [...new Set(entries.map(({ reason }) => reason))].join(", ")
    // With the last good copy go those that are bad.
    return [{ backup: isLast ? backup : { ...backup, copies }, what, reason }]
  })
}

/** A person may have pinned it while others were deleted. Throws a Fault, `in-use`. */
function requireUnpinned(catalogue: Catalogue, id: BackupId): void {
  const backup = catalogue.backup(id)
  if (backup?.status === "completed" && backup.pinned)
    throw new Fault("in-use", `it was pinned meanwhile: ${backup.pinned.reason}`)
}

/**
 * Deletes a backup everywhere. Throws at the first destination that refuses; what is gone by then is recorded. A locked copy
 * stays, and is what is thrown once the others are gone.
 */
export async function deleteCopies(
  deps: PruneDeps,
  backup: CompletedBackup,
  signal: AbortSignal,
): Promise<void> {
  const kept = await deleteBackups(deps, [backup], oneCopy(deps), signal)
  if (kept.has(backup.id)) throw kept.get(backup.id)
}

const oneCopy = (
  deps: Pick<PruneDeps, "catalogue" | "clock">,
  requireWanted: (id: BackupId) => void = () => {},
): OneCopy => ({
  async remove(id, destination, key, signal) {
    requireWanted(id)
    await deleteCopy(deps, id, destination, key, signal)
  },
  async requireUnlocked(id, destination, key, signal) {
    await requireUnlocked(deps.clock, destination, key, signal)
    requireWanted(id)
  },
})

/** The manifest first: a crash leaves bytes that nobody takes for a backup, and a note to delete these, too. */
export async function deleteCopy(
  { catalogue, clock }: Pick<PruneDeps, "catalogue" | "clock">,
  id: BackupId,
  destination: Destination,
  key: string,
  signal: AbortSignal,
): Promise<void> {
  await requireUnlocked(clock, destination, key, signal)
  catalogue.deletingCopy(id, destination.name)
  await destination.remove(manifestKey(key), signal)
  await destination.remove(notesKey(key), signal)
  await destination.remove(key, signal)
  // Some stores say yes and do nothing; what was not locked before may be by now.
  for (const name of [manifestKey(key), key])
    if ((await destination.size(name, signal)) !== null) throw stillThere(destination.name, name)
  catalogue.copyDeleted(id, destination.name, clock())
}

function stillThere(destination: string, key: string): Fault {
  return new Fault(
    "destination-unavailable",
    `${destination} said that ${key} is deleted, and still has it`,
    {
      hint: "It stays listed, and its deletion is tried again after the next success. Look at the store's own rules: holds, legal locks, a bucket that is read only.",
    },
  )
}

/** A bucket may lock whatever is put there: notes that were written later, longer than the bytes. */
async function requireUnlocked(
  clock: Clock,
  destination: Destination,
  key: string,
  signal: AbortSignal,
): Promise<void> {
  const names = [key, notesKey(key)]
  const locks = await Promise.all(names.map((name) => destination.lockedUntil?.(name, signal)))
  names.forEach((name, i) => {
    const until = locks[i]
    if (until && until > clock()) throw locked(destination.name, name, until)
  })
}

function locked(destination: string, key: string, until: Date): Fault {
  return new Fault("in-use", `${key} at ${destination} is locked until ${until.toISOString()}`, {
    hint: "The label lock, or the bucket itself, asks for it. Delete it after that time; retention does so by itself.",
  })
}
