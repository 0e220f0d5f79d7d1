// Reads a dump that somebody else made before it is loaded: what reaches beyond the database that it is loaded into is refused.
import type { Engine } from "../../schemas/scalar.ts"
import { Fault } from "../core/fault.ts"
import { psqlCommands } from "../core/psql-commands.ts"
import type { EndDetector } from "../ports.ts"
import { statementWalk } from "./statement-walk.ts"

export interface Guard extends EndDetector {
  /** The dump keeps psql from obeying what is in it, by a key of its own. */
  confinesItself(): boolean
}

/** Of PostgreSQL: by statement, as far as one can tell it by its beginning. A function's body is not looked into. */
const postgresRefused = [
  [/^copy\b.*\b(from|to)\s+program\b/is, "runs a program on the server"],
  [/^copy\b.*\b(from|to)\s*''/is, "reads or writes a file of the server"],
  [/^(create|drop|alter)\s+(database|tablespace)\b/i, "is of another database than the one that is restored"],
  [
    /^(comment|(grant|revoke|security\s+label)\b.*)\s+on\s+database\b/is,
    "is of another database than the one that is restored",
  ],
  [/^(create|drop|alter)\s+(role|user(?!\s+mapping)|group)\b/i, "changes the roles of the server"],
  [/^alter\s+system\b/i, "changes the settings of the server"],
  [/^load\b/i, "loads a library into the server"],
  [/^set\s+(session\s+)?standard_conforming_strings\s*(=|to)(?!\s*on\s*$)/i, "changes how strings are read"],
] as const

const mysqlRefused = [
  [/^use\b/i, "goes on in another database than the one that is restored"],
  [
    /^(create(\s+or\s+replace)?|drop)\s+(database|schema)\b/i,
    "is of another database than the one that is restored",
  ],
  [/^(create(\s+or\s+replace)?|alter|drop|rename)\s+(user|role)\b/i, "changes the accounts of the server"],
  [/^(grant|revoke)\b/i, "changes the accounts of the server"],
  [/^set\s+password\b/i, "changes the accounts of the server"],
  [/^set\s+(.*,\s*)?(@@)?(global|persist)\b/i, "changes the settings of the server"],
  [
    /^(install|uninstall|shutdown|restart|kill|purge|reset|change|stop|start\s+(slave|replica))\b/i,
    "commands the server itself",
  ],
  [/^load\s+(data|xml)\b/i, "reads a file"],
  [/^(?!create\b).*\binto\s+(outfile|dumpfile)\b/is, "writes a file of the server"],
  [/^(system|source|tee|pager|edit|connect|prompt)\b/i, "is a command of the client"],
] as const

/**
 * Why a statement is refused, in words; undefined when it is not. @param text without what makes it run in comments
 * @param named the same with its names
 */
export function whyRefused(engine: Engine, text: string, named: string): string | undefined {
  const rules = engine === "postgres" ? postgresRefused : mysqlRefused
  const rule = rules.find(([pattern]) => pattern.test(text))
  if (rule) return `the statement ${shown(text)} ${rule[1]}`
  return engine === "postgres" ? undefined : reachesOut(named)
}

const name = '(?:`(?:[^`]|``)*`|"(?:[^"]|"")*"|[\\w$\\x80-\\xff]+)'
const ofObject = "(?:table|view|trigger|procedure|function|event|sequence)(?:\\s+if\\s+(?:not\\s+)?exists)?"
const changing = `(?:insert|replace|update|delete)(?:\\s+(?:low_priority|delayed|high_priority|quick|ignore))*(?:\\s+(?:into|from))?|(?:create|drop|alter|truncate|rename)\\b[^\`".(]*?\\b${ofObject}|truncate|lock\\s+tables?`
/** No tool names the database before the name of what it makes or fills. */
const qualified = new RegExp(`^(?:${changing})\\s+(${name})\\s*\\.\\s*[\`"\\w$]`, "i")

/** A statement that names another database than the one that is loaded into, as far as its beginning tells. */
function reachesOut(named: string): string | undefined {
  const text = withoutVersion(named.replaceAll(/(?<=\s)\d{5,6}(?=\s)/g, " ")).replace(
    /\bdefiner\s*=\s*\S+/i,
    " ",
  )
  const database = qualified.exec(text)?.[1]
  return database && `the statement ${shown(text)} names a database by itself, ${shown(database)}`
}

/** What runs inside a comment of MySQL begins with a version. */
export const withoutVersion = (code: string): string =>
  code
    .replaceAll("*/", " ")
    .replace(/^\s*\d+\s+/, "")
    .trim()

/** MariaDB's dumps begin by forbidding its client what reaches beyond it. */
export const sandbox = /^\\- enable the sandbox mode \*\/ ?\r?$/

/** `finish` throws a Fault, `restore-unsupported`, for the first thing of that kind. */
export function guardAgainst(engine: Engine): Guard {
  let found: string | undefined
  let statements = 0
  let key: string | undefined
  let released = false
  let keySeen = 0
  let tail = ""
  const refuse = (what: string) => {
    found ??= what
  }
  // It knows more of psql's ways to read than the walk, and takes what is unclear for a command.
  const commands = engine === "postgres" ? psqlCommands() : null
  const walk = statementWalk(engine, {
    statement(code, named) {
      statements++
      if (released) refuse("it goes on after the line that ends it")
      const text = withoutVersion(code)
      const why = whyRefused(engine, text, named)
      if (why !== undefined) refuse(why)
      return engine === "postgres" && /^copy\b.*\bfrom\s+stdin\b/is.test(text) ? "rows follow" : undefined
    },
    command(line) {
      const [, name, given] = /^\\(restrict|unrestrict) (\w+)\s*$/.exec(line) ?? []
      if (engine === "postgres" && name === "restrict" && statements === 0 && key === undefined) key = given
      else if (engine === "postgres" && name === "unrestrict" && key !== undefined && given === key)
        released = true
      else if (engine !== "mariadb" || !sandbox.test(line))
        refuse(`the line ${shown(line)} is a command of the client`)
    },
  })
  return {
    push(chunk) {
      const seam = tail + chunk.toString("latin1")
      walk.push(chunk)
      commands?.push(chunk.toString("latin1"))
      if (key !== undefined) {
        keySeen += seam.split(key).length - 1
        tail = seam.slice(-(key.length - 1))
      } else tail = seam.slice(-256)
    },
    finish() {
      walk.end()
      // Known to whoever wrote the dump, the key must not end what it began anywhere else.
      if (key !== undefined && keySeen > 2) refuse("its key is in it more than twice")
      const command = commands?.found()
      if (command) refuse(`line ${command.line}, ${shown(command.command)}, is a command of the client`)
      if (found === undefined) return "nothing that reaches beyond its database"
      throw new Fault("restore-unsupported", `the dump was made elsewhere, and is not loaded: ${found}`, {
        hint: "Look at the file. What you trust can be loaded by hand, with the commands in the backup's manifest.",
      })
    },
    held: () => ({}),
    confinesItself: () => key !== undefined,
  }
}

const mostShown = 60
export const shown = (text: string): string => {
  const line = text.replace(/\s+/g, " ")
  return line.length > mostShown ? `${line.slice(0, mostShown)}…` : line
}

/** Both see every byte; the first that is not content decides. */
export function bothOf(one: EndDetector, other: EndDetector): EndDetector {
  return {
    push(chunk) {
      one.push(chunk)
      other.push(chunk)
    },
    finish() {
      const seen = one.finish()
      other.finish()
      return seen
    },
    held: () => one.held(),
  }
}
