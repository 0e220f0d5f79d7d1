// Watches a pg_dump archive (custom format) pass by and proves that it is whole: header, table of contents, and one data block
// for each entry that promises one. Counts what it holds. Follows WriteHead, WriteToc and the block layout of PostgreSQL's pg_backup_archiver.c and
// pg_backup_custom.c. Payload is skipped by its length, never copied.
import { Fault } from "../core/fault.ts"
import type { EndDetector } from "../ports.ts"
import {
  type ArchiveFormat,
  type Cursor,
  damaged,
  dataBlock,
  largeObjectsBlock,
  noData,
  readByte,
  readHeader,
  readInt,
  readShortText,
  skip,
  skipPieces,
  skipText,
  truncatedHint,
} from "./archive-bytes.ts"
import type { ArchiveHeard, HeardEntry } from "./archive-heard.ts"
import { postgresKinds } from "./postgres-kinds.ts"
import { heldOf } from "./sql-headings.ts"

const longestWord = 1024
const longestDefinition = 1 << 20

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

function* readEntry(
  cursor: Cursor,
  version: number,
  offsetBytes: number,
  format: ArchiveFormat,
  isHeard: boolean,
): Generator<void, HeardEntry & { id: number; hasData: boolean }> {
  const text = isHeard ? readShortText : passText
  const id = yield* readInt(cursor)
  yield* readInt(cursor) // has a dumper
  for (let field = 0; field < 2; field++) yield* skipText(cursor) // table oid, oid
  const name = yield* text(cursor, longestWord)
  const kind = yield* readShortText(cursor, longestWord)
  yield* readInt(cursor) // section
  const definition = yield* text(cursor, longestDefinition)
  yield* skipText(cursor) // drop
  const copy = yield* text(cursor, longestDefinition)
  for (let field = 0; field < 2; field++) yield* skipText(cursor) // namespace, tablespace
  if (version >= 14) yield* skipText(cursor) // table access method
  if (version >= 16) yield* readInt(cursor) // relation kind
  const owner = yield* text(cursor, longestWord)
  yield* skipText(cursor) // "false"
  while (yield* skipText(cursor)); // dependencies
  if (format !== "custom") {
    const file = yield* readShortText(cursor, longestWord)
    return { id, kind, name, owner, definition, copy, file, hasData: file !== "" }
  }
  const state = yield* readByte(cursor)
  yield* skip(cursor, offsetBytes)
  return { id, kind, name, owner, definition, copy, file: "", hasData: state !== noData }
}

function* passText(cursor: Cursor): Generator<void, string> {
  yield* skipText(cursor)
  return ""
}

function cut(where: string): Fault {
  return new Fault("dump-truncated", `the archive ends ${where}`, { hint: truncatedHint })
}
