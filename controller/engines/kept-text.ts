// One database of a dump as it passes: which stretches of the text are loaded, what is in them, and why they are not loaded at all.

import type { Engine } from "../../schemas/scalar.ts"
import type { SourcePart } from "../../schemas/source-reading.ts"
import { psqlCommands } from "../core/psql-commands.ts"
import { shown } from "./hostile.ts"
import { type Contents, sqlContents } from "./sql-contents.ts"
import { heldOf, mysqlHeadings, postgresHeadings } from "./sql-headings.ts"
import { needsOfText } from "./text-needs.ts"

const mostRanges = 10_000

export interface KeptText {
  readonly database: string | null
  /** Bytes that are loaded, from that place in the whole text on. */
  take(bytes: Buffer, from: number): void
  heard(named: string): void
  refuse(why: string): void
  describe(attributes: Readonly<Record<string, string>>): void
  /** At the end. @param before stretches that come first */
  part(before: readonly (readonly [number, number])[]): SourcePart
  ranges(): readonly (readonly [number, number])[]
}

/** @param ofTool its headings tell what is in it; otherwise its statements do */
export function keptText(engine: Engine, database: string | null, ofTool: boolean): KeptText {
  const ranges: [number, number][] = []
  const roles = new Set<string>()
  const extensions = new Set<string>()
  const counts: Record<string, number> = {}
  let attributes: Readonly<Record<string, string>> = {}
  let refusal: string | undefined
  // It knows more of psql's ways to read than a walk, and takes what is unclear for a command. It is shown what psql is.
  const commands = engine === "postgres" ? psqlCommands() : null
  const contents: Contents | null = ofTool
    ? sqlContents(engine === "postgres" ? postgresHeadings : mysqlHeadings)
    : null
  return {
    database,
    take(bytes, from) {
      if (bytes.length === 0) return
      commands?.push(bytes.toString("latin1"))
      contents?.push(bytes)
      const last = ranges.at(-1)
      if (last && last[1] === from) last[1] = from + bytes.length
      else if (ranges.length < mostRanges) ranges.push([from, from + bytes.length])
      else refusal ??= "it has more commands and statements between its rows than any dump has"
    },
    heard(named) {
      const needs = needsOfText(engine, named)
      for (const role of needs.roles) roles.add(role)
      for (const extension of needs.extensions) extensions.add(extension)
      if (ofTool) return
      counts.statements = (counts.statements ?? 0) + 1
      if (needs.makes !== null) counts[needs.makes] = (counts[needs.makes] ?? 0) + 1
    },
    refuse(why) {
      refusal ??= why
    },
    describe(found) {
      attributes = found
    },
    ranges: () => ranges,
    part(before) {
      const command = commands?.found()
      if (command) refusal ??= `${shown(command.command)} is a command of the client`
      return {
        engine: ofTool ? null : engine,
        database,
        ranges: [...before, ...ranges].map(([from, until]) => [from, until]),
        counts: contents ? heldOf(contents.held(), true) : counts,
        roles: [...roles].sort(),
        extensions: [...extensions].filter((name) => name !== "plpgsql").sort(),
        attributes: { ...attributes },
        refusal: refusal ?? null,
      }
    },
  }
}
