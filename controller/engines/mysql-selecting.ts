// Takes some tables out of a dump of mysqldump or mariadb-dump: each statement by what it is of. Settings of the session always stay,
// procedures and events never do, and where a statement cannot be placed nothing is guessed.
import { Fault } from "../core/fault.ts"
import { listed } from "../core/restorable-part.ts"
import { namesIn, type Selected, type Selection } from "../core/selection.ts"
import type { Rewriter } from "../ports.ts"
import { type ForeignKey, functionsCalled, tablesRead, withoutForeignKeys } from "./mysql-references.ts"
import { checkAndCommit, emptyTables } from "./mysql-rows.ts"
import { type MysqlStatement, statementIn } from "./mysql-statement.ts"
import { byStatement, type Fate } from "./mysql-statements.ts"
import type { Selecting } from "./selecting.ts"

/** What the whole of a dump showed. */
interface Seen {
  readonly tables: Map<string, string | null>
  /** And what each view reads, and calls. */
  readonly views: Map<string, { readonly reads: readonly string[]; readonly calls: readonly string[] }>
  /** In small letters: case does not matter in them. */
  readonly functions: Set<string>
  readonly sequences: Set<string>
  unplaced: string | undefined
}

interface Chosen {
  /** With their rows, if rows are asked for. */
  readonly named: ReadonlySet<string>
  /** Without rows: what a chosen view reads. */
  readonly along: ReadonlySet<string>
  /** One of the views calls a function, and that may call others: all of them come. */
  readonly withFunctions: boolean
}

/** @param database the one that was dumped, by which its tables may be named, too */
export function mysqlSelecting(selection: Selection, database: string): Selecting {
  const seen: Seen = {
    tables: new Map(),
    views: new Map(),
    functions: new Set(),
    sequences: new Set(),
    unplaced: undefined,
  }
  const reader = byStatement({ fate: (text, isWhole) => look(seen, text, isWhole) })
  let isRead = false
  let chosen: Chosen | undefined
  const choose = (): Chosen => {
    chosen ??= chosenOf(selection, seen, database)
    return chosen
  }
  const leftOut = (table: string, text: string | null): readonly ForeignKey[] =>
    text === null ? [] : withoutForeignKeys(text, referable(selection, seen, choose(), table)).leftOut

  return {
    push: (chunk) => void reader.push(chunk),
    finish() {
      reader.end()
      isRead = true
      if (selection.tables !== undefined && seen.unplaced !== undefined)
        throw new Fault(
          "restore-unsupported",
          `tables cannot be taken out of this dump: nobody can tell what of it is "${seen.unplaced}"`,
          { hint: "Restore all of the backup into a new database, and take from that what is wanted." },
        )
      choose()
    },
    isKnown: () => isRead,
    selected(): Selected {
      const { named, along } = choose()
      const withRows = selection.content !== "schema"
      const made = [...seen.tables].filter(([name]) => named.has(name) || along.has(name))
      const filled = made.filter(([name]) => withRows && named.has(name)).map(([name]) => name)
      const gone = made.flatMap(([name, text]) => leftOut(name, text).map((key) => ({ name, key })))
      return {
        tables: new Map(made.map(([name]) => [name, filled.includes(name)])),
        sequences: new Set([...filled, ...(withRows ? seen.sequences : [])]),
        said: selection.tables === undefined ? [] : [...saidOfAlong(choose()), ...saidOfGone(gone)],
      }
    },
    rewriter: () => taking(selection, seen, choose()),
  }
}

/** Notes what a statement is of. The rest of the dump goes by. */
function look(seen: Seen, text: string, isWhole: boolean): Fate {
  const statement = statementIn(text)
  switch (statement.kind) {
    case "table":
      if (!isWhole) return "more"
      if (/^[^`]*CREATE/i.test(text))
        seen.tables.set(statement.name, text.includes("FOREIGN KEY") ? text : null)
      break
    case "view":
      if (!isWhole) return "more"
      // Tables of that name stood in for it, of which only older tools make ones.
      seen.tables.delete(statement.name)
      seen.views.set(statement.name, { reads: tablesRead(text), calls: functionsCalled(text) })
      break
    case "function":
      seen.functions.add(statement.name.toLowerCase())
      break
    case "sequence":
      seen.sequences.add(statement.name)
      break
    case "unknown":
      seen.unplaced ??= statement.words
  }
  return "drop"
}

/** Throws a Fault, `request-invalid`, for a name that is not in the dump. */
function chosenOf({ tables, present }: Selection, seen: Seen, database: string): Chosen {
  const all = [...seen.tables.keys(), ...seen.views.keys()]
  if (tables === undefined) return { named: new Set(all), along: new Set(), withFunctions: true }
  const held = [...all, ...seen.sequences].map((name) => ({ name, also: [`${database}.${name}`] }))
  const named = new Set(namesIn(tables, held))
  const along = new Set<string>()
  const open = [...named]
  for (let name = open.pop(); name !== undefined; name = open.pop())
    for (const read of seen.views.get(name)?.reads ?? []) {
      if (named.has(read) || along.has(read) || present?.includes(read) || !all.includes(read)) continue
      along.add(read)
      open.push(read)
    }
  const calls = [...named, ...along].flatMap((name) => seen.views.get(name)?.calls ?? [])
  return { named, along, withFunctions: calls.some((name) => seen.functions.has(name.toLowerCase())) }
}

/** Which tables a foreign key of one may refer to. Rows are loaded unchecked, so those of the others must come, too. */
function referable({ content, present }: Selection, seen: Seen, { named, along }: Chosen, own: string) {
  const rows = content === "schema" ? [...named, ...along] : [...named]
  const there = new Set([...rows, ...(present ?? []), own])
  // Where names are told without case, a key may be written in another one than its table.
  const folded = new Set([...there].map((name) => name.toLowerCase()))
  return (table: string) => there.has(table) || (!seen.tables.has(table) && folded.has(table.toLowerCase()))
}

function taking(selection: Selection, seen: Seen, chosen: Chosen): Rewriter {
  const { content, present, tables } = selection
  const withSchema = content !== "data"
  const { named, along } = chosen
  const isMade = (name: string) => named.has(name) || along.has(name)
  /** The table that is being dumped: its triggers follow, in whose text its name may be written in another case. */
  let current = ""
  const takes = (statement: MysqlStatement): boolean => {
    switch (statement.kind) {
      case "setting":
        return true
      case "transaction":
        return withSchema
      case "rows":
        return content !== "schema" && named.has(statement.name)
      case "lock":
        return content === "all" && named.has(statement.name)
      case "drop":
      case "table":
      case "view":
        return withSchema && isMade(statement.name)
      case "trigger": {
        const isOfCurrent = statement.name.toLowerCase() === current.toLowerCase()
        return withSchema && (tables === undefined || isMade(isOfCurrent ? current : statement.name))
      }
      case "sequence":
        return withSchema && (present === null || named.has(statement.name))
      case "function":
        return withSchema && chosen.withFunctions && present === null
      case "program":
        return withSchema && tables === undefined
      case "database":
        return withSchema && present === null
      case "unknown":
        return withSchema && tables === undefined
    }
  }
  const filled = [...named].filter((name) => seen.tables.has(name))
  let emptied = withSchema
  let before: Buffer | undefined
  const fate = (text: string, isWhole: boolean): Fate => {
    const statement = statementIn(text)
    if (statement.kind === "table" || statement.kind === "rows") current = statement.name
    if (!emptied && statement.kind !== "setting") {
      emptied = true
      before = Buffer.from(emptyTables(filled))
    }
    if (!takes(statement)) return "drop"
    if (statement.kind !== "table" || tables === undefined) return "pass"
    if (!isWhole) return "more"
    const own = withoutForeignKeys(text, referable(selection, seen, chosen, statement.name))
    return own.leftOut.length === 0 ? "pass" : Buffer.from(own.text, "latin1")
  }
  return byStatement({
    fate,
    before() {
      const now = before
      before = undefined
      return now
    },
    ...(withSchema ? {} : { last: () => Buffer.from(checkAndCommit(filled)) }),
  })
}

function saidOfAlong({ along, withFunctions }: Chosen): string[] {
  const functions = withFunctions
    ? ["A view that is chosen calls functions: all functions of the backup come along"]
    : []
  if (along.size === 0) return functions
  return [
    ...functions,
    `What is chosen cannot be made without ${listed([...along])}: ${along.size === 1 ? "it comes" : "they come"} along without rows`,
  ]
}

function saidOfGone(gone: readonly { readonly name: string; readonly key: ForeignKey }[]): string[] {
  if (gone.length === 0) return []
  const keys = gone.map(({ name, key }) => `the foreign key ${key.name ?? `to ${key.refersTo}`} of ${name}`)
  return [`Left out, as a table that they refer to is left out: ${listed(keys)}`]
}
