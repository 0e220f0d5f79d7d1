// Reads the table of contents of a pg_dump archive: what each entry is, what it needs, and what it says of other tables. It stands
// before all rows, so the head of an archive is enough. Follows ReadToc of PostgreSQL's pg_backup_archiver.c.
import { Fault } from "../core/fault.ts"
import {
  type Cursor,
  damaged,
  noData,
  readByte,
  readHeader,
  readInt,
  readText,
  skip,
} from "./archive-bytes.ts"

export const section = { none: 1, preData: 2, data: 3, postData: 4 } as const

export interface ArchiveEntry {
  readonly id: number
  /** In pg_dump's words: `TABLE`, `FK CONSTRAINT`. */
  readonly kind: string
  /** Of what belongs to a table, the table's name and its own. */
  readonly tag: string
  /** Empty: it is in none. */
  readonly schema: string
  readonly section: number
  /** Ids of entries that it cannot be made without; some of them need not be in the archive. */
  readonly needs: readonly number[]
  readonly hasData: boolean
  /** Kept of those kinds alone that name other tables in it; else empty. */
  readonly definition: string
}

export interface ArchiveContents {
  push(chunk: Buffer): void
  /** Undefined until all of it has passed. Throws a Fault for what is no archive. */
  entries(): readonly ArchiveEntry[] | undefined
}

const withDefinition = ["TABLE", "FOREIGN TABLE", "SEQUENCE", "FK CONSTRAINT", "ENCODING"]

export function archiveContents(): ArchiveContents {
  const cursor: Cursor = { chunk: Buffer.alloc(0), at: 0 }
  const steps = read(cursor)
  let found: readonly ArchiveEntry[] | undefined
  let damage: Fault | undefined
  return {
    push(chunk) {
      if (found || damage) return
      cursor.chunk = chunk
      cursor.at = 0
      try {
        const step = steps.next()
        if (step.done) found = step.value
      } catch (error) {
        if (!(error instanceof Fault)) throw error
        damage = error
      }
    },
    entries() {
      if (damage) throw damage
      return found
    },
  }
}

function* read(cursor: Cursor): Generator<void, readonly ArchiveEntry[]> {
  const { version, offsetBytes } = yield* readHeader(cursor)
  const count = yield* readInt(cursor)
  if (count < 0) throw damaged("its table of contents has a negative length")
  const entries: ArchiveEntry[] = []
  for (let index = 0; index < count; index++) entries.push(yield* readEntry(cursor, version, offsetBytes))
  return decoded(entries)
}

function* readEntry(cursor: Cursor, version: number, offsetBytes: number): Generator<void, ArchiveEntry> {
  const id = yield* readInt(cursor)
  yield* readInt(cursor) // has a dumper
  for (let field = 0; field < 2; field++) yield* readText(cursor) // table oid, oid
  const tag = (yield* readText(cursor)) ?? ""
  const kind = (yield* readText(cursor)) ?? ""
  const inSection = yield* readInt(cursor)
  const definition = (yield* readText(cursor)) ?? ""
  for (let field = 0; field < 2; field++) yield* readText(cursor) // drop, copy
  const schema = (yield* readText(cursor)) ?? ""
  yield* readText(cursor) // tablespace
  if (version >= 14) yield* readText(cursor) // table access method
  if (version >= 16) yield* readInt(cursor) // relation kind
  for (let field = 0; field < 2; field++) yield* readText(cursor) // owner, "false"
  const needs: number[] = []
  for (let need = yield* readText(cursor); need !== null; need = yield* readText(cursor))
    needs.push(Number(need))
  const hasData = (yield* readByte(cursor)) !== noData
  yield* skip(cursor, offsetBytes)
  const kept = withDefinition.includes(kind) ? definition : ""
  return { id, kind, tag, schema, section: inSection, needs, hasData, definition: kept }
}

/** PostgreSQL's words for encodings that a text decoder knows by others. */
const encodings: Readonly<Record<string, string>> = {
  LATIN1: "iso-8859-1",
  LATIN2: "iso-8859-2",
  LATIN9: "iso-8859-15",
  WIN1250: "windows-1250",
  WIN1251: "windows-1251",
  WIN1252: "windows-1252",
  KOI8R: "koi8-r",
  EUC_JP: "euc-jp",
  EUC_KR: "euc-kr",
  EUC_CN: "gbk",
}

/** All texts are in the encoding of the database that was dumped, which one of the entries tells. */
function decoded(entries: readonly ArchiveEntry[]): readonly ArchiveEntry[] {
  const told = entries.find(({ kind }) => kind === "ENCODING")?.definition
  const encoding = /client_encoding = '(\w+)'/.exec(told ?? "")?.[1] ?? "UTF8"
  const decoder = new TextDecoder(encodings[encoding] ?? "utf-8")
  const text = (bytes: string) => decoder.decode(Buffer.from(bytes, "latin1"))
  return entries.map((entry) => ({
    ...entry,
    tag: text(entry.tag),
    schema: text(entry.schema),
    definition: text(entry.definition),
  }))
}
