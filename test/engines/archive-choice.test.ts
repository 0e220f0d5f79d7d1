// Which entries of an archive come with chosen tables: by names and needs alone, without an archive.
import { describe, expect, test } from "bun:test"
import type { Selection } from "../../controller/core/selection.ts"
import { chooseEntries } from "../../controller/engines/archive-choice.ts"
import { type ArchiveEntry, section } from "../../controller/engines/archive-entries.ts"

const entry = (
  id: number,
  kind: string,
  tag: string,
  needs: readonly number[] = [],
  more: Partial<ArchiveEntry> = {},
): ArchiveEntry => ({
  ...{ id, kind, tag, needs, schema: "public", section: section.preData, hasData: false, definition: "" },
  ...more,
})
const rows = (id: number, tag: string, table: number) =>
  entry(id, "TABLE DATA", tag, [table], { section: section.data, hasData: true })
const late = { section: section.postData }
const key = (id: number, tag: string, needs: readonly number[], refersTo: string) =>
  entry(id, "FK CONSTRAINT", tag, needs, {
    ...late,
    definition: `ALTER TABLE ONLY public.x\n    ADD CONSTRAINT c FOREIGN KEY (a) REFERENCES ${refersTo}(id);\n`,
  })

/** A shop: lines of orders of customers, with all that hangs on them. */
const shop: readonly ArchiveEntry[] = [
  entry(1, "ENCODING", "ENCODING", [], { schema: "" }),
  entry(2, "SCHEMA", "app", [], { schema: "" }),
  entry(3, "TYPE", "mood"),
  entry(4, "FUNCTION", "touch()"),
  entry(10, "TABLE", "customer", [3]),
  entry(11, "TABLE", "order", []),
  entry(12, "SEQUENCE", "order_id_seq", [11], { definition: "CREATE SEQUENCE public.order_id_seq\n" }),
  entry(13, "SEQUENCE OWNED BY", "order_id_seq", [12]),
  entry(14, "SEQUENCE", "free_seq", [], { definition: "CREATE SEQUENCE public.free_seq\n" }),
  entry(15, "FUNCTION", "first_customer()", [10]),
  entry(16, "VIEW", "rich", [10]),
  entry(17, "VIEW", "recent", [11]),
  entry(18, "TABLE", 'line.of "it"', []),
  entry(19, "DEFAULT", "order id", [12, 11]),
  entry(20, "DEFAULT", 'line.of "it" number', [12, 18]),
  rows(30, "customer", 10),
  rows(31, "order", 11),
  rows(32, 'line.of "it"', 18),
  entry(33, "SEQUENCE SET", "order_id_seq", [12], { section: section.data }),
  entry(34, "BLOBS", "BLOBS", [], { section: section.data, schema: "", hasData: true }),
  entry(40, "CONSTRAINT", "customer customer_pkey", [10], late),
  entry(41, "CONSTRAINT", "order order_pkey", [11], late),
  entry(42, "TRIGGER", "order touched", [4, 11], late),
  entry(43, "TRIGGER", "order greets", [15, 11], late),
  key(44, "order order_customer_fkey", [11, 10, 40], "public.customer"),
  key(45, 'line.of "it" line_order_fkey', [18, 11, 41], "public.order"),
  entry(46, "PUBLICATION", "all", [], { ...late, schema: "" }),
  entry(47, "PUBLICATION TABLE", "all order", [46, 11], late),
  entry(48, "EVENT TRIGGER", "watch", [4], { ...late, schema: "" }),
  entry(50, "COMMENT", "TABLE order", [11], { section: section.none }),
  entry(51, "COMMENT", "TABLE customer", [10], { section: section.none }),
  entry(52, "ACL", "TABLE order", [11], { section: section.none }),
]
const chosen = (tables: readonly string[] | undefined, more: Partial<Selection> = {}, entries = shop) => {
  const choice = chooseEntries(entries, { tables, content: "all", present: null, ...more })
  return { ...choice, kept: [...choice.kept] }
}

describe("into a new database", () => {
  test("a table comes with what is its own and what it needs, and without what needs another table", () => {
    const { kept, tables, sequences, said } = chosen(["public.order"])
    expect(kept).toEqual([1, 2, 3, 4, 11, 12, 13, 14, 19, 31, 33, 41, 42, 50, 52])
    expect([...tables]).toEqual([["public.order", true]])
    expect([...sequences]).toEqual(["public.order_id_seq"])
    expect(said).toEqual([
      "Left out, as a table that they refer to is left out: the trigger greets of public.order, the foreign key order_customer_fkey of public.order, the function public.first_customer()",
    ])
  })

  test("a foreign key between two that are chosen stays", () => {
    const { kept, said } = chosen(["public.order", "public.customer"])
    expect(kept).toContain(44)
    expect(kept).not.toContain(45)
    expect(said).toEqual([])
  })

  test("names are understood with their schema, and without it where they mean one alone", () => {
    const wanted = chosen(['public."line.of ""it"""']).kept
    for (const name of ['public.line.of "it"', 'line.of "it"']) expect(chosen([name]).kept).toEqual(wanted)
    const two = [...shop, entry(60, "TABLE", "order", [], { schema: "app" })]
    expect(chosen(["app.order"], {}, two).kept).toContain(60)
    expect(() => chosen(["order"], {}, two)).toThrow(
      '"order" is the name of several tables: public.order, app.order',
    )
  })

  test("one that the archive does not hold is refused, with the nearest", () => {
    try {
      chosen(["public.custmer"])
      throw new Error("it was taken")
    } catch (error) {
      expect(error).toMatchObject({
        code: "request-invalid",
        message: 'the backup holds no table or view "public.custmer"',
        hint: expect.stringContaining("Did you mean public.customer? It holds"),
      })
    }
  })

  test("a sequence of another table that a default takes its values from comes alone", () => {
    const { kept } = chosen(['line.of "it"'])
    expect(kept).toContain(12)
    expect(kept).toContain(20)
    expect(kept).not.toContain(13)
    expect(kept).not.toContain(11)
  })

  test("what a chosen view reads comes along without its rows, and is told", () => {
    const { kept, tables, said } = chosen(["rich"])
    expect(kept).toContain(10)
    expect(kept).not.toContain(30)
    expect([...tables]).toEqual([["public.customer", false]])
    expect(said).toEqual([
      "What is chosen cannot be made without public.customer: it comes along without rows",
    ])
  })

  test("a view that stands for itself until a rule makes it one keeps the rule, and what that reads", () => {
    const circular = [
      entry(1, "TABLE", "item"),
      entry(2, "VIEW", "grouped"),
      entry(3, "VIEW", "above", [2]),
      entry(4, "CONSTRAINT", "item item_pkey", [1], late),
      entry(5, "RULE", "grouped _RETURN", [1, 4, 2], late),
    ]
    expect(chosen(["above"], {}, circular)).toMatchObject({
      kept: [1, 2, 3, 4, 5],
      said: [expect.any(String)],
    })
  })

  test("no foreign key refers to a table that comes without rows, unless none come at all", () => {
    const asked = ["public.order", "rich"]
    expect(chosen(asked).kept).not.toContain(44)
    expect(chosen(asked, { content: "schema" }).kept).toContain(44)
  })

  test("without rows, no data comes, nor the values of sequences", () => {
    const { kept, tables, sequences } = chosen(["order"], { content: "schema" })
    expect(kept.filter((id) => id >= 30 && id < 40)).toEqual([])
    expect([...tables]).toEqual([["public.order", false]])
    expect([...sequences]).toEqual([])
    expect(chosen(undefined, { content: "schema" }).kept).toEqual(
      shop.map(({ id }) => id).filter((id) => id < 30 || id >= 40),
    )
  })

  test("a partition brings its table along, a table its partitions, whichever version dumped them", () => {
    const old = {
      definition:
        "CREATE TABLE public.e1 ();\nALTER TABLE ONLY public.e ATTACH PARTITION public.e1 DEFAULT;\n",
    }
    const attached = [
      entry(1, "TABLE", "e"),
      entry(2, "TABLE", "e1", [1]),
      entry(3, "TABLE", "e2", [1]),
      entry(4, "TABLE ATTACH", "e1", [2, 1]),
      entry(5, "TABLE ATTACH", "e2", [3, 1]),
      rows(6, "e1", 2),
      rows(7, "e2", 3),
      entry(8, "TABLE", "other", [1]),
    ]
    expect(chosen(["e"], {}, attached).kept).toEqual([1, 2, 3, 4, 5, 6, 7])
    expect(chosen(["e2"], {}, attached).kept).toEqual([1, 3, 5, 7])
    const before14 = [entry(1, "TABLE", "e"), entry(2, "TABLE", "e1", [1], old), rows(6, "e1", 2)]
    expect(chosen(["e"], {}, before14).kept).toEqual([1, 2, 6])
    const inherits = { definition: 'CREATE TABLE public.h (\n)\nINHERITS (public."A b", public.e);\n' }
    const heirs = [
      entry(1, "TABLE", "A b"),
      entry(2, "TABLE", "e"),
      entry(3, "TABLE", "h", [1, 2], inherits),
      entry(4, "TABLE", "typed", [1]),
    ]
    expect(chosen(["A b"], {}, heirs).kept).toEqual([1, 2, 3])
  })
})

describe("into a database that is there", () => {
  const present = ["public.order", "public.customer"]

  test("comes the table with what is its own, and nothing of what all share", () => {
    const { kept, said } = chosen(["public.order"], { present })
    expect(kept).toEqual([1, 11, 12, 13, 19, 31, 33, 41, 42, 43, 44, 50, 52])
    expect(said).toEqual([])
  })

  test("a foreign key to a table that is neither there nor chosen is left out", () => {
    const { kept, said } = chosen(["public.order"], { present: ["public.order"] })
    expect(kept).not.toContain(44)
    expect(said[0]).toContain("the foreign key order_customer_fkey of public.order")
  })
})
