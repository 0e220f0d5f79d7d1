// What stands at a destination: backups, bytes without a manifest, manifests, and what is somebody else's. And whether a
// manifest is believed: it must be the one of the bytes that it stands beside.
import type { Manifest } from "../../schemas/manifest.ts"
import { isReserved } from "./catalogue-copy.ts"
import { Fault } from "./fault.ts"
import {
  fileName,
  hasOwnExtension,
  manifestKey,
  notesKey,
  objectKey,
  parseObjectKey,
  serverIdOf,
  subjectWord,
} from "./key.ts"
import { guideKey } from "./restore-guide.ts"

export interface Inventory {
  /** Keys of bytes that a manifest stands beside, sorted. */
  readonly backups: readonly string[]
  /** Keys of bytes without one, sorted. */
  readonly withoutManifest: readonly string[]
  /** Keys of bytes that are named by a manifest and not there, sorted. */
  readonly withoutBytes: readonly string[]
  /** Keys of bytes that notes stand beside. */
  readonly noted: ReadonlySet<string>
  /** Objects that are not named as this program names them. */
  readonly foreign: number
}

const ending = manifestKey("")
const notesEnding = notesKey("")

/** What an object is by its name: bytes of a backup, what stands beside these, what this program keeps besides, or somebody else's. */
export type Role =
  | { readonly role: "bytes" | "manifest" | "notes"; readonly of: string }
  | { readonly role: "own" | "foreign"; readonly of?: undefined }

export function roleOf(key: string): Role {
  if (key === guideKey || isReserved(key)) return { role: "own" }
  for (const [end, role] of [
    [ending, "manifest"],
    [notesEnding, "notes"],
    ["", "bytes"],
  ] as const) {
    const of = key.endsWith(end) ? key.slice(0, key.length - end.length) : ""
    if (hasOwnExtension(of)) return { role, of }
  }
  return { role: "foreign" }
}

export function inventoryOf(keys: Iterable<string>): Inventory {
  const bytes = new Set<string>()
  const described = new Set<string>()
  const noted = new Set<string>()
  let foreign = 0
  for (const key of keys) {
    const is = roleOf(key)
    if (is.role === "foreign") foreign++
    // They say something only beside a manifest.
    if (is.role === "notes") noted.add(is.of)
    if (is.role === "bytes") bytes.add(is.of)
    if (is.role === "manifest") described.add(is.of)
  }
  return {
    backups: [...described].filter((key) => bytes.has(key)).sort(),
    withoutManifest: [...bytes].filter((key) => !described.has(key)).sort(),
    withoutBytes: [...described].filter((key) => !bytes.has(key)).sort(),
    noted,
    foreign,
  }
}

/** Throws a Fault `copy-mismatch` unless the manifest found beside `key` is of these bytes, `size` of them. */
export function requireOwn(key: string, manifest: Manifest, size: number | null): void {
  const { id, server, subject, type, startedAt, proof } = manifest
  const parts = parseObjectKey(key)
  const named = {
    server: server.id,
    subject: subjectWord(subject),
    type,
    at: new Date(startedAt),
    id,
    extension: parts?.extension ?? "",
  }
  if (objectKey(named) !== key || manifest.fileName !== fileName(named))
    throw foul(`it names ${objectKey(named)}, and stands beside ${key}`)
  // Ids are made by the program. What it would not make, a database or a terminal may take for something else.
  if (![id, manifest.runId].every((made) => /^[A-Za-z0-9-]{1,64}$/.test(made)))
    throw foul("its ids are not of this program")
  if (serverIdOf(server.name) !== server.id) throw foul(`its server is not named ${server.id}`)
  if (manifest.finishedAt < startedAt) throw foul("it ends before it begins")
  if (size !== proof.storedBytes)
    throw foul(`it says ${proof.storedBytes} bytes, and there are ${size ?? "none"}`)
}

/** Throws a Fault `copy-mismatch` when another backup has the manifest's id: a copy of that one would not be what it says. */
export function requireSame(manifest: Manifest, known: Manifest | undefined): void {
  if (known !== undefined && known.proof.storedSha256 !== manifest.proof.storedSha256)
    throw foul(`another backup has its id, ${manifest.id}`)
}

function foul(what: string): Fault {
  return new Fault("copy-mismatch", `the manifest is not of the bytes it stands beside: ${what}`, {
    hint: "It was changed, moved or cut. The object is left as it is, and is no backup.",
  })
}
