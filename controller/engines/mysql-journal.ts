// What an exchange of two databases needs to know, written down inside the server: in a table that is beside the database in place, and
// changes sides with the tables themselves. It marks a database as kept, and holds what cannot be moved of what is kept.
import type { Defaults, Program, ProgramKind } from "./mysql-programs.ts"
import { bytesOf, digitsOf, fromDigits, hexOf, plainText, within } from "./mysql-words.ts"

export const keptTable = "dbbackup_kept"
export const keptMark = (restoreId: string) => `dbbackup keeps this database for an undo (${restoreId})`

/** A table, and what it is called while its triggers are not there. Null: it has none. */
export interface MovedTable {
  readonly name: string
  readonly hidden: string | null
}
/** The right to a routine, which ends with the routine. */
export interface RoutineGrant {
  readonly kind: "procedure" | "function" | "package" | "package body"
  readonly routine: string
  /** `execute, alter routine`, and whether it may be handed on. */
  readonly rights: string
  readonly grantable: boolean
  readonly user: string
  readonly host: string
}

/** What a database holds, but for the rows. */
export interface Contents {
  readonly defaults: Defaults
  readonly tables: readonly MovedTable[]
  readonly programs: readonly Program[]
  readonly grants: readonly RoutineGrant[]
}

/** `place`: of what is in place before the exchange; `aside`: of the other one. Null: not written down. */
export interface Journal {
  readonly mark: string
  readonly place: Contents | null
  readonly aside: Contents | null
}

export type JournalSide = "place" | "aside"

/** Statements that make the table in a database. */
export const makeJournal = (database: string, restoreId: string): readonly string[] => [
  `create table if not exists ${within(database, keptTable)} (n int unsigned not null auto_increment primary key,
  side varchar(8) character set ascii not null, kind varchar(16) character set ascii not null, name varbinary(256) not null,
  definition longblob not null, detail longblob not null) engine = InnoDB comment ${plainText(keptMark(restoreId))}`,
]

/** Statements that write one side down, in the place of what was there of it. */
export function writeSide(database: string, side: JournalSide, contents: Contents): readonly string[] {
  const table = within(database, keptTable)
  const { defaults, tables, programs, grants } = contents
  const row = (kind: string, name: string, definition: string, detail: object) =>
    `insert into ${table} (side, kind, name, definition, detail) values ('${side}', '${kind}', ${hexOf(name)}, ${hexOf(definition)}, ${hexOf(bytesOf(JSON.stringify(detail)))})`
  return [
    `delete from ${table} where side = '${side}'`,
    ...tables.map(({ name, hidden }) => row("table", name, "", { hidden })),
    ...programs.map(({ kind, name, text, ...detail }) => row(kind, name, text, detail)),
    ...grants.map(({ routine, ...detail }) => row("grant", routine, "", detail)),
    // Last: a side that has it is whole.
    row("database", "", "", defaults),
  ]
}

export const forgetSide = (database: string, side: JournalSide): string =>
  `delete from ${within(database, keptTable)} where side = '${side}'`

/** What was in place is aside from now on. */
export const turnSides = (database: string): readonly string[] => [
  "start transaction",
  forgetSide(database, "aside"),
  `update ${within(database, keptTable)} set side = 'aside' where side = 'place'`,
  "commit",
]

/** A query for rows that `readJournal` takes. */
export const selectJournal = (database: string): string =>
  `select 'journal', ${digitsOf(database)}, side, kind, hex(name), hex(definition), hex(detail) from ${within(database, keptTable)} order by n`

/** `rows`: without the first two fields. */
export function readJournal(mark: string, rows: readonly (readonly string[])[]): Journal {
  return { mark, place: readSide("place", rows), aside: readSide("aside", rows) }
}

function readSide(side: JournalSide, rows: readonly (readonly string[])[]): Contents | null {
  const entries = rows
    .filter(([of]) => of === side)
    .map(([, kind = "", name, definition, detail]) => ({
      ...{ kind, name: fromDigits(name), text: fromDigits(definition) },
      detail: JSON.parse(Buffer.from(detail ?? "", "hex").toString("utf8")),
    }))
  const of = (...kinds: readonly string[]) => entries.filter(({ kind }) => kinds.includes(kind))
  const [database] = of("database")
  if (!database) return null
  return {
    defaults: database.detail,
    tables: of("table").map(({ name, detail }) => ({ name, hidden: detail.hidden })),
    programs: entries
      .filter(({ kind }) => !["database", "table", "grant"].includes(kind))
      .map(({ kind, name, text, detail }) => ({ ...detail, kind: kind as ProgramKind, name, text })),
    grants: of("grant").map(({ name, detail }) => ({ ...detail, routine: name })),
  }
}
