// Watches a pg_dump archive (custom format) pass by and proves that it is whole: header, table of contents, and one data block
// for each entry that promises one. Counts what it holds. Follows WriteHead, WriteToc and the block layout of PostgreSQL's pg_backup_archiver.c and
// pg_backup_custom.c. Payload is skipped by its length, never copied.
import { Fault } from "../core/fault.ts"
import type { EndDetector } from "../ports.ts"
import { type Cursor, readByte, readInt, readText, skip, skipText, takeInt } from "./archive-cursor.ts"
import type { ArchiveEntry, ArchiveHead, ArchiveHeard } from "./archive-heard.ts"
import { postgresKinds } from "./postgres-kinds.ts"
import { heldOf } from "./sql-headings.ts"

// 1.12: PostgreSQL 9 to 12 · 1.13 and 1.14: 10 to 15 · 1.15: 16 · 1.16: 17 and 18.
const oldestMinor = 12
const newestMinor = 16
/** The second is of pg_dump's tar and directory formats, which have a table of contents in a file of its own, the same in both. */
const formats = { custom: 1, "table of contents": 3 } as const
export type ArchiveFormat = keyof typeof formats
const dataBlock = 1
const largeObjectsBlock = 3
const noData = 3

const longestWord = 1024
const longestDefinition = 1 << 20
/** Of the header, by number; before 1.15 it is a level instead. */
const compressions = ["none", "gzip", "lz4", "zstd"]

interface Progress {
  stage: "header" | "contents" | "blocks" | "over"
  /** Ids of entries whose data block has not come yet. */
  readonly awaited: Set<number>
  promised: number
  /** The last block has ended and no other has begun. */
  betweenBlocks: boolean
  readonly held: Record<string, number>
}

/** @param withRows also count the tables whose rows are in it. @param format other than `custom`: of its `toc.dat` alone */
export function archiveEnd(
  withRows = false,
  heard: ArchiveHeard | null = null,
  format: ArchiveFormat = "custom",
): EndDetector {
  const cursor: Cursor = { chunk: Buffer.alloc(0), at: 0 }
  const progress: Progress = {
    stage: "header",
    awaited: new Set(),
    promised: 0,
    betweenBlocks: false,
    held: {},
  }
  const steps = walk(cursor, progress, format, heard)
  let bytes = 0
  let damage: Fault | undefined
  return {
    push(chunk) {
      bytes += chunk.length
      if (damage) return
      cursor.chunk = chunk
      cursor.at = 0
      try {
        steps.next()
      } catch (error) {
        if (!(error instanceof Fault)) throw error
        damage = error
      }
    },
    finish() {
      if (bytes === 0) throw new Fault("dump-empty", "the dump has no bytes")
      if (damage) throw damage
      const { stage, awaited, promised, betweenBlocks } = progress
      if (stage === "header") throw cut("inside its header")
      if (stage === "contents") throw cut("inside its table of contents")
      if (stage === "over") return "the archive's whole table of contents"
      const seen = promised - awaited.size
      if (!betweenBlocks) throw cut(`inside a data block, after ${seen} of ${promised}`)
      if (awaited.size > 0) throw cut(`after ${seen} of ${promised} data block${promised === 1 ? "" : "s"}`)
      if (promised === 0) return "the archive's whole table of contents, which promises no data"
      if (promised === 1) return "the one data block of the archive's table of contents"
      return `all ${promised} data blocks of the archive's table of contents`
    },
    held: () => heldOf(progress.held, withRows),
  }
}

/** Reads the whole archive, yielding whenever it needs the next chunk. */
function* walk(
  cursor: Cursor,
  progress: Progress,
  format: ArchiveFormat,
  heard: ArchiveHeard | null,
): Generator<void, never> {
  const { version, offsetBytes, ...head } = yield* readHeader(cursor, format)
  heard?.head(head)
  progress.stage = "contents"
  const entries = yield* readInt(cursor)
  if (entries < 0) throw damaged("its table of contents has a negative length")
  for (let index = 0; index < entries; index++) {
    const { id, hasData, ...entry } = yield* readEntry(cursor, version, offsetBytes, format, heard !== null)
    if (hasData) progress.awaited.add(id)
    const kind = postgresKinds[entry.kind]
    if (kind !== undefined) count(progress, kind)
    heard?.entry(entry)
  }
  if (format !== "custom") {
    progress.stage = "over"
    yield* readByte(cursor)
    throw damaged("its table of contents is followed by something else")
  }
  progress.promised = progress.awaited.size
  progress.stage = "blocks"
  for (;;) {
    progress.betweenBlocks = true
    const kind = yield* readByte(cursor)
    progress.betweenBlocks = false
    const id = yield* readInt(cursor)
    if (!progress.awaited.has(id)) throw damaged(`it has a data block ${id} that no entry awaits`)
    if (kind === dataBlock) yield* skipPieces(cursor)
    else if (kind === largeObjectsBlock)
      while ((yield* readInt(cursor)) !== 0) {
        yield* skipPieces(cursor)
        count(progress, "large objects")
      }
    else throw damaged(`it has a data block of the unknown kind ${kind}`)
    progress.awaited.delete(id)
  }
}

function count({ held }: Progress, kind: string): void {
  held[kind] = (held[kind] ?? 0) + 1
}

function* readHeader(
  cursor: Cursor,
  format: ArchiveFormat,
): Generator<void, ArchiveHead & { version: number; offsetBytes: number }> {
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
  const serverVersion = yield* readText(cursor, longestWord)
  const toolVersion = yield* readText(cursor, longestWord)
  return {
    version: minor,
    offsetBytes,
    compression: compressions[number] ?? "none",
    serverVersion,
    toolVersion,
  }
}

function* readEntry(
  cursor: Cursor,
  version: number,
  offsetBytes: number,
  format: ArchiveFormat,
  isHeard: boolean,
): Generator<void, ArchiveEntry & { id: number; hasData: boolean }> {
  const text = function* (mostBytes: number): Generator<void, string> {
    if (isHeard) return yield* readText(cursor, mostBytes)
    yield* skipText(cursor)
    return ""
  }
  const id = yield* readInt(cursor)
  yield* readInt(cursor) // has a dumper
  for (let field = 0; field < 2; field++) yield* skipText(cursor) // table oid, oid
  const name = yield* text(longestWord)
  const kind = yield* readText(cursor, longestWord)
  yield* readInt(cursor) // section
  const definition = yield* text(longestDefinition)
  yield* skipText(cursor) // drop
  const copy = yield* text(longestDefinition)
  for (let field = 0; field < 2; field++) yield* skipText(cursor) // namespace, tablespace
  if (version >= 14) yield* skipText(cursor) // table access method
  if (version >= 16) yield* readInt(cursor) // relation kind
  const owner = yield* text(longestWord)
  yield* skipText(cursor) // "false"
  while (yield* skipText(cursor)); // dependencies
  if (format !== "custom") {
    const file = yield* readText(cursor, longestWord)
    return { id, kind, name, owner, definition, copy, file, hasData: file !== "" }
  }
  const state = yield* readByte(cursor)
  yield* skip(cursor, offsetBytes)
  return { id, kind, name, owner, definition, copy, file: "", hasData: state !== noData }
}

/** Pieces of payload, each after its length, up to a length of zero. The hot loop: an uncompressed dump has a piece per row. */
function* skipPieces(cursor: Cursor): Generator<void, void> {
  for (;;) {
    const length = cursor.chunk.length - cursor.at >= 5 ? takeInt(cursor) : yield* readInt(cursor)
    if (length === 0) return
    if (length < 0) throw damaged("a piece of data has a negative length")
    if (length <= cursor.chunk.length - cursor.at) cursor.at += length
    else yield* skip(cursor, length)
  }
}

function cut(where: string): Fault {
  return new Fault("dump-truncated", `the archive ends ${where}`, { hint: truncatedHint })
}

function damaged(how: string): Fault {
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

const truncatedHint =
  "The bytes stopped before the dump was complete. Nothing was listed as good; look at the server's and Docker's logs."
