// The pieces that an archive of pg_dump is made of, read from chunks: a generator yields whenever it needs the next one.

/** Where reading stands. `chunk` is replaced whenever a reader yields. */
export interface Cursor {
  chunk: Buffer
  at: number
}

/** False for a null. */
export function* skipText(cursor: Cursor): Generator<void, boolean> {
  const length = yield* readInt(cursor)
  if (length < 0) return false
  yield* skip(cursor, length)
  return true
}

/** Its beginning, when it is longer; empty for a null. */
export function* readText(cursor: Cursor, mostBytes: number): Generator<void, string> {
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

/** A sign, then four bytes, least significant first. */
export function* readInt(cursor: Cursor): Generator<void, number> {
  if (cursor.chunk.length - cursor.at >= 5) return takeInt(cursor)
  const negative = (yield* readByte(cursor)) !== 0
  let value = 0
  for (let shift = 0; shift < 32; shift += 8) value += (yield* readByte(cursor)) * 2 ** shift
  return negative ? -value : value
}

/** The same, where the chunk holds all of it. */
export function takeInt(cursor: Cursor): number {
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
