// What stands in the way of loading a dump of SQL text into a new database of another name: looked for as the text passes.

import type { DumpKind } from "./dump-kind.ts"
import { Fault } from "./fault.ts"
import { psqlCommands } from "./psql-commands.ts"

export interface TextCheck {
  push(chunk: Buffer): void
  /** At the end. Throws a Fault, `import-refused`. */
  finish(): void
}

/** Lines that lead into another database than the one that is loaded into. No row of a dump holds one: line breaks in rows are escaped. */
const leadingAway = ["\n-- Current Database: `", "\nUSE `", "\nCREATE DATABASE "]
const globalIds = "\nSET @@GLOBAL.GTID_PURGED="
const quoting = "standard_conforming_strings"
const longest = 64

export function checkOf({ engine, format, of }: DumpKind): TextCheck {
  if (format === "archive") return { push() {}, finish() {} }
  return engine === "postgres" ? postgresCheck(of) : mysqlCheck()
}

function postgresCheck(of: DumpKind["of"]): TextCheck {
  const commands = psqlCommands()
  let tail = ""
  let unquoted = false
  /** What stands too near to the end is looked at with what follows it. */
  const look = (text: string, isEnd: boolean) => {
    const until = isEnd ? text.length : text.length - longest
    for (let at = text.indexOf(quoting); at >= 0 && at < until; at = text.indexOf(quoting, at + 1))
      unquoted ||= !text.startsWith(`${quoting} = on;`, at)
    tail = text.slice(Math.max(0, until))
  }
  return {
    push(chunk) {
      const text = chunk.toString("latin1")
      commands.push(text)
      look(tail + text, false)
    },
    finish() {
      look(tail, true)
      const found = commands.found()
      if (found && /^\\c(onnect)?\b/.test(found.command))
        throw refused(
          of === "globals"
            ? "the file holds several databases: it is pg_dumpall's of a whole server"
            : `the dump leaves the database that it is loaded into: ${found.command} in line ${found.line}`,
          of === "globals"
            ? "Dump each database by itself with pg_dump --format=custom, and roles with pg_dumpall --globals-only."
            : "It was made with --create. Dump again without, or with --format=custom.",
        )
      if (found)
        throw refused(
          `psql would run a command of its own: ${found.command} in line ${found.line}`,
          "No dump of pg_dump holds such a thing. Look who has changed the file.",
        )
      if (unquoted)
        throw refused(
          "the text changes how strings are read (standard_conforming_strings)",
          "What psql would run of it cannot be told. Dump again with a newer pg_dump.",
        )
    },
  }
}

function mysqlCheck(): TextCheck {
  let tail = "\n"
  let away: string | undefined
  let ids = false
  return {
    push(chunk) {
      const text = tail + chunk.toString("latin1")
      away ??= leadingAway.find((words) => text.includes(words))
      ids ||= text.includes(globalIds)
      tail = text.slice(-longest)
    },
    finish() {
      if (away !== undefined)
        throw refused(
          `the dump names the database it is loaded into: ${away.trim()}`,
          "It would be written over, whatever the new one is called. Dump again without --databases and --all-databases.",
        )
      if (ids)
        throw refused(
          "the dump sets the transactions that the whole server has seen (GTID_PURGED)",
          "Dump again with --set-gtid-purged=OFF.",
        )
    },
  }
}

const refused = (message: string, hint: string) => new Fault("import-refused", message, { hint })
