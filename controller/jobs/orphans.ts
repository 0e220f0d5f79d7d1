// What stands at a destination beside the catalogue: looked at, taken in, cleaned, made whole. Every change looks again first, and
// then once more at each object right before it is touched: what was shown to a person may have changed since.
import type { BackupId } from "../../schemas/backup.ts"
import type { Problem } from "../../schemas/errors.ts"
import type {
  AdoptedOrphans,
  Cleaned,
  Mended,
  MissingCopy,
  Orphan,
  StandingObject,
  ToClean,
} from "../../schemas/orphans.ts"
import { Fault, problemOf } from "../core/fault.ts"
import { keepingOfManifest } from "../core/keeping.ts"
import { manifestKey } from "../core/key.ts"
import { formatManifest } from "../core/manifest.ts"
import { type Account, accountOf } from "../core/orphans.ts"
import { bytesAreRight } from "../pipeline/copy-across.ts"
import type { Catalogue, Clock, Destination } from "../ports.ts"
import { failureOf } from "./journal.ts"
import { publishManifest } from "./publish.ts"
import { type RebuildDeps, takeInKeys } from "./rebuild.ts"

export interface OrphanDeps extends RebuildDeps {
  readonly clock: Clock
  readonly graceSeconds: () => number
}

type LookDeps = Pick<OrphanDeps, "clock" | "graceSeconds"> & { readonly catalogue: Pick<Catalogue, "claims"> }

/** Rejects with the destination's Fault when it cannot be listed to the end. */
export async function lookForOrphans(
  { catalogue, clock, graceSeconds }: LookDeps,
  destination: Destination,
  signal: AbortSignal,
): Promise<Account> {
  const { name } = destination
  const before = catalogue.claims(name)
  const entries = await Array.fromAsync(destination.entries("", signal))
  const sight = { entries, before, after: catalogue.claims(name), now: clock(), graceSeconds: graceSeconds() }
  return accountOf({ destination: name, ...sight })
}

type Left = { key: string; problem: Problem }[]

/** Deletes what is named, as far as it is still to be cleaned: the manifest first, the bytes last. Throws the halt's Fault while there is one. */
export async function cleanOrphans(
  deps: OrphanDeps,
  destination: Destination,
  { keys, unknown }: ToClean,
  signal: AbortSignal,
): Promise<Cleaned> {
  if (deps.catalogue.mending() !== null)
    throw new Fault("in-use", "the catalogue is being made again after damage", {
      hint: "What it does not know yet looks like left-overs. Clean when GET /api/system/catalogue says that it is whole.",
    })
  const { orphans } = await lookToChange(deps, destination, signal)
  const byKey = new Map(orphans.map((orphan) => [orphan.key, orphan]))
  const removed: StandingObject[] = []
  const left: Left = []
  for (const [key, isNamed] of [
    ...keys.map((key) => [key, false] as const),
    ...unknown.map((key) => [key, true] as const),
  ])
    try {
      signal.throwIfAborted()
      const orphan = requireCleanable(byKey.get(key), key, isNamed)
      await requireStill(deps, destination, orphan, signal)
      for (const object of orphan.objects) {
        await destination.remove(object.key, signal)
        removed.push(object)
      }
      deps.log("info", `cleaned ${key} at ${destination.name}: ${orphan.kind}`, {
        objects: orphan.objects.length,
      })
    } catch (error) {
      signal.throwIfAborted()
      left.push({ key, problem: failureOf(error, deps.log) })
    }
  return { removed, left }
}

/** Takes backups in that the catalogue does not list, as a rebuild takes all of them. */
export async function adoptOrphans(
  deps: OrphanDeps,
  destination: Destination,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<AdoptedOrphans> {
  const account = await lookForOrphans(deps, destination, signal)
  const unlisted = new Set(account.orphans.flatMap(({ kind, key }) => (kind === "unlisted" ? [key] : [])))
  const taken = await takeInKeys(
    deps,
    destination,
    keys.filter((key) => unlisted.has(key)).values(),
    // Reading what is not there is no mistake, and costs a call for each of a few.
    () => true,
    signal,
  )
  const others = keys.filter((key) => !unlisted.has(key))
  const { added, copies, servers, refused } = taken
  const left = others.map((key) => ({ key, problem: problemOf(notThere(key, "backup that is not listed")) }))
  return { added, copies, servers: [...servers], left: [...refused, ...left] }
}

/**
 * Has copies that are missing made again: from another destination, or, where the bytes are right and only the manifest is gone, by
 * writing that again. The only copy of a backup stays as it is listed, and is told of.
 */
export async function mendMissing(
  deps: OrphanDeps,
  destination: Destination,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<Mended> {
  const { catalogue } = deps
  const account = await lookToChange(deps, destination, signal)
  const missing = new Map(account.missing.map((copy) => [copy.key, copy]))
  const done: { marked: string[]; completed: string[]; left: Left } = { marked: [], completed: [], left: [] }
  for (const key of keys)
    try {
      const copy = missing.get(key)
      if (!copy) throw notThere(key, "copy that is missing")
      const manifest = catalogue.manifest(copy.backupId)
      if (
        copy.lacks === "manifest" &&
        manifest &&
        (await bytesAreRight({ destination, key, proof: manifest.proof }, signal))
      ) {
        await publishManifest(
          { destination, key, keeping: keepingOfManifest(manifest) },
          formatManifest(manifest, deps.signer ?? null),
          signal,
        )
        done.completed.push(key)
        continue
      }
      if (copy.lacks !== "manifest" && (await destination.size(key, signal)) !== null)
        throw new Fault("copy-mismatch", `${key} is there after all`, { hint: "Look again." })
      const isElsewhere = storedAt(catalogue, copy.backupId).some((name) => name !== destination.name)
      if (
        !isElsewhere ||
        !catalogue.copyBad(copy.backupId, destination.name, gone(destination.name, copy.lacks))
      )
        throw new Fault("copy-missing", "no other destination has this backup", {
          hint: "Put the file back, or delete the backup.",
        })
      done.marked.push(key)
    } catch (error) {
      signal.throwIfAborted()
      done.left.push({ key, problem: failureOf(error, deps.log) })
    }
  return done
}

async function lookToChange(deps: OrphanDeps, destination: Destination, signal: AbortSignal) {
  const account = await lookForOrphans(deps, destination, signal)
  if (account.halt) {
    const { code, message, hint } = account.halt
    throw new Fault(code, message, hint === null ? {} : { hint })
  }
  return account
}

function requireCleanable(orphan: Orphan | undefined, key: string, isNamed: boolean): Orphan {
  if (orphan === undefined) throw notThere(key, "orphan")
  if (orphan.kind === "unlisted")
    throw new Fault("in-use", "it is a backup, with its manifest", {
      hint: "Adopt it; then it can be deleted like any other.",
    })
  if (orphan.waits !== null)
    throw new Fault("in-use", orphan.waits, { hint: "It may be under way still. Clean it later." })
  if (orphan.backupId === null && !isNamed)
    throw new Fault("in-use", "the catalogue does not know it: it may be another installation's", {
      hint: "Name it by itself when you are sure that it is not.",
    })
  return orphan
}

/** Right before it goes: what was written or taken in meanwhile stays. */
async function requireStill(
  { catalogue }: OrphanDeps,
  destination: Destination,
  { key, kind, backupId }: Orphan,
  signal: AbortSignal,
): Promise<void> {
  const known = backupId === null ? undefined : catalogue.backup(backupId)
  const isListed = known !== undefined && storedAt(catalogue, known.id).includes(destination.name)
  if (isListed || known?.status === "queued" || known?.status === "running")
    throw new Fault("in-use", "the catalogue lists it by now", { hint: "Look again." })
  const lacking = kind === "bytes" ? manifestKey(key) : kind === "manifest" ? key : null
  if (lacking !== null && (await destination.size(lacking, signal)) !== null)
    throw new Fault("in-use", `${lacking} is there by now`, { hint: "Look again." })
}

function storedAt({ backup }: Pick<Catalogue, "backup">, id: BackupId): readonly string[] {
  const found = backup(id)
  const copies = found?.status === "completed" ? found.copies : []
  return copies.flatMap(({ state, destination }) => (state === "stored" ? [destination] : []))
}

const notThere = (key: string, what: string): Fault =>
  new Fault("not-found", `there is no ${what} under ${key}`, {
    hint: "Look again: it may be gone, or known, by now.",
  })

const gone = (destination: string, lacks: MissingCopy["lacks"]): Problem =>
  problemOf(
    new Fault(
      "copy-missing",
      `it is not at ${destination} any more${lacks === "everything" ? "" : `: the ${lacks} ${lacks === "bytes" ? "are" : "is"} gone`}`,
      {
        hint: "Something else deleted or moved it. It is copied there again from another destination.",
      },
    ),
  )
