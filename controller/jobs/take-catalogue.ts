// Takes in a copy of a catalogue from a destination: found ▸ proven by its hashes ▸ decrypted ▸ merged.
import { rmSync } from "node:fs"
import type { TakenIn } from "../../schemas/catalogue.ts"
import {
  catalogueCopies,
  catalogueCopiesIn,
  type FoundCatalogueCopy,
  noteKey,
  parseNote,
} from "../core/catalogue-copy.ts"
import { Fault, problemOf } from "../core/fault.ts"
import { unpackCopy } from "../pipeline/file-copy.ts"
import type { CatalogueFile, Destination, Identities, Log } from "../ports.ts"
import { readWhole } from "./small-object.ts"

export interface TakeCatalogueDeps {
  readonly catalogue: Pick<CatalogueFile, "takeIn">
  readonly identities: Identities
  readonly log: Log
  /** A path beside the catalogue; names with endings of its own are made and removed. */
  readonly scratch: string
}

export interface PlacedCopy extends FoundCatalogueCopy {
  readonly destination: Destination
}

/** Copies at a destination, the newest first. Rejects with the destination's Fault. @param installation null: of any */
export async function catalogueCopiesAt(
  destination: Destination,
  installation: string | null,
  signal: AbortSignal,
): Promise<readonly PlacedCopy[]> {
  const keys = await Array.fromAsync(destination.list(catalogueCopies, signal))
  return catalogueCopiesIn(keys, installation).map((copy) => ({ ...copy, destination }))
}

/** Rejects with a Fault when it cannot be had or used; then nothing has changed. */
export async function takeCatalogue(
  { catalogue, identities, scratch }: TakeCatalogueDeps,
  { destination, key, at }: PlacedCopy,
  installationToo: boolean,
  signal: AbortSignal,
): Promise<TakenIn> {
  const note = parseNote(await readWhole(destination, noteKey(key), signal), key)
  const { rawBytes, rawSha256, storedBytes, storedSha256, recipients } = note
  const path = `${scratch}.taken`
  const clear = () => {
    for (const ending of ["", "-journal", "-wal", "-shm"]) rmSync(path + ending, { force: true })
  }
  clear()
  try {
    const identity = recipients === null ? null : identityFor(identities, recipients)
    const proof = { exitCode: 0, end: "", rawBytes, rawSha256, storedBytes, storedSha256 } as const
    await unpackCopy({ destination, key, proof, compression: "zstd", identity }, path, signal)
    return { madeAt: at.toISOString(), ...catalogue.takeIn(path, { installationToo }) }
  } finally {
    clear()
  }
}

function identityFor(identities: Identities, recipients: readonly string[]): string {
  const found = identities.find(recipients)
  if (found.identity !== null) return found.identity
  throw new Fault("key-missing", `the copy of the catalogue is encrypted for ${recipients.join(", ")}`, {
    hint: "No identity of these is on this machine: name it in the settings, under encryption.keys.",
  })
}

/** The newest that can be used, of those of every destination; null when there is none. Never rejects but for the signal: a store that is away keeps its copies. */
export async function takeNewestCatalogue(
  deps: TakeCatalogueDeps,
  destinations: Iterable<Destination>,
  installation: string | null,
  signal: AbortSignal,
  patienceMilliseconds = 20_000,
): Promise<{ readonly madeAt: Date; readonly from: string } | null> {
  const within = () => AbortSignal.any([signal, AbortSignal.timeout(patienceMilliseconds)])
  const found = await Promise.all(
    [...destinations].map(async (destination) => {
      try {
        return await catalogueCopiesAt(destination, installation, within())
      } catch (error) {
        deps.log(
          "warn",
          `no copy of the catalogue can be looked for at ${destination.name}: ${problemOf(error).message}`,
        )
        return []
      }
    }),
  )
  const copies = found.flat().sort((a, b) => b.at.getTime() - a.at.getTime())
  const whose = new Set(copies.map((copy) => copy.installation))
  if (whose.size > 1) {
    deps.log(
      "warn",
      "there are copies of several catalogues, and which of them is this one's is not known: none is taken",
    )
    return null
  }
  for (const copy of copies) {
    signal.throwIfAborted()
    try {
      const taken = await takeCatalogue(deps, copy, true, within())
      deps.log("info", `took in the catalogue's copy ${copy.key} from ${copy.destination.name}`, { ...taken })
      return { madeAt: copy.at, from: copy.destination.name }
    } catch (error) {
      const { message } = problemOf(error)
      deps.log(
        "warn",
        `the catalogue's copy ${copy.key} at ${copy.destination.name} cannot be used: ${message}`,
      )
    }
  }
  return null
}
