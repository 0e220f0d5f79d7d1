// Which tables of a backup a restore takes, and what of them: what is asked, and what that comes to once the dump was looked through.
import type { Fingerprint } from "../../schemas/manifest.ts"
import type { Content, RestoreOptions } from "../../schemas/restore.ts"
import { Fault } from "./fault.ts"
import { listed } from "./restorable-part.ts"
import { nearest } from "./suggest.ts"

/** What is asked for. */
export interface Selection {
  /** Names of tables and views as the fingerprint writes them; undefined: all there are. */
  readonly tables: readonly string[] | undefined
  readonly content: Content
  /**
   * Tables and views of the database that it goes into: what refers to them can be made, and what tables need is taken to be there. Null:
   * a new one, in which nothing is.
   */
  readonly present: readonly string[] | null
}

/** What it comes to. Names as the fingerprint writes them. */
export interface Selected {
  /** Tables that are made or filled, and whether their rows come. */
  readonly tables: ReadonlyMap<string, boolean>
  /** Sequences, and tables with a counter, whose values come. */
  readonly sequences: ReadonlySet<string>
  /** What comes along although nobody asked for it, and what of the chosen tables does not: sentences without a full stop. */
  readonly said: readonly string[]
}

/** Nothing is chosen where the options say nothing of it. `present`: of a database that is there, and that it goes into. */
export function selectionOf(options: RestoreOptions, present: Selection["present"] = null): Selection {
  const { tables, content = "all" } = options.mode === "new" || options.mode === "clean" ? options : {}
  return { tables, content, present }
}

export const isEverything = ({ tables, content }: Selection): boolean =>
  tables === undefined && content === "all"

/** A table or view of a backup, with other ways to write its name that are understood where they mean only one. */
export interface HeldName {
  readonly name: string
  readonly also: readonly string[]
}

/** The names in full, each once. Throws a Fault, `request-invalid`, for one that is not held, with the nearest. */
export function namesIn(asked: readonly string[], held: readonly HeldName[]): readonly string[] {
  const names = new Set(held.map(({ name }) => name))
  const others = Map.groupBy(
    held.flatMap(({ name, also }) => also.map((other) => ({ name, other }))),
    ({ other }) => other,
  )
  const found = asked.map((word) => {
    if (names.has(word)) return word
    const meant = [...new Set((others.get(word) ?? []).map(({ name }) => name))]
    const [only, ...more] = meant
    if (only === undefined) throw notHeld(word, [...names], [...others.keys()])
    if (more.length === 0) return only
    throw new Fault("request-invalid", `"${word}" is the name of several tables: ${listed(meant)}`, {
      hint: "Write the one that is meant in full.",
    })
  })
  return [...new Set(found)]
}

function notHeld(word: string, names: readonly string[], others: readonly string[]): Fault {
  const near = nearest(word, names) ?? nearest(word, others)
  const there = names.length === 0 ? "It holds none at all." : `It holds ${listed([...names].sort())}.`
  return new Fault("request-invalid", `the backup holds no table or view "${word}"`, {
    hint: near === null ? there : `Did you mean ${near}? ${there}`,
    ...(near === null ? {} : { suggestion: near }),
  })
}

/** Of the fingerprint, what a database with nothing but the selection must equal. */
export function fingerprintOf(whole: Fingerprint, { tables, sequences }: Selected): Fingerprint {
  const only = <T>(all: Record<string, T>, pass: (name: string) => boolean) =>
    Object.fromEntries(Object.entries(all).filter(([name]) => pass(name)))
  const rows = Object.entries(only(whole.rows, (name) => tables.has(name)))
  return {
    ...whole,
    rows: Object.fromEntries(rows.map(([name, count]) => [name, tables.get(name) ? count : 0])),
    sequences: only(whole.sequences, (name) => sequences.has(name)),
  }
}
