// Where copies of the catalogue stand at a destination, and which of them may go. The names are reserved: no server's folder can begin with a dot.
import { CatalogueNote } from "../../schemas/catalogue.ts"
import { Fault } from "./fault.ts"

/** Everything below is the program's own, and no backup. */
export const reservedPrefix = ".dbbackup/"
export const catalogueCopies = `${reservedPrefix}catalogue/`
const noteEnding = ".json"

export const isReserved = (key: string): boolean => key.startsWith(reservedPrefix)

export interface CatalogueKey {
  readonly installation: string
  /** When it was made, to the second. */
  readonly at: Date
  readonly encrypted: boolean
}

/** `.dbbackup/catalogue/INSTALLATION/20260301T020000Z.db.zst`, with `.age` when it is encrypted. */
export function catalogueKey({ installation, at, encrypted }: CatalogueKey): string {
  const time = `${at.toISOString().replace(/[-:]/g, "").slice(0, 15)}Z`
  return `${catalogueCopies}${installation}/${time}.db.zst${encrypted ? ".age" : ""}`
}

export const noteKey = (key: string): string => key + noteEnding

const pattern = /^([0-9a-z-]{1,64})\/(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z\.db\.zst(\.age)?$/

/** Undefined for what is no copy's name. */
export function parseCatalogueKey(key: string): CatalogueKey | undefined {
  if (!key.startsWith(catalogueCopies)) return undefined
  const match = pattern.exec(key.slice(catalogueCopies.length))
  if (!match) return undefined
  const [, installation = "", year, month, day, hour, minute, second, age] = match
  const at = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  const parsed = { installation, at, encrypted: age !== undefined }
  return !Number.isNaN(at.getTime()) && catalogueKey(parsed) === key ? parsed : undefined
}

export interface FoundCatalogueCopy extends CatalogueKey {
  readonly key: string
}

/** Copies that have their note, the newest first: of one installation, or of every one. */
export function catalogueCopiesIn(
  keys: readonly string[],
  installation: string | null = null,
): readonly FoundCatalogueCopy[] {
  const there = new Set(keys)
  return keys
    .flatMap((key) => {
      const parsed = parseCatalogueKey(key)
      return parsed && there.has(noteKey(key)) ? [{ ...parsed, key }] : []
    })
    .filter((copy) => installation === null || copy.installation === installation)
    .sort((a, b) => b.at.getTime() - a.at.getTime() || (a.key < b.key ? 1 : -1))
}

/** What goes when only the newest `keep` of an installation stay: keys of copies, the oldest first. What is not named so, or is of another, stays. */
export function surplusCopies(
  keys: readonly string[],
  installation: string,
  keep: number,
): readonly string[] {
  return catalogueCopiesIn(keys, installation)
    .slice(Math.max(1, keep))
    .map(({ key }) => key)
    .reverse()
}

/** Throws a Fault `copy-mismatch` for a note that cannot be read, or is not of this copy. */
export function parseNote(bytes: Buffer, key: string): CatalogueNote {
  const parsed = CatalogueNote.safeParse(jsonOf(bytes))
  const named = parseCatalogueKey(key)
  const { data } = parsed
  const own =
    data &&
    catalogueKey({
      installation: data.installation,
      at: new Date(data.madeAt),
      encrypted: data.recipients !== null,
    }) === key
  if (data && named && own) return data
  throw new Fault("copy-mismatch", `the note beside ${key} is not of that copy of a catalogue`, {
    hint: "It was changed, cut, or written by a newer dbbackup. An earlier copy may be whole.",
  })
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"))
  } catch {
    return undefined
  }
}
