// A stored backup checked again: each copy at the level that was asked for, and what was seen of it recorded. Never throws.
import type { CompletedBackup } from "../../schemas/backup.ts"
import type { Problem } from "../../schemas/errors.ts"
import type { Verification, VerifyLevel } from "../../schemas/verification.ts"
import { isOfOneCopy, nearestFirst } from "../core/copy-order.ts"
import { Fault, inFull } from "../core/fault.ts"
import { givenIdentity, requireIdentity } from "../core/key-missing.ts"
import type { Signer } from "../core/manifest-seal.ts"
import { copiesToVerify, type Finding, noSuchLevel, type ReadableCopy } from "../core/verify-plan.ts"
import { rulesFor } from "../engines/registry.ts"
import type { Catalogue, Clock, Destination, Identities, Log } from "../ports.ts"
import { deadline, tookTooLong } from "./deadline.ts"
import { drillCopy } from "./drill.ts"
import { queriesFor } from "./drill-queries.ts"
import type { DrillMeans } from "./drill-server.ts"
import { failureOf } from "./journal.ts"
import { checkCopy, type Reading } from "./verify-bytes.ts"
import { type ReadDeps, readCopy, type ServerOf } from "./verify-read.ts"
import { record } from "./verify-record.ts"

export interface VerifyDeps extends ReadDeps {
  readonly catalogue: Catalogue
  readonly destinations: ReadonlyMap<string, Destination>
  readonly identities: Identities
  readonly drills: DrillMeans
  readonly clock: Clock
  readonly log: Log
  readonly signer?: Signer | null
}

export interface VerifyOrder {
  readonly backup: CompletedBackup
  readonly level: VerifyLevel
  /** Null: every stored copy, or, where one is enough, the nearest. */
  readonly destination: string | null
  /** All hold the same bytes, so one that is good says enough; when it is bad or cannot be read, the next one is asked. A drill always does so. */
  readonly oneIsEnough?: boolean
  /** What opens the backup, where it was given with the request. */
  readonly identity: string | undefined
  readonly server: ServerOf
}

export interface VerifyOutcome {
  readonly results: readonly Verification[]
  /** The first reason for which a copy could not be looked at. */
  readonly error: Problem | null
}

/** What is seen of one copy. Rejects when it cannot be looked at, which says nothing of the copy. */
type Verify = (
  deps: VerifyDeps,
  order: VerifyOrder,
  reading: Reading,
  signal: AbortSignal,
) => Promise<Finding>

/** Those there are. */
const levels: Readonly<Partial<Record<VerifyLevel, Verify>>> = {
  checksum: (_deps, _order, reading, signal) => checkCopy(reading, signal),
  read: (deps, { backup, server }, reading, signal) => readCopy(deps, reading, () => server(backup), signal),
  drill: (deps, order, reading, signal) => {
    const queries = queriesFor(order.backup, reading.manifest, order.server)
    return drillCopy(
      { ...deps, readingOf: otherReading(deps, order) },
      { ...order, reading, queries },
      signal,
    )
  },
}

export const levelsThere = Object.keys(levels) as readonly VerifyLevel[]

// Long enough for any copy that is read over a slow line; a hung store must end some day.
const limitSeconds = 24 * 3600

/** `onProgress` hears of the bytes of all copies, so far and in all. */
export async function verifyBackup(
  deps: VerifyDeps,
  order: VerifyOrder,
  onProgress: (readBytes: number, totalBytes: number) => void,
  outer: AbortSignal,
): Promise<VerifyOutcome> {
  const { backup, level, destination } = order
  const what = `verifying the backup of ${backup.database}`
  const limit = deadline(outer, limitSeconds, () =>
    tookTooLong(what, limitSeconds, "Find out what holds the destination up."),
  )
  const results: Verification[] = []
  let error: Problem | null = null
  try {
    const verify = levels[level]
    if (!verify) throw noSuchLevel(level)
    const oneIsEnough = order.oneIsEnough === true || (level === "drill" && destination === null)
    const near = nearestFirst(backup, (name) => deps.destinations.get(name)?.kind)
    const copies = copiesToVerify(near, oneIsEnough ? null : destination)
    const { storedBytes } = backup.proof
    for (const [i, copy] of copies.entries()) {
      limit.signal.throwIfAborted()
      const startedAt = deps.clock()
      const totalBytes = (oneIsEnough ? i + 1 : copies.length) * storedBytes
      const onBytes = (bytes: number) => onProgress(i * storedBytes + bytes, totalBytes)
      try {
        const finding = await verify(deps, order, readingOf(deps, order, copy, onBytes), limit.signal)
        results.push(record(deps, { backup, copy, level, startedAt, finding }))
        if (oneIsEnough && (finding.good || finding.of === "dump")) {
          error = null
          break
        }
      } catch (reason) {
        limit.signal.throwIfAborted()
        const problem = failureOf(reason, deps.log)
        error ??= problem
        if (!oneIsEnough) continue
        if (!isOfOneCopy(problem)) break
        deps.log("warn", `${what}: ${inFull(problem)}`, {
          backupId: backup.id,
          destination: copy.destination,
        })
      }
    }
  } catch (reason) {
    error = failureOf(limit.signal.aborted ? limit.signal.reason : reason, deps.log)
  } finally {
    limit.clear()
  }
  return { results, error }
}

/** Throws a Fault when the destination is not defined, or a key is missing that the level cannot do without. */
function readingOf(
  { catalogue, destinations, identities, log, signer = null }: VerifyDeps,
  { backup, level, identity: given }: VerifyOrder,
  { destination: name, key }: ReadableCopy,
  onProgress: (storedBytes: number) => void,
): Reading {
  const destination = destinations.get(name)
  if (!destination)
    throw new Fault("destination-unknown", `the destination ${name} is not defined any more`, {
      hint: "Define it again to have its copies read.",
    })
  const manifest = catalogue.manifest(backup.id)
  if (!manifest) throw new Fault("internal", `the catalogue has no manifest of backup ${backup.id}`)
  const { encryption } = manifest
  const recipients = encryption?.recipients ?? []
  const found = given === undefined ? identities.find(recipients) : givenIdentity(given, recipients)
  if (level !== "checksum" || given !== undefined) requireIdentity(encryption, encryption && found)
  const identity = encryption === null ? null : found.identity
  return {
    copy: { destination, key, proof: backup.proof, compression: manifest.compression, identity },
    ...{ manifest, signer },
    opens: encryption === null || identity !== null,
    end: () => rulesFor(manifest.engine.name).end(manifest.format, manifest.subject),
    onProgress,
    log: (level, message, fields) =>
      log(level, message, { ...fields, backupId: backup.id, destination: name }),
  }
}

/** Of another backup, as its own is opened. */
const otherReading =
  (deps: VerifyDeps, order: VerifyOrder) =>
  (backup: CompletedBackup, destination: string): Reading => {
    const [copy] = copiesToVerify(backup, destination)
    if (!copy) throw new Fault("internal", `no copy of backup ${backup.id} was chosen`)
    return readingOf(deps, { ...order, backup }, copy, () => undefined)
  }
