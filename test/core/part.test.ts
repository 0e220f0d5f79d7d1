import { describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import {
  choose,
  countsOf,
  matches,
  noMatch,
  patternsOf,
  type Relation,
  unmatched,
} from "../../controller/core/part.ts"
import { JobLabels } from "../../schemas/labels.ts"
import { takesAll } from "../../schemas/part-labels.ts"

setDefaultTimeout(120_000)

const relation = (name: string, more: Partial<Relation> = {}): Relation => ({
  schema: "public",
  name,
  kind: "tables",
  triggers: 0,
  hasRows: true,
  parents: [],
  reads: [],
  ...more,
})
const spec = (labels: Record<string, string>) => JobLabels.parse(labels)
const namesOf = (relations: readonly Relation[]) => relations.map(({ name }) => name)

const item = relation("item", { triggers: 2 })
const log = relation("log")
const event = relation("event", { hasRows: false })
const partition = relation("event_1", { parents: [event] })
const other = relation("event_2", { parents: [event] })
const seen = relation("seen", { kind: "views", hasRows: false, reads: [log] })
const seenAgain = relation("seen_again", { kind: "views", hasRows: false, reads: [seen] })
const numbers = relation("numbers", { kind: "sequences", hasRows: false })
const all = [item, log, event, partition, other, seen, seenAgain, numbers]
const chosen = (labels: Record<string, string>) => choose(spec(labels), all, false)

describe("a job takes all of a database", () => {
  test("unless one of its labels says that it does not", () => {
    for (const labels of [{}, { content: "all" }, { tables: "*" }, { tables: "a,*" }, { format: "plain" }])
      expect(takesAll(spec(labels as Record<string, string>))).toBe(true)
    for (const labels of [
      { content: "schema" },
      { content: "data" },
      { tables: "a" },
      { "exclude-tables": "a" },
      { "exclude-data": "a" },
    ])
      expect(takesAll(spec(labels as Record<string, string>))).toBe(false)
  })
})

describe("a pattern", () => {
  test("is of the whole name, with or without its schema, and case counts where the server says so", () => {
    expect(matches("item", item, false)).toBe(true)
    expect(matches("public.item", item, false)).toBe(true)
    expect(matches("app.item", item, false)).toBe(false)
    expect(matches("public.*", item, false)).toBe(true)
    expect(matches("ITEM", item, false)).toBe(false)
    expect(matches("Public.ITEM", item, true)).toBe(true)
    expect(matches("ite", item, false)).toBe(false)
  })

  test("that matches nothing is told, with the nearest name", () => {
    const left = unmatched(patternsOf(spec({ tables: "item,lgo", "exclude-data": "zzz*" })), all, false)
    expect(left).toEqual([
      { key: "tables", text: "lgo" },
      { key: "exclude-data", text: "zzz*" },
    ])
    expect(noMatch("shop", { key: "tables", text: "lgo" }, all)).toMatchObject({
      code: "label-invalid",
      message: 'nothing in shop matches "lgo" of the label dbbackup.tables',
      hint: expect.stringMatching(/^Did you mean log\? Tables and views of shop: item, log/),
      key: "dbbackup.tables",
      suggestion: "log",
    })
    expect(noMatch("shop", { key: "tables", text: "public.itme" }, all).suggestion).toBe("public.item")
    expect(noMatch("shop", { key: "tables", text: "zzz*" }, []).hint).toBe("Tables and views of shop: none.")
  })
})

describe("a choice", () => {
  test("of tables leaves the others, and keeps the sequences that their defaults may ask for", () => {
    const { taken, leftOut, named } = chosen({ tables: "item" })
    expect(namesOf(taken)).toEqual(["item", "numbers"])
    expect(leftOut).toHaveLength(6)
    expect(named).toBe(true)
  })

  test("of what to leave out takes the rest", () => {
    expect(namesOf(chosen({ "exclude-tables": "item" }).leftOut)).toEqual(["item"])
    expect(namesOf(chosen({ tables: "item,log", "exclude-tables": "l*" }).taken)).toEqual(["item", "numbers"])
    expect(chosen({ tables: "*", "exclude-tables": "log" }).named).toBe(false)
  })

  test("leaves out the views that read what is left out, and those that read these", () => {
    const { leftOut, cannotBe } = chosen({ "exclude-tables": "log" })
    expect(namesOf(leftOut)).toEqual(["log", "seen", "seen_again"])
    expect(cannotBe).toEqual([seen, seenAgain])
    expect(chosen({ tables: "seen" }).cannotBe).toEqual([seen])
  })

  test("of a table is one of its partitions, and a partition brings its table, but no other rows", () => {
    expect(namesOf(chosen({ "exclude-tables": "event" }).leftOut)).toEqual(["event", "event_1", "event_2"])
    expect(namesOf(chosen({ "exclude-data": "event" }).withoutRows)).toEqual(["event", "event_1", "event_2"])
    expect(namesOf(chosen({ tables: "event" }).taken)).toEqual(["event", "event_1", "event_2", "numbers"])
    const one = chosen({ tables: "event_1" })
    expect(namesOf(one.taken)).toEqual(["event", "event_1", "numbers"])
    expect(namesOf(one.withoutRows)).toEqual(["event"])
  })

  test("says what its dump must hold", () => {
    expect(countsOf(chosen({ tables: "item,log", "exclude-data": "log" }))).toEqual({
      tables: 2,
      triggers: 2,
      sequences: 1,
      "tables' rows": 1,
    })
    expect(countsOf(chosen({ content: "data" }))).toEqual({ "tables' rows": 4 })
    expect(countsOf(chosen({ content: "schema", "exclude-tables": "event" }))).toEqual({
      tables: 2,
      triggers: 2,
      views: 2,
      sequences: 1,
    })
  })

  test("splits what is there in two, whatever the labels say", () => {
    const some = fc.array(
      fc.constantFrom("item", "l*", "event", "event_1", "seen", "numbers", "nothing", "public.*"),
      { minLength: 1 },
    )
    const label = fc.option(some, { nil: undefined })
    fc.assert(
      fc.property(label, label, label, (tables, exclude, bare) => {
        const asked = { content: "all", tables, "exclude-tables": exclude, "exclude-data": bare } as const
        const { taken, leftOut, withoutRows, cannotBe } = choose(asked, all, false)
        expect(new Set([...taken, ...leftOut])).toEqual(new Set(all))
        expect(taken.length + leftOut.length).toBe(all.length)
        for (const each of withoutRows) expect(taken).toContain(each)
        for (const each of cannotBe) expect(leftOut).toContain(each)
        for (const each of taken)
          for (const needed of [...each.reads, ...each.parents]) expect(taken).toContain(needed)
      }),
    )
  })
})
