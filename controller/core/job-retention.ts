// What a job keeps of its good backups of one database, copy by copy: where a destination has a policy of its own, that decides there.
import type { CompletedBackup } from "../../schemas/backup.ts"
import {
  formatRetention,
  type KeptBackup,
  noRetention,
  type RetentionPolicy,
} from "../../schemas/retention.ts"
import type { Schedule } from "../../schemas/scalar.ts"
import { isDecided, type Kept, planRetention, type RetentionLimits, ranked } from "./retention.ts"
import type { DesiredJob } from "./schedule-plan.ts"

/** What the operator set above the labels. */
export interface OperatorRetention {
  /** Policies that go in the place of the job's, by destination. */
  readonly at: Readonly<Record<string, RetentionPolicy>>
  readonly mostAgeSeconds: number | null
}
export const noOperatorRetention: OperatorRetention = { at: {}, mostAgeSeconds: null }

export interface JobRetention {
  /** What stays somewhere, newest first. */
  readonly keep: readonly KeptBackup[]
  /** Copies that go, oldest backup first. A backup goes with its last one. */
  readonly prune: readonly PrunedCopies[]
}
export interface PrunedCopies {
  readonly backupId: string
  readonly destinations: readonly string[]
  readonly reason: string
}

type Retained = Pick<
  CompletedBackup,
  "id" | "finishedAt" | "type" | "pinned" | "lastVerified" | "proof" | "copies"
>
type Job = Pick<DesiredJob, "spec" | "timeZone" | "operatorRetention">

/**
 * What a person pinned stays until a person unpins it, and what failed its last check until somebody has decided. What somebody
 * asked for beside the schedule, before an upgrade say, stays until somebody deletes it. None of them takes a scheduled
 * backup's place. A job without a schedule has no others: there the policy decides.
 */
export function pinOf(
  { type, pinned, lastVerified }: Pick<CompletedBackup, "type" | "pinned" | "lastVerified">,
  schedule: Schedule,
): string | null {
  if (pinned) return `pinned: ${pinned.reason}`
  // Wrong bytes are a matter of one copy, which is healed from another.
  if (lastVerified?.outcome === "failed" && lastVerified.level !== "checksum")
    return `its last check failed (${lastVerified.level})`
  return type === "manual" && schedule.kind !== "manual" ? "made by hand" : null
}

/**
 * The plan for every copy. At each destination the newest good one of those that are there stays. The newest of all, those that
 * the job's `min-keep` names, and the newest verified one stay somewhere.
 */
export function retentionOf(backups: readonly Retained[], job: Job, now: Date): JobRetention {
  const { spec, timeZone } = job
  const { at, mostAgeSeconds } = job.operatorRetention ?? noOperatorRetention
  const limits = { now, mostAgeSeconds: mostAgeSeconds ?? undefined }
  const groups = groupsOf(backups, spec.retention, at)
  // With one policy for all, and the job's own, it has the last word.
  const isOne = groups.length < 2 && groups.every(({ policy }) => isSame(policy, spec.retention))
  const kept = new Map(backups.map((backup) => [backup.id as string, keptOf(backup, spec.schedule)]))
  const { minKeep } = spec.retention
  const somewhere = { ...noRetention, ...(minKeep !== undefined && { minKeep }) }
  const must = isOne ? [] : planRetention([...kept.values()], somewhere, timeZone, limits).keep
  const reasons = new Map(must.map(({ backupId, reasons }) => [backupId, new Set(reasons)]))
  const say = (id: string, reason: string) => reasons.set(id, (reasons.get(id) ?? new Set()).add(reason))

  const prune: PrunedCopies[] = []
  const left = new Set<string>()
  const awaited = new Set<string>()
  for (const { policy, names, copies, missing } of groups) {
    const members = [...copies.keys()].flatMap((id) => kept.get(id) ?? [])
    // Which one is verified is a question of all destinations together.
    const asked = isOne ? members : members.map((one) => ({ ...one, isVerified: false }))
    const plan = planRetention(asked, policy, timeZone, limits)
    for (const { backupId, reasons: own } of plan.keep) {
      left.add(backupId)
      for (const reason of own)
        if (isOne || !reasons.get(backupId)?.has(reason))
          say(backupId, isOne ? reason : `${reason} at ${names.join(", ")}`)
    }
    if (!isOne && missing.size > 0) {
      const all = [...asked, ...[...missing].flatMap((id) => kept.get(id) ?? [])]
      for (const { backupId } of planRetention(all, policy, timeZone, limits).keep)
        if (missing.has(backupId)) awaited.add(backupId)
    }
    const newest = newestAt(members, copies, limits)
    for (const { backupId, reason } of plan.prune) {
      const [stay, go] = [[] as string[], [] as string[]]
      for (const name of copies.get(backupId) ?? []) (newest.get(name) === backupId ? stay : go).push(name)
      for (const name of stay) say(backupId, `newest at ${name}`)
      if (stay.length > 0) left.add(backupId)
      if (go.length > 0) prune.push({ backupId, destinations: go, reason })
    }
  }
  // What a destination missed and would keep is still to be copied there: from here.
  for (const id of awaited) if (!left.has(id)) say(id, "to be copied where it is missing")
  const order = new Map(ranked([...kept.values()]).map(({ id }, i) => [id, i]))
  const place = ({ backupId }: { readonly backupId: string }) => order.get(backupId) ?? 0
  const isLost = (id: string) => !left.has(id) && reasons.has(id)
  return {
    keep: [...reasons]
      .map(([backupId, own]) => ({ backupId, reasons: [...own] }))
      .sort((a, b) => place(a) - place(b)),
    prune: prune.filter(({ backupId }) => !isLost(backupId)).sort((a, b) => place(b) - place(a)),
  }
}

const isSame = (one: RetentionPolicy, other: RetentionPolicy) =>
  formatRetention(one) === formatRetention(other)

/** Whether the job keeps a copy of a backup at a destination, or would, were it there. */
export function isKeptAt(
  backup: CompletedBackup,
  destination: string,
  good: readonly CompletedBackup[],
  job: Job,
  now: Date,
): boolean {
  const there = (copy: CompletedBackup["copies"][number]) =>
    copy.destination === destination
      ? { state: "stored" as const, destination, key: copy.key, storedAt: backup.finishedAt }
      : copy
  const asIf = good.map((one) => (one.id === backup.id ? { ...one, copies: one.copies.map(there) } : one))
  const { keep, prune } = retentionOf(asIf, job, now)
  return (
    keep.some(({ backupId }) => backupId === backup.id) &&
    !prune.some(({ backupId, destinations }) => backupId === backup.id && destinations.includes(destination))
  )
}

/** Destinations that follow one policy. */
interface Group {
  readonly policy: RetentionPolicy
  readonly names: readonly string[]
  /** Where each backup is stored, among these. */
  readonly copies: ReadonlyMap<string, readonly string[]>
  /** Backups that are at none of these, and whose copy to one of them failed. */
  readonly missing: ReadonlySet<string>
}

function groupsOf(
  backups: readonly Retained[],
  policy: RetentionPolicy,
  at: OperatorRetention["at"],
): readonly Group[] {
  interface Growing {
    readonly policy: RetentionPolicy
    readonly names: Set<string>
    readonly copies: Map<string, string[]>
    readonly failed: Set<string>
  }
  const groups = new Map<string, Growing>()
  for (const { id, copies } of backups)
    for (const { state, destination } of copies) {
      if (state === "deleted") continue
      const own = at[destination] ?? policy
      const key = formatRetention(own)
      const group = groups.get(key) ?? {
        ...{ policy: own, names: new Set(), copies: new Map(), failed: new Set() },
      }
      groups.set(key, group)
      group.names.add(destination)
      if (state === "failed") group.failed.add(id)
      else group.copies.set(id, [...(group.copies.get(id) ?? []), destination])
    }
  return [...groups.values()].map(({ policy, names, copies, failed }) => ({
    ...{ policy, copies, names: [...names].sort() },
    missing: new Set([...failed].filter((id) => !copies.has(id))),
  }))
}

function keptOf({ id, finishedAt, proof, ...rest }: Retained, schedule: Schedule): Kept {
  return {
    id,
    finishedAt: new Date(finishedAt),
    pin: pinOf(rest, schedule),
    storedBytes: proof.storedBytes,
    isVerified: rest.lastVerified?.outcome === "passed",
  }
}

/** Id of the newest that a policy decides about, at each destination. */
function newestAt(members: readonly Kept[], copies: Group["copies"], limits: RetentionLimits) {
  const newest = new Map<string, string>()
  for (const one of ranked(members))
    if (isDecided(one, limits))
      for (const name of copies.get(one.id) ?? []) if (!newest.has(name)) newest.set(name, one.id)
  return newest
}
