// How a dump of PostgreSQL is loaded into a database that is there: in one transaction, which begins with taking away what the dump replaces.
// An archive gets the statements as entries of its own, so that pg_restore sends them; psql, which obeys commands in what it reads, stays out.
import type { Rewriter } from "../ports.ts"
import { fullName } from "./archive-names.ts"
import type { Access, Script } from "./engine.ts"
import type { InPlace, InPlaceOrder } from "./in-place.ts"
import { checkPlace, checkRows, clearPlace, clearRows } from "./postgres-clear-sql.ts"
import {
  type Contents,
  type Entry,
  readContents,
  statementEntry,
  writeContents,
} from "./postgres-contents.ts"
import { emptyDatabase } from "./postgres-empty-sql.ts"
import { askMark, takeMarkOff } from "./postgres-in-place-sql.ts"
import { groups } from "./postgres-own-objects.ts"
import { describePlaces, readPlaces } from "./postgres-swap.ts"

/** `tell`: statements with psql's variables `name` and `facts`. */
export function postgresInPlace(
  tell: (statements: string, name: string, facts: string, access: Access) => Script,
): InPlace {
  return {
    atomic: true,
    refusal,
    occupied: (name, access) => tell(describePlaces, "", JSON.stringify([name]), access),
    readOccupied(outcome) {
      const [place] = readPlaces(outcome)
      if (!place) return undefined
      // A subscription can only be dropped outside a transaction.
      const subscriptions = place.staysBehind
        .filter((what) => what.includes("subscription"))
        .map((what) => ({ what, todo: "Drop subscriptions first: that cannot be done in a transaction." }))
      return { sessions: place.sessions, who: place.who, obstacles: [...place.obstacles, ...subscriptions] }
    },
    rewriter:
      (order, { format }) =>
      () =>
        format === "sql" ? textInPlace(order) : archiveInPlace(order),
    nameOf: ({ schema, name }) => fullName(schema, name),
    mark: {
      ask: (name, restoreId, access) => tell(askMark, name, restoreId, access),
      takeOff: (name, restoreId, access) => tell(takeMarkOff, name, restoreId, access),
    },
  }
}

const oldestServer = 11

function refusal({
  backup,
  order,
  there,
  serverVersion,
}: Parameters<InPlace["refusal"]>[0]): ReturnType<InPlace["refusal"]> {
  const { format, facts, part, imported } = backup
  if (Number.parseInt(serverVersion, 10) < oldestServer)
    return {
      message: `PostgreSQL ${serverVersion} is too old for a restore into a database that is there`,
      hint: "Restore into a new database (mode new), or in its place (mode swap).",
    }
  if ([facts, there?.facts].some((known) => known?.attributes.timescaledb !== undefined))
    return {
      message:
        "TimescaleDB is told of a restore outside any transaction, so it cannot be done all at once or not at all",
      hint: "Restore into a new database (mode new), or in its place (mode swap).",
    }
  if (format === "archive") {
    if (part?.content !== "data" || order.content === "data") return null
    return {
      message: "the backup holds rows and no tables (content=data)",
      hint: "Restore with content data.",
    }
  }
  if (order.mode === "clean")
    return {
      message: "the backup is of statements in one stream, in which what it replaces cannot be told safely",
      hint: "Replace all of the database (mode replace), or restore in its place (mode swap).",
    }
  if (imported || (facts?.objects?.["large objects"] ?? 0) > 0)
    return {
      message: imported
        ? "the statements were made elsewhere, and may end the transaction in which all of it is to happen"
        : "the statements end the transaction in which all of it is to happen: they make large objects in transactions of their own",
      hint: "Restore in the place of the database (mode swap), or into a new one.",
    }
  return null
}

/** Of an archive. */
export function archiveInPlace(order: InPlaceOrder): Rewriter {
  let held: Buffer[] = []
  let bytes = 0
  let tryAt = 0
  let done = false

  function attempt(): readonly Buffer[] {
    const all = Buffer.concat(held)
    held = [all]
    const contents = readContents(all)
    // Not over and over while it comes in.
    tryAt = bytes * 2
    if (!contents) return []
    done = true
    held = []
    return [writeContents(contents, entriesInPlace(contents, order)), contents.rest].filter(
      ({ length }) => length > 0,
    )
  }

  return {
    push(chunk) {
      if (done) return [chunk]
      held.push(chunk)
      bytes += chunk.length
      return bytes >= tryAt ? attempt() : []
    },
    end() {
      if (done) return []
      const pieces = attempt()
      return done ? pieces : held
    },
  }
}

/** Of statements: only once they have come to their end is there something to commit. */
export function textInPlace(order: InPlaceOrder): Rewriter {
  let begun = false
  const first = () => {
    begun = true
    return Buffer.from(`begin;\n${emptyDatabase(around(order, []))}`)
  }
  return {
    push: (chunk) => (begun ? [chunk] : [first(), chunk]),
    end: () => [...(begun ? [] : [first()]), Buffer.from("\ncommit;\n")],
  }
}

export function entriesInPlace(contents: Contents, order: InPlaceOrder): readonly Entry[] {
  const entries = contents.entries.filter(wanted(contents.entries, order)).map(intoSchemas)
  const said = around(order, entries)
  const own = (nth: number, place: "first" | "last", statement: string) =>
    statementEntry(contents, nth, place, statement)
  if (order.mode === "replace") return [own(1, "first", emptyDatabase(said)), ...entries]
  const [before, after] =
    order.content === "data" ? [clearRows(said), checkRows] : [clearPlace(said), checkPlace]
  return [own(1, "first", before), ...entries, own(2, "last", after)]
}

const rowKinds = ["TABLE DATA", "SEQUENCE SET", "BLOB", "BLOB METADATA", "BLOBS"]
const isOfRows = ({ kind, tag }: Entry) =>
  rowKinds.includes(kind ?? "") ||
  (["ACL", "COMMENT"].includes(kind ?? "") && (tag ?? "").startsWith("LARGE OBJECT"))
const how = ["ENCODING", "STDSTRINGS", "SEARCHPATH"]

function wanted(_entries: readonly Entry[], { content }: InPlaceOrder): (entry: Entry) => boolean {
  if (content === "all") return () => true
  return (entry) => how.includes(entry.kind ?? "") || isOfRows(entry) === (content === "data")
}

/** A schema that holds what is not the backup's stays. */
function intoSchemas(entry: Entry): Entry {
  if (entry.kind !== "SCHEMA" || entry.definition === null) return entry
  return {
    ...entry,
    definition: entry.definition.replace(/^CREATE SCHEMA (?!IF NOT)/, "CREATE SCHEMA IF NOT EXISTS "),
  }
}

function around({ restoreId, endConnections }: InPlaceOrder, entries: readonly Entry[]) {
  const orNone = (schema: string | null) => (schema === "" ? null : schema)
  return {
    ...{ restoreId, endConnections },
    made: entries.flatMap(({ kind, schema, tag }) => {
      const group = groups[kind ?? ""]
      return group === undefined || tag === null ? [] : [{ group, schema: orNone(schema), tag }]
    }),
    filled: entries.flatMap(({ kind, schema, tag }) =>
      kind === "TABLE DATA" && tag !== null ? [{ schema: orNone(schema), name: tag }] : [],
    ),
    largeObjects: entries.flatMap(largeObjectsIn),
  }
}

/** One an entry, or as many as its definition has lines. */
function largeObjectsIn({ kind, tag, definition }: Entry): readonly string[] {
  if (kind === "BLOB") return tag === null ? [] : [tag]
  if (kind !== "BLOB METADATA") return []
  return (definition ?? "").split("\n").filter((line) => /^\d+$/.test(line))
}
