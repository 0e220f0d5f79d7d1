// Views, routines, triggers and events: asked of the server, word for word and with what they were made under, and made again.
import { Fault } from "../core/fault.ts"
import { triggerOn } from "./mysql-trigger.ts"
import { hexOf, nameIn, plainText, quoted, within } from "./mysql-words.ts"

/** In the order in which they can be made. */
export const programKinds = [
  "procedure",
  "function",
  "package",
  "package body",
  "view",
  "event",
  "trigger",
] as const
export type ProgramKind = (typeof programKinds)[number]

export interface Listed {
  readonly kind: ProgramKind
  readonly name: string
  /** Of a trigger. */
  readonly table: string
}

/** Names and text as bytes. */
export interface Program extends Listed {
  readonly text: string
  readonly sqlMode: string
  readonly charset: string
  readonly collation: string
  /** The database's own then; empty for a view. */
  readonly databaseCollation: string
  /** Of an event. */
  readonly timeZone: string
}

/** What a session asks for definitions under, so that they come as they were written. */
export const askingPlainly =
  "set session sql_mode = '', character_set_results = binary, sql_quote_show_create = 1"

/** Statements, of which each answers with one row. */
export const showEach = (database: string, programs: readonly Listed[]): readonly string[] => [
  `use ${quoted(database)}`,
  ...programs.map(({ kind, name }) => `show create ${kind} ${quoted(name)}`),
]

/** The rows, in the order of what was asked for. Throws a Fault when one does not say what it is asked. */
export function readShown(
  programs: readonly Listed[],
  rows: readonly (readonly string[])[],
): readonly Program[] {
  return programs.map((listed, i) => {
    const row = rows[i] ?? []
    const [mode, zone, text, charset, collation, databaseCollation] = columns[listed.kind].map((at) =>
      at === null ? "" : (row[at] ?? ""),
    )
    if (row[0] !== listed.name || !/^CREATE\s/i.test(text ?? ""))
      throw new Fault("access-denied", `the server does not show the ${listed.kind} ${nameIn(listed.name)}`, {
        hint: "The account lacks the right to see how it is defined. Name one that has it with dbbackup.user.",
      })
    return {
      ...listed,
      ...{ text: text ?? "", sqlMode: mode ?? "", timeZone: zone ?? "" },
      ...{ charset: charset ?? "", collation: collation ?? "", databaseCollation: databaseCollation ?? "" },
    }
  })
}

type Columns = readonly (number | null)[]
const ofRoutine: Columns = [1, null, 2, 3, 4, 5]
/** Where a row holds: sql_mode, time zone, text, character set, collation, collation of the database. */
const columns: Readonly<Record<ProgramKind, Columns>> = {
  procedure: ofRoutine,
  function: ofRoutine,
  package: ofRoutine,
  "package body": ofRoutine,
  trigger: ofRoutine,
  view: [null, null, 1, 2, 3, null],
  event: [1, 2, 3, 4, 5, 6],
}

export interface Defaults {
  readonly charset: string
  readonly collation: string
}

/** Statements that make it in the database in use, whose defaults are known. A trigger: on `table`. */
export function makeAgain(
  program: Program,
  database: string,
  { charset, collation }: Defaults,
  table = program.table,
): readonly string[] {
  const { kind, text, sqlMode, timeZone, databaseCollation } = program
  const foreign = databaseCollation !== "" && databaseCollation !== collation
  const owns = (words: string) => `alter database ${quoted(database)} ${words}`
  return [
    ...(foreign ? [owns(`collate ${plainWord(databaseCollation)}`)] : []),
    `set session sql_mode = ${hexText(sqlMode)}, character_set_client = ${plainWord(program.charset)}, collation_connection = ${plainWord(program.collation)}${
      timeZone === "" ? "" : `, time_zone = ${hexText(timeZone)}`
    }`,
    kind === "trigger"
      ? triggerOn(table, text, program.name)
      : kind === "view"
        ? text.replace(/^CREATE\s+(?!OR\s+REPLACE\b)/i, "CREATE OR REPLACE ")
        : text,
    afterwards,
    ...(foreign ? [owns(`character set ${plainWord(charset)} collate ${plainWord(collation)}`)] : []),
  ]
}
/** Back to what other statements are written under. */
const afterwards = "set names utf8mb4"

export function dropped(database: string, { kind, name }: Listed): readonly string[] {
  const statement = `drop ${kind} if exists ${within(database, name)}`
  // MariaDB up to 10.11 knows the word only there.
  return kind.startsWith("package")
    ? ["set session sql_mode = oracle", statement, "set session sql_mode = ''"]
    : [statement]
}

/** Definitions that the servers do not tell apart, whichever database they are in. */
export const isSame = (a: Program, b: Program): boolean =>
  identity(a) === identity(b) &&
  textOf(a) === textOf(b) &&
  a.table === b.table &&
  a.sqlMode === b.sqlMode &&
  a.charset === b.charset &&
  a.collation === b.collation &&
  a.databaseCollation === b.databaseCollation &&
  a.timeZone === b.timeZone

/** The server writes a trigger's table anew when that is renamed. */
const textOf = ({ kind, table, text, name }: Program) =>
  kind === "trigger" ? triggerOn(table, text, name) : text

/** Procedures and functions of one name are two. */
export const identity = ({ kind, name }: Listed): string => `${kind} ${name}`

/** A view comes after those that it reads, as the server writes them; which cannot be told comes as given. */
export function inOrder(programs: readonly Program[]): readonly Program[] {
  return programKinds.flatMap((kind) => {
    const these = programs.filter((program) => program.kind === kind)
    return kind === "view" ? viewsInOrder(these) : these
  })
}

const readName = /\b(?:from|join)\s*\(*(?:`(?:[^`]|``)+`\.)?`((?:[^`]|``)+)`(?!\.)/gi

function viewsInOrder(views: readonly Program[]): readonly Program[] {
  const reads = new Map(
    views.map(({ name, text }) => [
      name,
      new Set([...text.matchAll(readName)].map(([, read = ""]) => read.replaceAll("``", "`"))),
    ]),
  )
  const placed: Program[] = []
  let left = views
  while (left.length > 0) {
    const names = left.map(({ name }) => name)
    const free = left.filter(
      ({ name }) => !names.some((other) => other !== name && reads.get(name)?.has(other)),
    )
    const next = new Set(free.length > 0 ? free : left)
    placed.push(...next)
    left = left.filter((view) => !next.has(view))
  }
  return placed
}

function plainWord(word: string): string {
  if (!/^[A-Za-z0-9_]+$/.test(word)) throw new Fault("internal", `not a character set or collation: ${word}`)
  return word
}
const hexText = (bytes: string) => (bytes === "" ? plainText("") : `convert(${hexOf(bytes)} using utf8mb4)`)
