// The catalogue made again from what stands at a destination: list ▸ read each manifest ▸ believe it or not ▸ take it in.
// Nothing at the destination is changed, and nothing that the catalogue knows is forgotten.
import type { Manifest } from "../../schemas/manifest.ts"
import type { RebuildReport } from "../../schemas/rebuild.ts"
import { catalogueCopiesIn } from "../core/catalogue-copy.ts"
import { inventoryOf, requireOwn, requireSame } from "../core/inventory.ts"
import { notesKey, subjectName } from "../core/key.ts"
import { sealNote } from "../core/manifest.ts"
import type { Signer } from "../core/manifest-seal.ts"
import type { Adopted, Catalogue, Destination, FoundBackup, Log, ServerRecord } from "../ports.ts"
import { failureOf } from "./journal.ts"
import { storedNotes } from "./notes.ts"
import { sealedManifest } from "./stored-manifest.ts"

export interface RebuildDeps {
  readonly catalogue: Catalogue
  readonly log: Log
  /** Servers that are known, here or in memory of what was here. */
  readonly known: () => ReadonlyMap<string, unknown>
  /** Takes in a server that is only known from its backups. */
  readonly remember: (server: ServerRecord) => void
  readonly signer?: Signer | null
}

/** A store far away answers in tenths of a second, however little is asked. */
const readersAtOnce = 32
/** Rows of one transaction: each waits for the disk once. */
const batch = 200
const shownProblems = 100

/** Rejects with the destination's Fault when it cannot be listed, or with the signal's reason. */
export async function rebuildFrom(
  deps: RebuildDeps,
  destination: Destination,
  signal: AbortSignal,
  onProgress: (found: number, read: number) => void = () => {},
): Promise<RebuildReport> {
  const keys = await Array.fromAsync(destination.list("", signal))
  const inventory = inventoryOf(keys)
  const own = deps.catalogue.installation()
  const newest = catalogueCopiesIn(keys).find(({ installation }) => installation !== own)
  const found = inventory.backups.length
  onProgress(found, 0)
  const { refused, unsure, servers, ...counts } = await takeInKeys(
    deps,
    destination,
    inventory.backups.values(),
    (key) => inventory.noted.has(key),
    signal,
    (read) => onProgress(found, read),
  )
  return {
    ...counts,
    servers: [...servers],
    refused: refused.slice(0, shownProblems),
    refusedTotal: refused.length,
    unsure: unsure.slice(0, shownProblems),
    unsureTotal: unsure.length,
    withoutManifest: inventory.withoutManifest.slice(0, shownProblems),
    withoutManifestTotal: inventory.withoutManifest.length,
    foreign: inventory.foreign,
    catalogue: { newest: newest?.at.toISOString() ?? null, taken: null },
  }
}

export interface TakenIn extends Adopted {
  /** Names of servers that were not known before, sorted. */
  readonly servers: readonly string[]
  readonly refused: RebuildReport["refused"]
  readonly unsure: RebuildReport["unsure"]
}

/** Of the backups under these keys, those whose manifests are believed. Rejects as `rebuildFrom` does. */
export async function takeInKeys(
  { catalogue, log, known, remember, signer = null }: RebuildDeps,
  destination: Destination,
  keys: Iterator<string> & Iterable<string>,
  isNoted: (key: string) => boolean,
  signal: AbortSignal,
  onRead: (read: number) => void = () => {},
): Promise<TakenIn> {
  const counts = { added: 0, copies: 0, known: 0, deleted: 0 }
  const refused: RebuildReport["refused"] = []
  const unsure: RebuildReport["unsure"] = []
  const servers = new Map<string, { newest: Manifest; readonly databases: Set<string> }>()
  let waiting: FoundBackup[] = []
  let read = 0

  const takeIn = (): void => {
    const taken = catalogue.adopt(waiting)
    for (const fate of ["added", "copies", "known", "deleted"] as const) counts[fate] += taken[fate]
    for (const { manifest } of waiting) noteServer(servers, manifest)
    waiting = []
  }
  /** What is not believed is passed over, and told. */
  const notesBeside = async (key: string, id: string): Promise<FoundBackup["notes"]> => {
    try {
      return await storedNotes(destination, key, id, signal)
    } catch (error) {
      signal.throwIfAborted()
      const problem = failureOf(error, log)
      // Deleted since they were listed.
      if (problem.code === "copy-missing") return undefined
      if (problem.code !== "copy-mismatch") throw error
      log("warn", `${notesKey(key)} at ${destination.name} is passed over: ${problem.message}`)
      refused.push({ key: notesKey(key), problem })
      return "unreadable"
    }
  }
  const believe = async (key: string): Promise<void> => {
    try {
      const found = await sealedManifest(destination, key, signer, signal)
      // Deleted since it was listed.
      if (!found) return
      const { manifest, seal } = found
      requireOwn(key, manifest, await destination.size(key, signal))
      requireSame(manifest, catalogue.manifest(manifest.id))
      const note = sealNote(seal, signer)
      if (note !== null) unsure.push({ key, note })
      const notes = isNoted(key) ? await notesBeside(key, manifest.id) : undefined
      waiting.push({ manifest, copy: { destination: destination.name, key }, ...(notes && { notes }) })
      if (waiting.length >= batch) takeIn()
    } catch (error) {
      signal.throwIfAborted()
      const problem = failureOf(error, log)
      // Not reached is not the same as not believed.
      if (problem.code !== "copy-mismatch" && problem.code !== "copy-missing") throw error
      refused.push({ key, problem })
    }
    onRead(++read)
  }
  const reader = async (): Promise<void> => {
    for (const key of keys) await believe(key)
  }
  await Promise.all(Array.from({ length: readersAtOnce }, reader))
  takeIn()

  const fresh = [...servers].filter(([id]) => !known().has(id)).map(([, server]) => server)
  for (const { newest, databases } of fresh) {
    remember(recordFrom(newest))
    catalogue.saveDatabases(newest.server.id, [...databases].sort(), new Date(newest.finishedAt))
  }
  return {
    ...counts,
    servers: fresh.map(({ newest }) => newest.server.name).sort(),
    refused,
    unsure,
  }
}

function noteServer(
  servers: Map<string, { newest: Manifest; readonly databases: Set<string> }>,
  manifest: Manifest,
): void {
  const { server, subject, finishedAt } = manifest
  const noted = servers.get(server.id) ?? { newest: manifest, databases: new Set<string>() }
  if (finishedAt > noted.newest.finishedAt) noted.newest = manifest
  if (subject.kind === "database") noted.databases.add(subjectName(subject))
  servers.set(server.id, noted)
}

/** As of a server whose container is gone: it is listed with its backups, and its labels come back with its container. */
function recordFrom({ server, engine, finishedAt }: Manifest): ServerRecord {
  const at = new Date(finishedAt)
  return {
    id: server.id,
    name: server.name,
    project: server.project,
    service: server.service,
    engine: engine.name,
    serverVersion: engine.serverVersion,
    containerName: server.container,
    image: server.image,
    goodLabels: {},
    managed: "label",
    lastSeenAt: at,
    retiredAt: at,
  }
}
