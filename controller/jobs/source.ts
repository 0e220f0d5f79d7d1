// Files that are to be restored and are no backups: taken in or found at a destination ▸ looked through once ▸ remembered for a while.
// Nothing is kept or remembered of one that is refused.
import type { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import type { RestoreSource, SourceId } from "../../schemas/restore-source.ts"
import type { SourcePart } from "../../schemas/source-reading.ts"
import { peelable, wrappingOf } from "../core/dump-kind.ts"
import { Fault } from "../core/fault.ts"
import { sourceKindOf } from "../core/source-kind.ts"
import { lookThrough } from "../engines/look-through.ts"
import { lookingInto } from "../pipeline/look-into.ts"
import { meter } from "../pipeline/meter.ts"
import { unpack } from "../pipeline/unpack.ts"
import type { Catalogue, Clock, Destination, Identities, Log } from "../ports.ts"

export interface SourceDeps {
  readonly catalogue: Catalogue
  readonly destinations: ReadonlyMap<string, Destination>
  readonly uploads: Destination
  readonly clock: Clock
  readonly newId: () => string
  readonly log: Log
  readonly identities: Pick<Identities, "all">
  readonly limitBytes: () => number
  readonly keptSeconds: () => number
}

/** What must be left beside an upload, for the catalogue, which is on the same disk. */
const spareBytes = 256 << 20
const magicBytes = 32

/**
 * Keeps the file, and looks through it. Rejects with a Fault: `import-refused`, `key-missing`, `disk-full`, `restore-unsupported`.
 * @param asked.bytes how many are announced; null when that is not told
 */
export async function takeUpload(
  deps: SourceDeps,
  asked: { readonly fileName: string; readonly identity: string | undefined; readonly bytes: number | null },
  file: Readable,
  signal: AbortSignal,
): Promise<RestoreSource> {
  const { uploads } = deps
  await requireRoom(deps, asked.bytes)
  const id = deps.newId() as SourceId
  await store(deps, id, file, signal)
  try {
    const place = { origin: "upload", fileName: asked.fileName, destination: null, key: null } as const
    return await remember(deps, { id, ...place }, uploads, id, asked.identity, signal)
  } catch (error) {
    await uploads.remove(id, AbortSignal.timeout(10_000)).catch(() => {}) // Swept at the next start.
    throw error
  }
}

/** The same of a file that stands at a destination, and stays there. Rejects with `not-found` besides. */
export async function chooseStored(
  deps: SourceDeps,
  asked: { readonly destination: string; readonly key: string; readonly identity: string | undefined },
  signal: AbortSignal,
): Promise<RestoreSource> {
  const { key, identity } = asked
  const destination = deps.destinations.get(asked.destination)
  if (!destination)
    throw new Fault("not-found", `there is no destination ${asked.destination}`, {
      hint: `There are: ${[...deps.destinations.keys()].join(", ")}.`,
    })
  if ((await destination.size(key, signal)) === null)
    throw new Fault("not-found", `there is no file ${key} at ${destination.name}`, {
      hint: `Look what there is: GET /api/destinations/${destination.name}/files.`,
    })
  const fileName = key.slice(key.lastIndexOf("/") + 1)
  const place = { origin: "destination", fileName, destination: destination.name, key } as const
  return await remember(deps, { id: deps.newId() as SourceId, ...place }, destination, key, identity, signal)
}

async function requireRoom({ uploads, limitBytes }: SourceDeps, bytes: number | null): Promise<void> {
  if (bytes === null) return
  const most = limitBytes()
  // What is around the file in a request is not counted here.
  if (bytes > most + 64 * 1024)
    throw new Fault("import-refused", `the file has more than ${most} bytes`, {
      hint: "Raise the setting backup.importLimit.",
    })
  const free = (await uploads.freeBytes?.()) ?? null
  if (free !== null && free < bytes + spareBytes)
    throw new Fault("disk-full", `the upload has ${bytes} bytes, and ${uploads.location} has ${free} left`, {
      hint: "Free some space there, or put the file at a destination, and restore it from there.",
    })
}

/** Streamed to the disk. What cannot be restored by its first bytes, or is too large, is not waited for. */
async function store(deps: SourceDeps, id: string, file: Readable, signal: AbortSignal): Promise<void> {
  const most = deps.limitBytes()
  const writer = await deps.uploads.create(id, signal)
  let head: Buffer | null = Buffer.alloc(0)
  let bytes = 0
  try {
    for await (const chunk of file) {
      signal.throwIfAborted()
      bytes += chunk.length
      if (bytes > most)
        throw new Fault("import-refused", `the file has more than ${most} bytes`, {
          hint: "Raise the setting backup.importLimit.",
        })
      if (head !== null) {
        head = Buffer.concat([head, chunk])
        if (head.length >= magicBytes) {
          peelable(wrappingOf(head))
          head = null
        }
      }
      await writer.write(chunk)
    }
    await writer.commit()
  } catch (error) {
    file.destroy()
    await writer.abort(error)
    throw error
  }
}

async function remember(
  { catalogue, clock, log, identities, limitBytes, keptSeconds }: SourceDeps,
  place: Pick<RestoreSource, "id" | "origin" | "fileName" | "destination" | "key">,
  destination: Destination,
  key: string,
  identity: string | undefined,
  signal: AbortSignal,
): Promise<RestoreSource> {
  const file = await destination.read(key, signal)
  const found = await lookAt(file, limitBytes(), identity, identities, signal).finally(() => file.destroy())
  const { looked, raw, unpacked } = found
  const { bytes, sha256 } = unpacked.measure()
  const addedAt = clock()
  const facts: Record<string, number> = {}
  for (const part of partsShown(looked.parts))
    for (const [kind, count] of Object.entries(part.counts)) facts[kind] = (facts[kind] ?? 0) + count
  const source: RestoreSource = {
    ...place,
    bytes,
    sha256,
    wrapping: unpacked.wrapping,
    compression: unpacked.compression,
    recipient: unpacked.recipient,
    kind: looked.kind,
    databases: looked.parts.flatMap(({ database }) => database ?? []),
    facts,
    rawBytes: raw.bytes,
    end: looked.end,
    findings: [...looked.findings],
    addedAt: addedAt.toISOString(),
    expiresAt: new Date(addedAt.getTime() + keptSeconds() * 1000).toISOString(),
  }
  const { sourceCompression, parts } = looked
  catalogue.addSource(source, { rawSha256: raw.sha256, sourceCompression, parts: [...parts] })
  log("info", `${place.fileName} was looked through, to be restored: ${looked.end}`, { sourceId: place.id })
  return source
}

/** Of a script, which is told for each engine, one that it can be for. */
const partsShown = (parts: readonly SourcePart[]): readonly SourcePart[] => {
  const likely = parts.find(({ engine, refusal }) => engine !== null && refusal === null)
  return likely ? [likely] : parts
}

async function lookAt(
  file: Readable,
  mostBytes: number,
  identity: string | undefined,
  identities: Pick<Identities, "all">,
  signal: AbortSignal,
) {
  const opening = () => (identity === undefined ? identities.all() : [identity])
  const unpacked = await unpack(file, mostBytes, signal, opening)
  try {
    const kind = sourceKindOf(unpacked.head)
    const raw = meter()
    const look = lookingInto(lookThrough(kind))
    await pipeline([unpacked.stream, raw.stream, look.stream], { signal })
    const looked = look.result()
    const [only, ...more] = looked.parts
    const refusal = more.length > 0 ? null : only?.refusal
    if (refusal)
      throw new Fault("import-refused", `the file is not taken: ${refusal}`, {
        hint: "Look at the file. What you trust can be loaded by hand, with the server's own client.",
      })
    return { looked, raw: raw.result(), unpacked }
  } catch (error) {
    signal.throwIfAborted()
    throw error instanceof Fault && error.code.startsWith("dump-") ? asRefusal(error) : error
  } finally {
    unpacked.stream.destroy()
  }
}

function asRefusal({ code, message, hint, cause }: Fault): Fault {
  // An archive of a version that cannot be proven says itself what to do.
  const own = code === "dump-failed" ? hint : null
  return new Fault("import-refused", message, {
    hint: own ?? "The file was cut or changed after it was made. Fetch it again from where it comes from.",
    cause,
  })
}
