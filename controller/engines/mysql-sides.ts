// What stands in the databases of an exchange, as the server tells it: the one in place, the one that comes, the one that is to be kept.
import { type Journal, keptTable, type RoutineGrant, readJournal, selectJournal } from "./mysql-journal.ts"
import type { Defaults, Listed, ProgramKind } from "./mysql-programs.ts"
import { programKinds } from "./mysql-programs.ts"
import { markTable } from "./mysql-sql.ts"
import { digitsOf, fromDigits, hexOf, plainText, prepared } from "./mysql-words.ts"

export interface Side {
  readonly defaults: Defaults
  /** Its tables have to be encrypted, as far as nobody says otherwise. */
  readonly encrypted: boolean
  /** Tables and sequences, without ours. */
  readonly tables: readonly string[]
  readonly programs: readonly Listed[]
  readonly grants: readonly RoutineGrant[]
  /** Which restore is filling it. */
  readonly claimedFor: string | null
  readonly journal: Journal | null
}

/** By the database's name, of those that exist. */
export type Sides = ReadonlyMap<string, Side>

/** What has rows, or counts, and can be moved. */
export const isMovable = (column: string) => `${column} in ('BASE TABLE', 'SYSTEM VERSIONED', 'SEQUENCE')`

/** A database's own name in a column, whatever the server's catalogue takes for equal. */
export const isOne = (column: string, names: readonly string[]) =>
  `(${column} in (${names.map((name) => `convert(${hexOf(name)} using utf8mb4)`).join(", ")}) and hex(${column}) in (${names.map(digitsOf).join(", ")}))`

/** Statements that answer with rows of a key and values. `names`: as bytes. */
export function describeSides(names: readonly string[], isMysql: boolean): readonly string[] {
  const one = (column: string) => isOne(column, names)
  const encrypted = isMysql ? "/*!80016 if(s.default_encryption = 'YES', 1, */ 0 /*!80016 ) */" : "0"
  return [
    `select 'database', hex(s.schema_name), s.default_character_set_name, s.default_collation_name, ${encrypted} from information_schema.schemata s where ${one("s.schema_name")}`,
    `select 'table', hex(t.table_schema), hex(t.table_name), hex(coalesce(t.table_comment, '')) from information_schema.tables t
where ${isMovable("t.table_type")} and ${one("t.table_schema")} order by t.table_name`,
    `select 'program', hex(t.table_schema), 'view', hex(t.table_name), '' from information_schema.tables t where t.table_type = 'VIEW' and ${one("t.table_schema")} order by t.table_name`,
    `select 'program', hex(r.routine_schema), lower(r.routine_type), hex(r.routine_name), '' from information_schema.routines r where ${one("r.routine_schema")} order by r.routine_name`,
    `select 'program', hex(e.event_schema), 'event', hex(e.event_name), '' from information_schema.events e where ${one("e.event_schema")} order by e.event_name`,
    `select 'program', hex(g.trigger_schema), 'trigger', hex(g.trigger_name), hex(g.event_object_table) from information_schema.triggers g where ${one("g.trigger_schema")}
order by g.event_object_table, g.action_timing, g.event_manipulation, g.action_order`,
    `select 'grant', hex(p.db), lower(p.routine_type), hex(p.routine_name), lower(p.proc_priv), hex(p.user), hex(p.host) from mysql.procs_priv p where ${one("p.db")}`,
    ...names.flatMap((name) => [
      `set @dbbackup = if(exists (select 1 from information_schema.tables t where t.table_name = ${plainText(keptTable)} and ${isOne("t.table_schema", [name])}), convert(${hexOf(selectJournal(name))} using utf8mb4), 'do 0')`,
      ...prepared,
    ]),
  ]
}

export function readSides(rows: readonly (readonly string[])[]): Sides {
  const of = (key: string, database: string) =>
    rows.filter((row) => row[0] === key && row[1] === database).map((row) => row.slice(2))
  return new Map(
    rows
      .filter(([key]) => key === "database")
      .map(([, digits = "", charset = "", collation = "", encrypted]) => {
        const tables = of("table", digits).map(([name, comment]) => [fromDigits(name), fromDigits(comment)])
        const commentOf = (name: string) => tables.find(([table]) => table === name)?.[1] ?? null
        const mark = commentOf(keptTable)
        return [
          fromDigits(digits),
          {
            ...{ defaults: { charset, collation }, encrypted: encrypted === "1" },
            tables: tables
              .map(([name = ""]) => name)
              .filter((name) => name !== keptTable && name !== markTable),
            programs: of("program", digits).map(([kind = "", name, table]) => ({
              ...{ kind: kindOf(kind), name: fromDigits(name), table: fromDigits(table) },
            })),
            grants: of("grant", digits).map(grantOf),
            claimedFor: commentOf(markTable),
            journal: mark === null ? null : readJournal(mark, of("journal", digits)),
          },
        ]
      }),
  )
}

/** Of others there are none when it comes to this: they are among what keeps a database from being exchanged. */
const kindOf = (kind: string) => (programKinds.find((known) => known === kind) ?? kind) as ProgramKind

function grantOf([kind = "", routine, rights = "", user, host]: readonly string[]): RoutineGrant {
  const all = rights.split(",")
  return {
    kind: kindOf(kind) as RoutineGrant["kind"],
    routine: fromDigits(routine),
    rights: all.filter((right) => right !== "grant").join(", "),
    grantable: all.includes("grant"),
    user: fromDigits(user),
    host: fromDigits(host),
  }
}
