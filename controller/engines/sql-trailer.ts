// Watches a dump of SQL statements pass by and proves it by its first and last lines. Keeps only the two ends: a line in the
// middle of the data that looks like the end proves nothing.
import { Fault } from "../core/fault.ts"
import type { EndDetector } from "../ports.ts"
import { sqlContents } from "./sql-contents.ts"
import { type Heading, heldOf, mysqlHeadings, postgresHeadings } from "./sql-headings.ts"

/** How the text of one tool begins and ends. Both patterns see at most 4 KiB. */
export interface SqlEnds {
  /** Anchored with ^. */
  readonly first: RegExp
  /** Anchored with $. */
  readonly last: RegExp
  /** What was seen, in words. */
  readonly seen: string
  /** What is counted as the text passes. */
  readonly headings: readonly Heading[]
}

const keptBytes = 4096

/** mysqldump's and mariadb-dump's. The line before the trailer is part of it: a procedure's comment may repeat the trailer alone. */
export const mysqlDump: SqlEnds = {
  first: /^(?:\/\*M?!999999\\- enable the sandbox mode \*\/ ?\n)?-- (?:MySQL|MariaDB) dump /,
  last: /\n\/\*(?:!40111 SET SQL_NOTES=@OLD_SQL_NOTES|M!100616 SET NOTE_VERBOSITY=@OLD_NOTE_VERBOSITY) \*\/;\n\n-- Dump completed(?: on \d{4}-\d\d-\d\d +\d{1,2}:\d\d:\d\d)?\n$/,
  seen: "the dump completed trailer",
  headings: mysqlHeadings,
}

/** pg_dump's of one database. Since 17.6 and its like a \restrict line comes first and an \unrestrict line last. */
export const postgresDump: SqlEnds = {
  first: /^(?:\s|--\n|\\restrict \w+\n)*-- PostgreSQL database dump\n/,
  last: /\n--\n-- PostgreSQL database dump complete\n--\n(?:\s|\\unrestrict \w+\n)*$/,
  seen: "the database dump complete trailer",
  headings: postgresHeadings,
}

/** pg_dumpall's, with the same two lines around it. */
export const postgresGlobals: SqlEnds = {
  first: /^(?:\s|--\n|\\restrict \w+\n)*-- PostgreSQL database cluster dump\n/,
  last: /\n--\n-- PostgreSQL database cluster dump complete\n--\n(?:\s|\\unrestrict \w+\n)*$/,
  seen: "the cluster dump complete trailer",
  headings: [],
}

/** Our own, around the accounts and grants of MySQL and MariaDB. */
export const mysqlGlobals: SqlEnds = {
  first: /^-- dbbackup: accounts, roles and grants\n/,
  last: /\n-- dbbackup: end of accounts, roles and grants\n$/,
  seen: "the end of accounts, roles and grants",
  headings: [],
}

/** @param withRows also count the tables whose rows are in it */
export function sqlEnd({ first, last, seen, headings }: SqlEnds, withRows = false): EndDetector {
  let head: Buffer = Buffer.alloc(0)
  let tail: Buffer = Buffer.alloc(0)
  const contents = sqlContents(headings)
  let bytes = 0
  return {
    push(chunk) {
      contents.push(chunk)
      bytes += chunk.length
      if (head.length < keptBytes) head = Buffer.concat([head, chunk.subarray(0, keptBytes - head.length)])
      // A copy, so that the chunk's memory is not held.
      tail =
        chunk.length >= keptBytes
          ? Buffer.from(chunk.subarray(-keptBytes))
          : Buffer.concat([tail, chunk]).subarray(-keptBytes)
    },
    finish() {
      if (bytes === 0) throw new Fault("dump-empty", "the dump has no bytes")
      if (!first.test(head.toString("latin1")))
        throw new Fault("dump-truncated", "the dump does not begin as the tool's dumps do", { hint })
      if (!last.test(tail.toString("latin1")))
        throw new Fault("dump-truncated", `the dump ends after ${bytes} bytes without its trailer`, { hint })
      return seen
    },
    held: () => heldOf(contents.held(), withRows),
  }
}

const hint =
  "The bytes stopped before the dump was complete. Nothing was listed as good; look at the server's and Docker's logs."
