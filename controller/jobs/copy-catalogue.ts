// Copies the catalogue to destinations: bytes, then the note that makes them a copy; then those go that are too many.
import { createReadStream, rmSync } from "node:fs"
import type { CatalogueNote } from "../../schemas/catalogue.ts"
import {
  type CatalogueKey,
  catalogueCopies,
  catalogueKey,
  noteKey,
  surplusCopies,
} from "../core/catalogue-copy.ts"
import { Fault } from "../core/fault.ts"
import { packFile } from "../pipeline/file-copy.ts"
import type { CatalogueFile, Destination, Log } from "../ports.ts"

export interface CopyCatalogueDeps {
  readonly catalogue: Pick<CatalogueFile, "copyTo"> & { installation(): string }
  readonly log: Log
  readonly program: string
  /** A path beside the catalogue; names with endings of its own are made and removed. */
  readonly scratch: string
}

export interface PackedCatalogue {
  readonly key: string
  readonly path: string
  readonly note: CatalogueNote
}

/**
 * Makes the copy once and hands it to `use`, whatever number of destinations take it. Rejects with a Fault when it cannot be made.
 * @param of a file that is a catalogue already, with its schema; null: the catalogue as it is now
 */
export async function withPackedCatalogue<T>(
  deps: CopyCatalogueDeps,
  { at, recipients, of = null }: { at: Date; recipients: readonly string[] | null; of?: OlderFile | null },
  signal: AbortSignal,
  use: (packed: PackedCatalogue) => Promise<T>,
): Promise<T> {
  const plain = `${deps.scratch}.copy`
  const path = `${plain}.packed`
  const clear = () => {
    for (const name of [plain, path, `${plain}-journal`]) rmSync(name, { force: true })
  }
  clear()
  try {
    const { schema } = of ?? (await deps.catalogue.copyTo(plain))
    const { raw, stored } = await packFile(of?.path ?? plain, path, recipients, signal)
    const installation = deps.catalogue.installation()
    const named: CatalogueKey = { installation, at, encrypted: recipients !== null }
    const note: CatalogueNote = {
      formatVersion: 1,
      installation,
      madeAt: `${at.toISOString().slice(0, 19)}Z`,
      program: deps.program,
      schema,
      rawBytes: raw.bytes,
      rawSha256: raw.sha256,
      storedBytes: stored.bytes,
      storedSha256: stored.sha256,
      recipients: recipients === null ? null : [...recipients],
    }
    return await use({ key: catalogueKey(named), path, note })
  } finally {
    clear()
  }
}

export interface OlderFile {
  readonly path: string
  readonly schema: number
}

/** Rejects with a Fault; nothing that could be taken for a copy is left then. @param keep how many stay there, this one among them */
export async function storeCatalogue(
  { log }: Pick<CopyCatalogueDeps, "log">,
  { key, path, note }: PackedCatalogue,
  destination: Destination,
  keep: number,
  signal: AbortSignal,
): Promise<void> {
  if ((await destination.size(noteKey(key), signal)) === null) {
    // Bytes without a note are of a try that was cut short.
    await destination.remove(key, signal)
    const writer = await destination.create(key, signal, { expectedBytes: note.storedBytes })
    try {
      for await (const chunk of createReadStream(path)) await writer.write(chunk as Buffer)
      await writer.commit()
      await writer.readBack?.({ bytes: note.storedBytes, sha256: note.storedSha256 }, signal)
      if ((await destination.size(key, signal)) !== note.storedBytes)
        throw new Fault("copy-mismatch", `${key} at ${destination.name} has not the size that was written`)
    } catch (error) {
      await writer.abort(error)
      throw error
    }
    await destination.put(noteKey(key), Buffer.from(`${JSON.stringify(note, null, 2)}\n`), signal)
  }
  const keys = await Array.fromAsync(destination.list(`${catalogueCopies}${note.installation}/`, signal))
  for (const old of surplusCopies(keys, note.installation, keep)) {
    await destination.remove(noteKey(old), signal)
    await destination.remove(old, signal)
    log("debug", `removed the catalogue's copy ${old} at ${destination.name}: ${keep} are kept`)
  }
}
