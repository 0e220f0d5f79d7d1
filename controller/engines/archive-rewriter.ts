// Makes of an archive of pg_dump one that holds some of its entries alone, as its bytes pass: the table of contents lists only these,
// and only their rows follow. pg_restore then reads no more than what it is to load. Follows the layout of pg_backup_archiver.c.
import type { Rewriter } from "../ports.ts"
import {
  type Cursor,
  damaged,
  dataBlock,
  largeObjectsBlock,
  noData,
  readByte,
  readHeader,
  readInt,
  skip,
  skipAfterKind,
  skipPieces,
  skipText,
} from "./archive-bytes.ts"

/** In an entry: its rows come, and nobody knows at which byte. */
const notPlaced = 1

/**
 * Its bytes must have been proven before: what is damaged throws a Fault. `last`: the highest id in the archive; no entry may refer to a
 * higher one than there is, so that one stays in name where it does not stay.
 */
export function onlyEntries(kept: ReadonlySet<number>, last: number): Rewriter {
  const output = new Output()
  const steps = walk(output, kept, last)
  steps.next()
  return {
    push(chunk) {
      output.begin(chunk)
      steps.next()
      return output.taken()
    },
    end: () => [],
  }
}

/** What was read of a chunk goes on or not, as `passes` says at the time. */
class Output implements Cursor {
  chunk: Buffer = Buffer.alloc(0)
  at = 0
  private from = 0
  private passing = true
  private out: Buffer[] = []

  begin(chunk: Buffer): void {
    this.chunk = chunk
    this.at = 0
    this.from = 0
  }
  passes(yes: boolean): void {
    this.cut()
    this.passing = yes
  }
  add(bytes: Buffer): void {
    this.cut()
    this.out.push(bytes)
  }
  taken(): readonly Buffer[] {
    this.cut()
    const taken = this.out
    this.out = []
    return taken
  }
  private cut(): void {
    if (this.passing && this.at > this.from) this.out.push(this.chunk.subarray(this.from, this.at))
    this.from = this.at
  }
}

function* walk(output: Output, kept: ReadonlySet<number>, last: number): Generator<void, never> {
  const { version, offsetBytes } = yield* readHeader(output)
  output.passes(false)
  const count = yield* readInt(output)
  output.add(integer(kept.size + (kept.has(last) ? 0 : 1)))
  for (let index = 0; index < count; index++) {
    const id = yield* readInt(output)
    const stays = kept.has(id)
    if (stays) output.add(integer(id))
    else if (id === last) output.add(nothing(id, version, offsetBytes))
    output.passes(stays)
    yield* skipEntry(output, version)
    output.passes(false)
    const state = yield* readByte(output)
    yield* skip(output, offsetBytes)
    // Where its rows stood in the file is no longer true.
    if (stays) output.add(Buffer.from([state === noData ? noData : notPlaced, ...Buffer.alloc(offsetBytes)]))
  }
  for (;;) {
    const kind = yield* readByte(output)
    const id = yield* readInt(output)
    const stays = kept.has(id)
    if (stays) output.add(Buffer.concat([Buffer.from([kind]), integer(id)]))
    output.passes(stays)
    if (kind === dataBlock) yield* skipPieces(output)
    else if (kind === largeObjectsBlock) while ((yield* readInt(output)) !== 0) yield* skipPieces(output)
    else throw damaged(`it has a data block of the unknown kind ${kind}`)
    output.passes(false)
  }
}

/** From behind its id to what is said of its rows. */
function* skipEntry(output: Output, version: number): Generator<void, void> {
  yield* readInt(output) // has a dumper
  for (let field = 0; field < 4; field++) yield* skipText(output) // table oid, oid, tag, kind
  yield* skipAfterKind(output, version)
}

/** An entry without a statement and without rows, for which pg_restore does nothing. */
function nothing(id: number, version: number, offsetBytes: number): Buffer {
  const none = integer(0) // an empty text; as a number, 0
  return Buffer.concat([
    ...[integer(id), none, text("0"), text("0"), none, text("COMMENT"), integer(1)],
    ...[none, none, none, none, none], // definition, drop, copy, namespace, tablespace
    ...(version >= 14 ? [none] : []),
    ...(version >= 16 ? [none] : []),
    ...[none, text("false"), noText, Buffer.from([noData]), Buffer.alloc(offsetBytes)],
  ])
}

const text = (value: string) => Buffer.concat([integer(value.length), Buffer.from(value)])
// As pg_dump writes a null: -1.
const noText = Buffer.from([1, 1, 0, 0, 0])

function integer(value: number): Buffer {
  const bytes = Buffer.alloc(5)
  bytes.writeUInt32LE(value, 1)
  return bytes
}
