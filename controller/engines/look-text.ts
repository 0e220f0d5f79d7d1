// Looks through a dump or a script of SQL as its bytes pass: finds the databases in it, what is loaded of each, and what speaks
// against that. What is left out is left out by the very bytes, so that what is loaded is what was looked at.

import type { Engine } from "../../schemas/scalar.ts"
import type { SourcePart } from "../../schemas/source-reading.ts"
import { asideOf, connectedTo, framingOf } from "./dump-framing.ts"
import type { Span } from "./heard.ts"
import { sandbox, shown, whyRefused, withoutVersion } from "./hostile.ts"
import { type KeptText, keptText } from "./kept-text.ts"
import { statementWalk } from "./statement-walk.ts"

export interface LookedText {
  /** Of each database that it names. */
  readonly parts: readonly SourcePart[]
  /** What comes before the first, or everything. */
  readonly rest: SourcePart
  readonly findings: readonly string[]
  /** What the text ends inside of; null when it may end there. */
  readonly endsInside: string | null
}

export interface TextLook {
  push(chunk: Buffer): void
  finish(): LookedText
}

/** What is longer is no statement that is left out, and need not wait to be loaded until it has ended. */
const longestHeld = 64 * 1024

/** @param ofTool as a tool writes it: what frames the databases is left out. Otherwise it speaks against the text. */
export function lookThroughText(engine: Engine, ofTool: boolean): TextLook {
  const isPostgres = engine === "postgres"
  const first = keptText(engine, null, ofTool)
  const named = new Map<string, KeptText>()
  const findings = new Set<string>()
  const attributes = new Map<string, Readonly<Record<string, string>>>()
  let current = first
  /** Bytes that were read and not decided on yet, from that place on. */
  let held: Buffer = Buffer.alloc(0)
  let heldFrom = 0
  let seen = 0

  const takeUntil = (at: number) => {
    const bytes = held.subarray(0, at - heldFrom)
    current.take(bytes, heldFrom)
    held = held.subarray(bytes.length)
    heldFrom += bytes.length
  }
  /** False where part of it is loaded already. */
  const leaveOut = ({ from, until }: Span): boolean => {
    if (from < heldFrom) return false
    takeUntil(from)
    held = held.subarray(until - heldFrom)
    heldFrom = until
    return true
  }
  const enter = (database: string) => {
    current = named.get(database) ?? keptText(engine, database, ofTool)
    named.set(database, current)
  }
  const tooLong = "a statement that must be left out is too long"

  const walk = statementWalk(engine, {
    statement(code, withNames, span) {
      const text = withoutVersion(code)
      const framing = ofTool ? framingOf(engine, text, withNames) : asideOf(engine, text)
      if (framing !== null) {
        if (!leaveOut(span)) current.refuse(tooLong)
        if (framing.does === "enter") enter(framing.database)
        else {
          if (framing.finding) findings.add(framing.finding)
          if (framing.makes) attributes.set(framing.makes.database, framing.makes.attributes)
        }
        return undefined
      }
      current.heard(withNames)
      const why = whyRefused(engine, text, withNames)
      if (why !== undefined) current.refuse(why)
      return isPostgres && /^copy\b.*\bfrom\s+stdin\b/is.test(text) ? "rows follow" : undefined
    },
    command(line, span, isAlone) {
      const isKey = isPostgres && /^\\(un)?restrict \w+\s*$/.test(line)
      const database = isPostgres && ofTool ? connectedTo(line) : undefined
      const isSandbox = !isPostgres && ofTool && span.from === 0 && sandbox.test(line)
      if (isAlone && (isKey || database !== undefined || isSandbox) && leaveOut(span)) {
        if (database !== undefined) enter(database)
      } else if (!isSandbox) current.refuse(`the line ${shown(line)} is a command of the client`)
    },
  })
  return {
    push(chunk) {
      held = held.length > 0 ? Buffer.concat([held, chunk]) : chunk
      seen += chunk.length
      walk.push(chunk)
      takeUntil(seen - walk.settled() > longestHeld ? seen : Math.max(heldFrom, walk.settled()))
      held = Buffer.from(held)
    },
    finish() {
      const endsInside = walk.inside()
      walk.end()
      takeUntil(seen)
      for (const [database, found] of attributes) named.get(database)?.describe(found)
      // What precedes the databases of MySQL's tools sets up the session; that of PostgreSQL's is of the whole server.
      const before = isPostgres ? [] : first.ranges()
      const parts = [...named.values()].map((part) => part.part(before))
      return { parts, rest: first.part([]), findings: [...findings], endsInside }
    },
  }
}
