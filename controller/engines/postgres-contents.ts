// The table of contents at the head of a pg_dump archive (custom format): read, and written again with other entries. Follows WriteHead and
// WriteToc of PostgreSQL's pg_backup_archiver.c; postgres-archive.ts has proven it before. Texts are bytes, one character each.

/** pg_dump's sections of that name; the data stand between them. */
const [beforeData, afterData] = [2, 4]

export interface Entry {
  readonly id: number
  readonly hasDumper: number
  readonly catalogue: string | null
  readonly oid: string | null
  /** The object's name; of one that belongs to a table, after the table's. */
  readonly tag: string | null
  /** Such as `TABLE`, `TABLE DATA`. */
  readonly kind: string | null
  readonly section: number
  readonly definition: string | null
  readonly drop: string | null
  readonly copy: string | null
  readonly schema: string | null
  readonly tablespace: string | null
  readonly accessMethod: string | null
  readonly relationKind: number
  readonly owner: string | null
  readonly withOids: string | null
  /** Ids of entries. */
  readonly dependencies: readonly string[]
  /** Whether it has a block of data, and where. */
  readonly offset: Buffer
}

export interface Contents {
  /** Of the format: 14 is 1.14. */
  readonly version: number
  /** All before the number of entries. */
  readonly head: Buffer
  readonly entries: readonly Entry[]
  /** What follows them, as far as it is there. */
  readonly rest: Buffer
}

/** Undefined while the bytes do not reach to the end of it. */
export function readContents(bytes: Buffer): Contents | undefined {
  try {
    return read(bytes)
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function read(bytes: Buffer): Contents {
  let at = 0
  const byte = () => {
    const value = bytes.readUInt8(at)
    at += 1
    return value
  }
  const int = () => {
    const value = bytes.readUInt32LE(at + 1)
    const negative = bytes.readUInt8(at) !== 0
    at += 5
    return negative ? -value : value
  }
  const text = () => {
    const length = int()
    if (length < 0) return null
    if (at + length > bytes.length) throw new RangeError("the text goes on")
    const value = bytes.toString("latin1", at, at + length)
    at += length
    return value
  }
  at = 6
  const version = byte()
  at += 2 // revision, bytes of an integer
  const offsetBytes = byte()
  at += 1 // format
  if (version >= 15) at += 1
  else int()
  for (let field = 0; field < 7; field++) int()
  for (let field = 0; field < 3; field++) text()
  const head = bytes.subarray(0, at)
  const entries: Entry[] = []
  for (let left = int(); left > 0; left--) {
    const start = { id: int(), hasDumper: int(), catalogue: text(), oid: text(), tag: text(), kind: text() }
    const middle = { section: int(), definition: text(), drop: text(), copy: text(), schema: text() }
    const storage = {
      tablespace: text(),
      accessMethod: version >= 14 ? text() : null,
      relationKind: version >= 16 ? int() : 0,
    }
    const end = { owner: text(), withOids: text() }
    const dependencies: string[] = []
    for (let next = text(); next !== null; next = text()) dependencies.push(next)
    if (at + 1 + offsetBytes > bytes.length) throw new RangeError("the offset goes on")
    const offset = bytes.subarray(at, at + 1 + offsetBytes)
    at += 1 + offsetBytes
    entries.push({ ...start, ...middle, ...storage, ...end, dependencies, offset })
  }
  return { version, head, entries, rest: bytes.subarray(at) }
}

/** Up to the end of the entries. */
export function writeContents(
  { version, head }: Pick<Contents, "version" | "head">,
  entries: readonly Entry[],
): Buffer {
  const pieces: Buffer[] = [head, int(entries.length)]
  for (const entry of entries) {
    pieces.push(int(entry.id), int(entry.hasDumper))
    for (const field of ["catalogue", "oid", "tag", "kind"] as const) pieces.push(text(entry[field]))
    pieces.push(int(entry.section))
    for (const field of ["definition", "drop", "copy", "schema", "tablespace"] as const)
      pieces.push(text(entry[field]))
    if (version >= 14) pieces.push(text(entry.accessMethod))
    if (version >= 16) pieces.push(int(entry.relationKind))
    pieces.push(text(entry.owner), text(entry.withOids))
    for (const dependency of entry.dependencies) pieces.push(text(dependency))
    pieces.push(text(null), entry.offset)
  }
  return Buffer.concat(pieces)
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(5, value < 0 ? 1 : 0)
  bytes.writeUInt32LE(Math.abs(value), 1)
  return bytes
}

function text(value: string | null): Buffer {
  if (value === null) return int(-1)
  return Buffer.concat([int(value.length), Buffer.from(value, "latin1")])
}

/** State of an entry that has no data. */
const noData = 3

/** An entry of our own, whose statement pg_restore sends to the server in its turn. */
export function statementEntry(
  { entries }: Pick<Contents, "entries">,
  nth: number,
  place: "first" | "last",
  statement: string,
): Entry {
  const offset = Buffer.alloc(entries[0]?.offset.length ?? 9)
  offset.writeUInt8(noData, 0)
  const last = entries.reduce((most, { id }) => Math.max(most, id), 0)
  return {
    ...{ id: last + nth, hasDumper: 0, catalogue: "0", oid: "0", tag: `dbbackup ${nth}` },
    // Event triggers are made after everything else, so that they hear of nothing of it.
    ...(place === "first"
      ? { kind: "DBBACKUP", section: beforeData }
      : { kind: "EVENT TRIGGER", section: afterData }),
    ...{ definition: statement, drop: "", copy: null, schema: null },
    ...{ tablespace: null, accessMethod: null, relationKind: 0, owner: "", withOids: "false" },
    ...{ dependencies: [], offset },
  }
}
