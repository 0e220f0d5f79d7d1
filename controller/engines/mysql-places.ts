// What must be known of MySQL and MariaDB databases before they exchange their contents: who is there, and what cannot go with them.
import type { Obstacle, Place, SwapWords } from "../core/swap-plan.ts"
import type { ToolOutcome } from "../ports.ts"
import { keptMark, keptTable } from "./mysql-journal.ts"
import { programKinds } from "./mysql-programs.ts"
import { fromHex, text } from "./mysql-sql.ts"
import { bytesOf, hexOf, prepared } from "./mysql-words.ts"

export const words: SwapWords = {
  exchange: (name, temporary) => [
    `Write down beside ${temporary} what cannot be moved: triggers, views, routines and events of both`,
    `In one statement: move all tables of ${name} to ${name}_before_ and the time, and those of ${temporary} to ${name}; tables with triggers are away for a moment, until their triggers are there`,
    `Make the triggers, views, routines and events of ${temporary} again in ${name}; its grants, and those on what is in it, stay`,
  ],
  keptAs: "its views, routines, triggers and events written down in it",
}

const sessionsOf = (names: readonly string[]) =>
  `from information_schema.processlist p where p.db in (${names.map(text).join(", ")}) and p.id <> connection_id()
and p.command <> 'Daemon' and p.user not in ('system user', 'event_scheduler')`

/** Rows of a key and values. */
export const describePlaces = (names: readonly string[]): string => {
  const one = (column: string) => `${column} in (${names.map(text).join(", ")})`
  return [
    "set session sql_mode = ''",
    `select 'place', hex(s.schema_name) from information_schema.schemata s where ${one("s.schema_name")}`,
    `select 'mark', hex(t.table_schema), hex(t.table_comment) from information_schema.tables t where ${one("t.table_schema")} and t.table_name = '${keptTable}'`,
    `select 'session', hex(p.db), hex(concat(p.user, ' (', substring_index(p.host, ':', 1), ')')), count(*) ${sessionsOf(names)} group by 2, 3 order by 2, 3`,
    `select 'to', hex(r.constraint_schema), hex(concat(r.unique_constraint_schema, '.', r.referenced_table_name)) from information_schema.referential_constraints r
where ${one("r.constraint_schema")} and r.unique_constraint_schema <> r.constraint_schema`,
    `select 'from', hex(r.unique_constraint_schema), hex(concat(r.constraint_schema, '.', r.table_name)) from information_schema.referential_constraints r
where ${one("r.unique_constraint_schema")} and r.unique_constraint_schema <> r.constraint_schema`,
    `select 'merged', hex(t.table_schema), hex(t.table_name) from information_schema.tables t where ${one("t.table_schema")} and t.engine = 'MRG_MYISAM'`,
    `select 'broken', hex(t.table_schema), hex(t.table_name), t.table_rows from information_schema.tables t where ${one("t.table_schema")} and t.table_type = 'VIEW' and t.table_comment <> 'VIEW'`,
    `set @dbbackup = if(exists (select 1 from information_schema.tables t where t.table_schema = 'information_schema' and t.table_name = 'LIBRARIES'),
  convert(${hexOf(bytesOf(`select 'other', hex(l.library_schema), hex(l.library_name), 'library' from information_schema.libraries l where ${one("l.library_schema")}`))} using utf8mb4), 'do 0')`,
    ...prepared,
    `select 'other', hex(r.routine_schema), hex(r.routine_name), lower(r.routine_type) from information_schema.routines r
where ${one("r.routine_schema")} and lower(r.routine_type) not in (${programKinds.map((kind) => `'${kind}'`).join(", ")})`,
  ].join(";\n")
}

export function readPlaces({ stdout }: Pick<ToolOutcome, "stdout">): readonly Place[] {
  const rows = stdout.split("\n").map((line) => line.split("\t"))
  return rows
    .filter(([key]) => key === "place")
    .map(([, digits = ""]) => {
      const of = (key: string) => rows.filter((row) => row[0] === key && row[1] === digits)
      const sessions = of("session")
      const mark = of("mark")[0]?.[2]
      return {
        name: fromHex(digits),
        key: mark === undefined ? null : restoreIn(fromHex(mark)),
        sessions: sessions.reduce((sum, [, , , count]) => sum + Number(count), 0),
        who: sessions.map(([, , who]) => fromHex(who)),
        obstacles: [
          ...of("to").map(([, , table]) => foreignKey(`to ${fromHex(table)}`)),
          ...of("from").map(([, , table]) => foreignKey(`from ${fromHex(table)}`)),
          ...of("merged").map(([, , table]) => ({
            what: `the MERGE table ${fromHex(table)}, which names its parts by their database`,
            todo: "Drop the MERGE table first, and make it again afterwards.",
          })),
          ...of("other").map(([, , name, kind = ""]) => ({
            what: `the ${kind} ${fromHex(name)}, which this version cannot move`,
            todo: "Restore beside, and let the application use that database.",
          })),
        ],
        staysBehind: of("broken").map(
          ([, , view]) =>
            `the view ${fromHex(view)}, which reads what is gone or what its definer may not read`,
        ),
      }
    })
}

const foreignKey = (where: string): Obstacle => ({
  what: `a foreign key ${where}`,
  todo: "Drop foreign keys between databases first, and add them again afterwards: they follow the tables that are replaced.",
})

const mark = new RegExp(`^${keptMark("ID").replace(/[()]/g, "\\$&").replace("ID", "(.+)")}$`)
const restoreIn = (comment: string): string | null => mark.exec(comment)?.[1] ?? null

/** Rows with what ends each session of people in the databases. */
export const listSessions = (names: readonly string[]): string => `select p.id ${sessionsOf(names)}`
