// How pg_dump's custom format is read as its bytes pass: the header, and the integers and texts that all the rest is made of. Follows
// ReadHead, ReadInt and ReadStr of PostgreSQL's pg_backup_archiver.c.
import { Fault } from "../core/fault.ts"

// 1.12: PostgreSQL 9 to 12 · 1.13 and 1.14: 10 to 15 · 1.15: 16 · 1.16: 17 and 18.
const oldestMinor = 12
const newestMinor = 16
const customFormat = 1
/** What begins a block of a table's rows, or of large objects, and how an entry says that none comes. */
export const dataBlock = 1
export const largeObjectsBlock = 3
export const noData = 3

/** Where reading stands. `chunk` is replaced whenever the walk yields. */
export interface Cursor {
  chunk: Buffer
  at: number
}

export function* readHeader(cursor: Cursor): Generator<void, { version: number; offsetBytes: number }> {
  for (const letter of Buffer.from("PGDMP")) {
    if ((yield* readByte(cursor)) !== letter) throw damaged("it does not begin with PGDMP")
  }
  const major = yield* readByte(cursor)
  const minor = yield* readByte(cursor)
  yield* skip(cursor, 1) // revision
  if (major !== 1 || minor < oldestMinor || minor > newestMinor) throw unknownVersion(major, minor)
  if ((yield* readByte(cursor)) !== 4) throw damaged("its integers are not of 4 bytes")
  const offsetBytes = yield* readByte(cursor)
  if ((yield* readByte(cursor)) !== customFormat) throw damaged("it is not in the custom format")
  if (minor >= 15) yield* skip(cursor, 1)
  else yield* readInt(cursor) // compression: an algorithm's number, formerly a level
  for (let field = 0; field < 7; field++) yield* readInt(cursor) // creation time
  for (let field = 0; field < 3; field++) yield* skipText(cursor) // database, server's version, pg_dump's version
  return { version: minor, offsetBytes }
}

/** False for a null. */
export function* skipText(cursor: Cursor): Generator<void, boolean> {
  const length = yield* readInt(cursor)
  if (length < 0) return false
  yield* skip(cursor, length)
  return true
}

/** Empty for a null, and for a text that is longer. */
export function* readShortText(cursor: Cursor, mostBytes: number): Generator<void, string> {
  const length = yield* readInt(cursor)
  if (length > mostBytes) yield* skip(cursor, length)
  if (length < 0 || length > mostBytes) return ""
  const bytes: number[] = []
  while (bytes.length < length) bytes.push(yield* readByte(cursor))
  return String.fromCharCode(...bytes)
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
