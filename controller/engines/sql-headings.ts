// The headings that each tool writes into a dump of SQL text, and what is counted by them.
import type { ObjectCounts } from "../../schemas/manifest.ts"
import { rowSections } from "../core/part.ts"
import { postgresKinds } from "./postgres-kinds.ts"

/** What is told of the counts: of a whole dump, tables say enough. */
export function heldOf(counts: ObjectCounts, withRows: boolean): ObjectCounts {
  return Object.fromEntries(Object.entries(counts).filter(([kind]) => withRows || kind !== rowSections))
}

/** The bytes it begins with, and what it is a heading of, read from some KiB after these. */
export interface Heading {
  readonly begin: Buffer
  kindOf(text: string): string | undefined
}

const mysqlSections: readonly (readonly [string, string])[] = [
  ["Table structure for table `", "tables"],
  ["Dumping data for table `", rowSections],
  ["Final view structure for view `", "views"],
  ["Sequence structure for `", "sequences"],
]
// Of a routine that was made under ANSI_QUOTES, names stand in double quotes.
const name = '(?:`(?:[^`]|``)*`|"(?:[^"]|"")*")'
const routine = new RegExp(
  `^CREATE (?:DEFINER=${name}(?:@${name})? )?(?:AGGREGATE )?(PROCEDURE|FUNCTION|PACKAGE) `,
)

// MariaDB from 11 on sets the character set before, not after, the delimiter.
const event = /^\/\*!(?:50003 SET @saved_cs_client |50106 CREATE)/

/** Routines and events are as the server prints them; the rest are triggers, in whatever words these were made. */
function programKind(text: string): string | undefined {
  if (event.test(text)) return "events"
  const word = routine.exec(text)?.[1]
  if (word === undefined) return "triggers"
  return word === "PACKAGE" ? undefined : `${word.toLowerCase()}s`
}

/** mysqldump's and mariadb-dump's. Text in rows has its line breaks escaped, so no row can hold one. */
export const mysqlHeadings: readonly Heading[] = [
  {
    begin: Buffer.from("\n--\n-- "),
    kindOf: (text) => mysqlSections.find(([words]) => text.startsWith(words))?.[1],
  },
  { begin: Buffer.from("\nDELIMITER ;;\n"), kindOf: programKind },
]

// A name may hold "; Type: …" itself, and line breaks come as spaces; so the last before the schema counts.
const typeIn = /^[^\n]*; Type: ([A-Z ]+); Schema: [^\n]*\n/

/** pg_dump's. The blank line before is part of it, as a table of one column may hold the other lines. */
export const postgresHeadings: readonly Heading[] = [
  ...["\n\n--\n-- Name: ", "\n\n--\n-- Data for Name: "].map((words) => ({
    begin: Buffer.from(words),
    kindOf: (text: string) => postgresKinds[typeIn.exec(text)?.[1] ?? ""],
  })),
  { begin: Buffer.from("\nSELECT pg_catalog.lo_open('"), kindOf: () => "large objects" },
]
