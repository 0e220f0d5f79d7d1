// A dump of MySQL or MariaDB names the dumped database in two places: in a statement around routines whose collation is not the
// database's own, and before the sequence that a column's default asks (MariaDB). Loaded into another database, it would change the one of
// that name, use up its sequences, or fail without it. Without the name it is for the database that is loaded into.
import type { Passage } from "./mysql-rewriter.ts"
import { bytesOf, quoted } from "./mysql-words.ts"

/** Of 64 characters a name may have, each of four bytes, or two where it is a quote. */
const longestStatement = 512

export const alterDatabase: Passage = {
  begin: Buffer.from("\nALTER DATABASE `"),
  mostBytes: longestStatement,
  isWhole: ({ length }) => length === longestStatement,
  instead(text) {
    const named = /^\nALTER DATABASE `(?:[^`]|``){1,256}` (?=CHARACTER SET \w+ COLLATE \w+ ;)/.exec(text)
    return named ? { length: named[0].length, piece: "\nALTER DATABASE " } : undefined
  },
}

const longestColumn = 16_384

/** A column's line in CREATE TABLE. What stands in quotes before is a value, which may hold anything. */
export function columnOf(database: string): Passage {
  const own = `${quoted(bytesOf(database))}.`
  const asked = ["nextval(", "lastval("].map((bare) => ({ named: `${bare}${own}`, bare }))
  return {
    begin: Buffer.from("\n  `"),
    mostBytes: longestColumn,
    isWhole: (bytes) => bytes.length === longestColumn || bytes.indexOf("\n", 1) > 0,
    instead(text) {
      const line = /^\n[^\n']*/.exec(text)?.[0] ?? ""
      const piece = asked.reduce((now, { named, bare }) => now.replaceAll(named, bare), line)
      return piece === line ? undefined : { length: line.length, piece }
    },
  }
}
