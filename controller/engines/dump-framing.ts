// What a tool writes around the databases of its dump: which one follows, and what is of that database as such, by its own name. It is
// not loaded, as the database that is loaded into has another name, and is there already.
import type { Engine } from "../../schemas/scalar.ts"

export type Framing =
  /** What follows is of the database of that name. */
  | { readonly does: "enter"; readonly database: string }
  /** Left out; `finding`: what a person is told about it. `makes`: it says of a database what it is made with. */
  | {
      readonly does: "leave out"
      readonly finding?: string
      readonly makes?: { readonly database: string; readonly attributes: Readonly<Record<string, string>> }
    }

const leaveOut: Framing = { does: "leave out" }
const ofDatabase = /^(alter|(comment|(grant|revoke|security\s+label)\b.*)\s+on)\s+database\b/is
const gtids = /^set\s+@@global\.gtid_purged\b/i
const position = /^(change\s+(master|replication\s+source)\b|set\s+global\s+gtid_slave_pos\b)/i
const session = /^set\s+(@@session\.sql_log_bin|@mysqldump_temp_log_bin|global\s+innodb_stats_auto_recalc)\b/i
const backticked = /`((?:[^`]|``)+)`/

/** What of a script is of its session or server, and not of its database: left out as in a dump. Null: an ordinary statement. */
export function asideOf(engine: Engine, code: string): Framing | null {
  if (engine === "postgres") return null
  if (session.test(code)) return leaveOut
  if (gtids.test(code))
    return {
      does: "leave out",
      finding:
        "The transactions that the dumped server had seen (GTID_PURGED) are left out: they are of the whole server",
    }
  if (position.test(code))
    return { does: "leave out", finding: "Where replication stood is left out: it is of the whole server" }
  return null
}

/** Null: an ordinary statement. @param code without versions of comments @param named the same with its names */
export function framingOf(engine: Engine, code: string, named: string): Framing | null {
  if (engine === "postgres" && /^(create|drop)\s+database\b/i.test(code)) return leaveOut
  if (engine === "postgres")
    return ofDatabase.test(code)
      ? {
          does: "leave out",
          finding: "Settings, comment and grants that belong to a database itself are left out",
        }
      : null
  if (/^use\b/i.test(code)) {
    const database = nameIn(named)
    return database === undefined ? null : { does: "enter", database }
  }
  if (/^create\s+(or\s+replace\s+)?(database|schema)\b/i.test(code)) {
    const database = nameIn(named)
    return database === undefined
      ? null
      : { does: "leave out", makes: { database, attributes: attributesIn(named) } }
  }
  return /^drop\s+(database|schema)\b/i.test(code) ? leaveOut : asideOf(engine, code)
}

function nameIn(named: string): string | undefined {
  const quoted = backticked.exec(named)?.[1]
  if (quoted !== undefined) return utf8(quoted.replaceAll("``", "`"))
  return /^\s*use\s+([\w$\x80-\xff]+)/i.exec(named)?.[1]
}

function attributesIn(named: string): Record<string, string> {
  const charset = /\bCHARACTER\s+SET\s+(\w+)/i.exec(named)?.[1]
  const collation = /\bCOLLATE\s+(\w+)/i.exec(named)?.[1]
  return { ...(charset && { charset }), ...(collation && { collation }) }
}

/**
 * Of psql's `\connect`, as pg_dump and pg_dumpall write it. Undefined for anything else, such as one that names a host.
 * @param line from its backslash on
 */
export function connectedTo(line: string): string | undefined {
  const named = /^\\c(?:onnect)? (?:"((?:[^"]|"")+)"|([\w$\x80-\xff]+))\s*$/.exec(line)
  if (named) return utf8((named[1] ?? named[2] ?? "").replaceAll('""', '"'))
  const string = /^\\c(?:onnect)? -reuse-previous=on "dbname='((?:[^"]|"")*)'"\s*$/.exec(line)?.[1]
  return string === undefined ? undefined : utf8(string.replaceAll('""', '"').replaceAll(/\\(.)/g, "$1"))
}

/** What was read byte by byte. */
const utf8 = (text: string): string => Buffer.from(text, "latin1").toString()
