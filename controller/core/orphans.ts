// What of a destination the catalogue does not account for, and what it accounts for that is not there. Decides from a listing and
// from what the catalogue said before and after it; nothing is asked or changed here.
//
// What may be cleaned, and nothing else: what is named as this program names things, is no backup, and is old enough. Of these, the
// ones that the catalogue knows by name (a copy that failed, a backup that failed, a copy that was deleted) are this installation's.
// Another installation may share the folder or the bucket, and nothing in bytes alone says whose they are: what the catalogue does
// not know goes only when a person names it.
import type { MissingCopy, Orphan, Orphans, StandingObject } from "../../schemas/orphans.ts"
import { formatDuration } from "../../schemas/scalar.ts"
import type { Claim, Entry } from "../ports.ts"
import { Fault, problemOf } from "./fault.ts"
import { roleOf } from "./inventory.ts"
import { stemOf } from "./key.ts"

export interface Sight {
  readonly destination: string
  readonly entries: readonly Entry[]
  /** What the catalogue said before the listing began, and after it had ended: both must agree on what is missing. */
  readonly before: readonly Claim[]
  readonly after: readonly Claim[]
  readonly now: Date
  readonly graceSeconds: number
}

/** Every orphan, however many there are. */
export type Account = Pick<Orphans, "destination" | "lookedAt" | "graceSeconds" | "halt"> & {
  readonly orphans: readonly Orphan[]
  readonly missing: readonly MissingCopy[]
  readonly foreign: readonly StandingObject[]
}

type Found = Partial<Record<"bytes" | "manifest" | "notes", Entry>>

export function accountOf({ destination, entries, before, after, now, graceSeconds }: Sight): Account {
  const { found, foreign } = sorted(entries)
  const known = new Map(after.map((claim) => [claim.stem, claim]))
  const orphans = [...found]
    .flatMap(([key, objects]) => orphanOf(key, objects, known.get(stemOf(key)), now, graceSeconds) ?? [])
    .sort((a, b) => (a.key < b.key ? -1 : 1))
  const stored = (claims: readonly Claim[]) => claims.filter(({ state }) => state === "stored")
  const then = new Set(stored(before).map(({ backupId }) => backupId))
  const missing = stored(after).flatMap((claim) =>
    then.has(claim.backupId) ? (missingOf(claim, found) ?? []) : [],
  )
  const isBlind = stored(after).length > 0 && stored(after).every(({ key }) => !isWhole(found.get(key ?? "")))
  const isBusy = after.some(({ state, at }) => state === "busy" && at === null)
  return {
    destination,
    lookedAt: now.toISOString(),
    graceSeconds,
    orphans,
    missing,
    foreign: foreign.map(shown),
    halt: isBlind ? blind(destination, stored(after).length) : isBusy ? busy(destination) : null,
  }
}

function sorted(entries: readonly Entry[]) {
  const found = new Map<string, Found>()
  const foreign: Entry[] = []
  for (const entry of entries) {
    const is = roleOf(entry.key)
    if (is.role === "foreign") foreign.push(entry)
    else if (is.of !== undefined) found.set(is.of, { ...found.get(is.of), [is.role]: entry })
  }
  return { found, foreign }
}

const isWhole = (found: Found | undefined) => found?.bytes !== undefined && found.manifest !== undefined

function orphanOf(
  key: string,
  found: Found,
  known: Claim | undefined,
  now: Date,
  graceSeconds: number,
): Orphan | undefined {
  // What is listed is no orphan, even where a part of it is missing.
  if (known?.state === "busy" || (known?.state === "stored" && known.key === key)) return undefined
  // Of one that failed all but the extension is known; any other must be the very same.
  const claim = known?.key === null || known?.key === key ? known : undefined
  const objects = [found.manifest, found.notes, found.bytes].filter((entry) => entry !== undefined)
  const kind =
    claim?.state === "deleted"
      ? "deleted"
      : isWhole(found)
        ? "unlisted"
        : found.bytes
          ? "bytes"
          : found.manifest
            ? "manifest"
            : "notes"
  const since = Math.max(
    ...[...objects.map(({ changedAt }) => changedAt), claim?.at].map((at) => at?.getTime() ?? 0),
  )
  const isYoung = now.getTime() - since < graceSeconds * 1000
  return {
    kind,
    key,
    objects: objects.map(shown),
    backupId: claim?.backupId ?? null,
    waits:
      kind !== "unlisted" && isYoung ? `it was changed less than ${formatDuration(graceSeconds)} ago` : null,
  }
}

function missingOf(claim: Claim, all: ReadonlyMap<string, Found>): MissingCopy | undefined {
  const { key, backupId, elsewhere } = claim
  if (key === null) return undefined
  const found = all.get(key)
  if (isWhole(found)) return undefined
  const lacks = found?.bytes ? "manifest" : found?.manifest ? "bytes" : "everything"
  return { backupId, key, lacks, elsewhere }
}

const shown = ({ key, bytes, changedAt }: Entry): StandingObject => ({
  key,
  bytes,
  changedAt: changedAt.toISOString(),
})

function blind(destination: string, copies: number) {
  return problemOf(
    new Fault(
      "destination-unavailable",
      `${destination} shows none of the ${copies} copies that are known to be there`,
      {
        hint: "Look whether the right folder is mounted, or the right bucket and prefix named. Until then nothing is changed.",
      },
    ),
  )
}

function busy(destination: string) {
  return problemOf(
    new Fault("already-running", `a backup is being written at ${destination}`, {
      hint: "Bytes under way look like bytes without a manifest. Try again when it has ended.",
    }),
  )
}
