// How pg_dump's archives are read as their bytes pass: the header, and the integers and texts that all the rest is made of. Follows
// ReadHead, ReadInt and ReadStr of PostgreSQL's pg_backup_archiver.c.
import { Fault } from "../core/fault.ts"

// 1.12: PostgreSQL 9 to 12 · 1.13 and 1.14: 10 to 15 · 1.15: 16 · 1.16: 17 and 18.
const oldestMinor = 12
const newestMinor = 16
/** The second is of pg_dump's tar and directory formats, which have a table of contents in a file of its own, the same in both. */
const formats = { custom: 1, "table of contents": 3 } as const
export type ArchiveFormat = keyof typeof formats
/** Of the header, by number; before 1.15 it is a level instead. */
const compressions = ["none", "gzip", "lz4", "zstd"]
const longestVersion = 1024
/** What begins a block of a table's rows, or of large objects, and how an entry says that none comes. */
export const dataBlock = 1
export const largeObjectsBlock = 3
export const noData = 3

/** Where reading stands. `chunk` is replaced whenever the walk yields. */
export interface Cursor {
  chunk: Buffer
  at: number
}

export interface ArchiveHeader {
  /** The second of the two numbers of its format. */
  readonly version: number
  /** How wide a place in the file is written. */
  readonly offsetBytes: number
  readonly serverVersion: string
  readonly toolVersion: string
  readonly compression: string
}

export function* readHeader(
  cursor: Cursor,
  format: ArchiveFormat = "custom",
): Generator<void, ArchiveHeader> {
  for (const letter of Buffer.from("PGDMP")) {
    if ((yield* readByte(cursor)) !== letter) throw damaged("it does not begin with PGDMP")
  }
  const major = yield* readByte(cursor)
  const minor = yield* readByte(cursor)
  yield* skip(cursor, 1) // revision
  if (major !== 1 || minor < oldestMinor || minor > newestMinor) throw unknownVersion(major, minor)
  if ((yield* readByte(cursor)) !== 4) throw damaged("its integers are not of 4 bytes")
  const offsetBytes = yield* readByte(cursor)
  if ((yield* readByte(cursor)) !== formats[format])
    throw damaged(`it is no ${format} ${format === "custom" ? "format" : "of pg_dump"}`)
  const number = minor >= 15 ? yield* readByte(cursor) : Math.min(1, Math.abs(yield* readInt(cursor)))
  for (let field = 0; field < 7; field++) yield* readInt(cursor) // creation time
  yield* skipText(cursor) // the database's name
  const serverVersion = yield* readShortText(cursor, longestVersion)
  const toolVersion = yield* readShortText(cursor, longestVersion)
  const compression = compressions[number] ?? "none"
  return { version: minor, offsetBytes, compression, serverVersion, toolVersion }
}

/** False for a null. */
export function* skipText(cursor: Cursor): Generator<void, boolean> {
  const length = yield* readInt(cursor)
  if (length < 0) return false
  yield* skip(cursor, length)
  return true
}

/** Of UTF-8. Its beginning, when it is longer; empty for a null. */
export function* readShortText(cursor: Cursor, mostBytes: number): Generator<void, string> {
  const length = yield* readInt(cursor)
  if (length <= 0) return ""
  const pieces: Buffer[] = []
  for (let left = Math.min(length, mostBytes); left > 0; ) {
    const piece = cursor.chunk.subarray(cursor.at, cursor.at + left)
    // A copy: the chunk's memory may be used again.
    pieces.push(Buffer.from(piece))
    cursor.at += piece.length
    left -= piece.length
    if (left > 0) yield
  }
  yield* skip(cursor, Math.max(0, length - mostBytes))
  return Buffer.concat(pieces).toString()
}

/** Null for a null. The bytes as they are, each a character. */
export function* readText(cursor: Cursor): Generator<void, string | null> {
  const length = yield* readInt(cursor)
  if (length < 0) return null
  const pieces: string[] = []
  for (let left = length; left > 0; ) {
    const here = Math.min(left, cursor.chunk.length - cursor.at)
    pieces.push(cursor.chunk.toString("latin1", cursor.at, cursor.at + here))
    cursor.at += here
    left -= here
    if (left > 0) yield
  }
  return pieces.join("")
}

/** A sign, then four bytes, least significant first. */
export function* readInt(cursor: Cursor): Generator<void, number> {
  if (cursor.chunk.length - cursor.at >= 5) return takeInt(cursor)
  const negative = (yield* readByte(cursor)) !== 0
  let value = 0
  for (let shift = 0; shift < 32; shift += 8) value += (yield* readByte(cursor)) * 2 ** shift
  return negative ? -value : value
}

function takeInt(cursor: Cursor): number {
  const value = cursor.chunk.readUInt32LE(cursor.at + 1)
  const negative = cursor.chunk[cursor.at] !== 0
  cursor.at += 5
  return negative ? -value : value
}

export function* readByte(cursor: Cursor): Generator<void, number> {
  for (;;) {
    const byte = cursor.chunk[cursor.at]
    if (byte !== undefined) {
      cursor.at += 1
      return byte
    }
    yield
  }
}

export function* skip(cursor: Cursor, bytes: number): Generator<void, void> {
  let left = bytes
  while (left > 0) {
    const here = Math.min(left, cursor.chunk.length - cursor.at)
    cursor.at += here
    left -= here
    if (left > 0) yield
  }
}

/** Pieces of payload, each after its length, up to a length of zero. The hot loop: an uncompressed dump has a piece per row. */
export function* skipPieces(cursor: Cursor): Generator<void, void> {
  for (;;) {
    const length = cursor.chunk.length - cursor.at >= 5 ? takeInt(cursor) : yield* readInt(cursor)
    if (length === 0) return
    if (length < 0) throw damaged("a piece of data has a negative length")
    if (length <= cursor.chunk.length - cursor.at) cursor.at += length
    else yield* skip(cursor, length)
  }
}

export function damaged(how: string): Fault {
  return new Fault("dump-truncated", `the archive is damaged: ${how}`, { hint: truncatedHint })
}

function unknownVersion(major: number, minor: number): Fault {
  const known = `1.${oldestMinor} to 1.${newestMinor}`
  return new Fault(
    "dump-failed",
    `the archive has format ${major}.${minor}; this program can prove ${known}`,
    {
      hint: "pg_dump is newer than this version of dbbackup knows. Update dbbackup; until then the dump cannot be proven.",
    },
  )
}

export const truncatedHint =
  "The bytes stopped before the dump was complete. Nothing was listed as good; look at the server's and Docker's logs."

/** In an entry of the table of contents, from behind its kind to what is said of its rows. */
export function* skipAfterKind(cursor: Cursor, version: number): Generator<void, void> {
  yield* readInt(cursor) // section
  for (let field = 0; field < 5; field++) yield* skipText(cursor) // definition, drop, copy, namespace, tablespace
  if (version >= 14) yield* skipText(cursor) // table access method
  if (version >= 16) yield* readInt(cursor) // relation kind
  for (let field = 0; field < 2; field++) yield* skipText(cursor) // owner, "false"
  while (yield* skipText(cursor)); // dependencies
}
