// How a MySQL or MariaDB database takes the place of another one, as far as no server is needed for it.
import { describe, expect, test } from "bun:test"
import fc from "fast-check"
import { takingBack } from "../../controller/engines/mysql-exchange.ts"
import { type Contents, readJournal, writeSide } from "../../controller/engines/mysql-journal.ts"
import { readPlaces } from "../../controller/engines/mysql-places.ts"
import { inOrder, isSame, type Program } from "../../controller/engines/mysql-programs.ts"
import { triggerOn } from "../../controller/engines/mysql-trigger.ts"
import { bytesOf, inputOf, quoted, rowsIn } from "../../controller/engines/mysql-words.ts"

const program = (
  kind: Program["kind"],
  name: string,
  text: string,
  more: Partial<Program> = {},
): Program => ({
  ...{ kind, name, text, table: "", sqlMode: "", charset: "utf8mb4", collation: "utf8mb4_bin" },
  ...{ databaseCollation: "", timeZone: "", ...more },
})
const digits = (text: string) => Buffer.from(text, "latin1").toString("hex").toUpperCase()

describe("a trigger for a table of another name", () => {
  test.each([
    [
      "CREATE DEFINER=`root`@`localhost` TRIGGER `low` BEFORE INSERT ON `item` FOR EACH ROW set @on = 1",
      "low",
      "set @on = 1",
    ],
    [
      "CREATE DEFINER=`a b`@`%` TRIGGER low after update on item for each row begin select 'on item for each row'; end",
      "low",
      "begin select",
    ],
    [
      "CREATE DEFINER=`root`@`localhost` TRIGGER `shop`.`low` BEFORE DELETE ON `shop`.`it``em`\nFOR EACH ROW do 0",
      "low",
      "do 0",
    ],
    [
      'CREATE DEFINER="r`o"@"h" TRIGGER "l ""ow" /* on purpose */ BEFORE INSERT -- on\n ON "item" FOR EACH ROW do 1',
      "low",
      "do 1",
    ],
    [
      "CREATE OR REPLACE TRIGGER IF NOT EXISTS low BEFORE INSERT OR UPDATE OF `a`, b ON item FOR EACH ROW do 2",
      "low",
      "do 2",
    ],
    ["CREATE DEFINER='x'@'y' TRIGGER \xe4 BEFORE INSERT ON \xfc FOR EACH ROW do 3", "\xe4", "do 3"],
  ])("%s", (text, name, body) => {
    const made = triggerOn("a`b", text, name)
    expect(made).toMatch(/\bON\s+`a``b`\s+FOR EACH ROW/i)
    expect(made).toContain(body)
    // A second time it is the same but for the name: nothing else was touched.
    expect(triggerOn("c", made, name)).toBe(made.replace("`a``b`", "`c`"))
  })

  test("is refused when it cannot be read", () => {
    expect(() => triggerOn("x", "CREATE PROCEDURE p() select 1", "p")).toThrow("the trigger p cannot be read")
  })
})

describe("definitions", () => {
  test("views come after those that they read, whatever they are called", () => {
    const views = [
      program("view", "a", "CREATE VIEW `a` AS select `b`.`x` AS `c` from (`b` join `d` on(1))"),
      program("view", "b", "CREATE VIEW `b` AS select `x` AS `x` from `c`"),
      program("view", "c", "CREATE VIEW `c` AS select 1 AS `a`"),
      program("view", "d", "CREATE VIEW `d` AS select `shop`.`f`(`x`) AS `a` from (`shop`.`c` `t`)"),
    ]
    const at = new Map(inOrder(views).map(({ name }, i) => [name, i]))
    for (const [later, sooner] of [
      ["a", "b"],
      ["a", "d"],
      ["b", "c"],
      ["d", "c"],
    ] as const)
      expect(at.get(later)).toBeGreaterThan(at.get(sooner) ?? 99)
    expect(
      inOrder([program("event", "e", ""), program("view", "v", ""), program("function", "f", "")]).map(
        ({ kind }) => kind,
      ),
    ).toEqual(["function", "view", "event"])
  })

  test("are not the same when what they were made under is not; a trigger's table may be written otherwise", () => {
    const view = program("view", "v", "CREATE VIEW `v` AS select 1")
    expect(isSame(view, { ...view })).toBe(true)
    for (const other of [
      { text: "CREATE VIEW `v` AS select 2" },
      { collation: "utf8mb4_da_0900" },
      { sqlMode: "ANSI" },
    ])
      expect(isSame(view, { ...view, ...other })).toBe(false)
    const trigger = (on: string) =>
      program(
        "trigger",
        "t",
        `CREATE DEFINER=\`r\`@\`h\` TRIGGER t BEFORE INSERT ON ${on} FOR EACH ROW do 0`,
        { table: "item" },
      )
    expect(isSame(trigger("item"), trigger("`item`"))).toBe(true)
  })
})

describe("what is written down in the server", () => {
  test("is read as it was written, in whatever character set", () => {
    const bytes = fc.string({ unit: "binary" }).map((text) => Buffer.from(text, "utf8").toString("latin1"))
    const side = fc.record({
      defaults: fc.constant({ charset: "latin1", collation: "latin1_swedish_ci" }),
      tables: fc.array(fc.record({ name: bytes, hidden: fc.option(fc.constant("dbbackup_in_0")) })),
      programs: fc.array(
        fc.tuple(bytes, bytes).map(([name, text]) => program("trigger", name, text, { table: name })),
      ),
      grants: fc.array(
        fc.record({
          kind: fc.constant("procedure" as const),
          routine: bytes,
          rights: fc.constant("execute"),
          grantable: fc.boolean(),
          user: bytes,
          host: bytes,
        }),
      ),
    })
    fc.assert(
      fc.property(side, side, (place: Contents, aside: Contents) => {
        const values =
          /^insert into .* values \('(\w+)', '([\w ]+)', x'([0-9a-f]*)', x'([0-9a-f]*)', x'([0-9a-f]*)'\)$/
        const rows = [...writeSide("k", "aside", aside), ...writeSide("k", "place", place)].flatMap(
          (statement) => {
            const match = values.exec(statement)
            return match ? [match.slice(1)] : []
          },
        )
        expect(readJournal("m", rows)).toEqual({ mark: "m", place, aside })
      }),
    )
  })

  test("is not there before all of it is", () => {
    expect(readJournal("m", [["aside", "table", "", "", digits('{"hidden":null}')]])).toMatchObject({
      place: null,
      aside: null,
    })
  })
})

describe("taking back", () => {
  const names = { place: "shop", incoming: "new", kept: "kept" }
  const contents = (tables: Contents["tables"], programs: readonly Program[] = []): Contents => ({
    ...{ defaults: { charset: "utf8mb4", collation: "utf8mb4_bin" }, tables, programs, grants: [] },
  })
  const plain = (...all: readonly string[]) => all.map((name) => ({ name, hidden: null }))
  const { defaults } = contents([])
  /** What the databases hold after the statements, of those that rename. */
  const renamed = (databases: Record<string, string[]>, statements: readonly string[]) => {
    const state = new Map(Object.entries(databases).map(([name, tables]) => [name, new Set(tables)]))
    for (const statement of statements.filter((each) => each.startsWith("rename table")))
      for (const [, from = "", table = "", to = "", as = ""] of statement.matchAll(
        /`(.*?)`\.`(.*?)` to `(.*?)`\.`(.*?)`/g,
      )) {
        expect(state.get(from)?.delete(table)).toBe(true)
        expect(state.get(to)?.has(as)).toBe(false)
        state.get(to)?.add(as)
      }
    return Object.fromEntries([...state].map(([name, tables]) => [name, [...tables].sort()]))
  }

  test("gives every table back to where it was, after however many a server without atomic statements has moved", () => {
    const table = fc.constantFrom("a", "b", "c", "d", "e")
    const tables = fc.uniqueArray(fc.record({ name: table, triggers: fc.boolean() }), {
      selector: ({ name }) => name,
    })
    fc.assert(
      fc.property(tables, tables, fc.nat(10), (olds, news, count) => {
        const as = (all: typeof olds, word: string) =>
          all.map(({ name, triggers }, i) => ({ name, hidden: triggers ? `${word}_${i}` : null }))
        const [before, coming] = [contents(as(olds, "out")), contents(as(news, "in"))]
        const state = {
          shop: before.tables.map(({ name, hidden }) => hidden ?? name),
          new: coming.tables.map(({ name }) => name),
          kept: [] as string[],
        }
        const moves = [
          ...before.tables.map(({ name, hidden }) => ["shop", hidden ?? name, "kept", name] as const),
          ...coming.tables.map(({ name, hidden }) => ["new", name, "shop", hidden ?? name] as const),
        ]
        for (const [from, name, to, as] of moves.slice(0, count)) {
          state[from].splice(state[from].indexOf(name), 1)
          state[to].push(as)
        }
        const there = { tables: state.shop, defaults, programs: [] }
        const back = takingBack(names, there, { incoming: state.new, kept: state.kept }, before, coming)
        expect(renamed(state, back)).toEqual({
          shop: olds.map(({ name }) => name).sort(),
          new: news.map(({ name }) => name).sort(),
          kept: [],
        })
      }),
    )
  })

  test("makes triggers that are gone before their tables have their names again, and asks for nothing when all is there", () => {
    const trigger = program(
      "trigger",
      "t",
      "CREATE DEFINER=`r`@`h` TRIGGER t BEFORE INSERT ON item FOR EACH ROW do 0",
      { table: "item" },
    )
    const before = contents([{ name: "item", hidden: "out_0" }], [trigger])
    const none = { incoming: ["x"], kept: [] }
    const coming = contents(plain("x"))
    const back = takingBack(names, { tables: ["out_0"], defaults, programs: [] }, none, before, coming)
    const at = (start: string) => back.findIndex((each) => each.startsWith(start))
    expect(back[at("CREATE DEFINER")]).toContain("ON `out_0`")
    expect(at("rename table")).toBeGreaterThan(at("CREATE DEFINER"))
    expect(
      takingBack(names, { tables: ["item"], defaults, programs: [trigger] }, none, before, coming),
    ).toEqual([])
  })
})

test("triggers of a table fire in the order that they had, though only some of them were gone", () => {
  const trigger = (name: string, table: string) =>
    program("trigger", name, `CREATE TRIGGER ${name} BEFORE INSERT ON ${table} FOR EACH ROW do 0`, { table })
  const [one, two, three] = [trigger("one", "item"), trigger("two", "item"), trigger("three", "kid")]
  const defaults = { charset: "utf8mb4", collation: "utf8mb4_bin" }
  const contents = (tables: Contents["tables"], programs: readonly Program[]) => ({
    defaults,
    tables,
    programs,
    grants: [],
  })
  const hidden = [
    { name: "item", hidden: "out_0" },
    { name: "kid", hidden: "out_1" },
  ]
  const back = takingBack(
    { place: "shop", incoming: "new", kept: "kept" },
    { tables: ["out_0", "out_1"], defaults, programs: [two, three] },
    { incoming: ["x"], kept: [] },
    contents(hidden, [one, two, three]),
    contents([{ name: "x", hidden: null }], []),
  )
  const made = back.flatMap(
    (each) => /^(drop|CREATE) TRIGGER (?:if exists `shop`\.`)?(\w+)/i.exec(each)?.slice(1, 3).join(" ") ?? [],
  )
  expect(made).toEqual(["drop one", "CREATE one", "drop two", "CREATE two"])
})

describe("databases that are to be exchanged", () => {
  const hex = (text: string) => Buffer.from(text).toString("hex").toUpperCase()
  test("are read with who is there, and what cannot go with them", () => {
    const rows = [
      ["place", hex("shop")],
      ["place", hex("kept")],
      ["mark", hex("kept"), hex("dbbackup keeps this database for an undo (0193-x)")],
      ["session", hex("shop"), hex("app (10.0.0.7)"), "2"],
      ["from", hex("shop"), hex("other.o")],
      ["other", hex("shop"), hex("lib"), "library"],
    ]
    const [shop, kept] = readPlaces({ stdout: rows.map((row) => row.join("\t")).join("\n") })
    expect(shop).toMatchObject({ name: "shop", key: null, sessions: 2, who: ["app (10.0.0.7)"] })
    expect(shop?.obstacles.map(({ what }) => what)).toEqual([
      "a foreign key from other.o",
      "the library lib, which this version cannot move",
    ])
    expect(kept).toMatchObject({ key: "0193-x", sessions: 0, obstacles: [] })
  })
})

describe("what the client is handed, and what it answers", () => {
  test("no statement holds what ends it", () => {
    const statements = ["select '$dbbackup$'", "select '$$dbbackup$'"]
    const [head = ""] = inputOf(statements).toString("latin1").split("\n")
    const delimiter = head.slice("delimiter ".length)
    for (const statement of statements) expect(statement).not.toContain(delimiter)
  })

  test("fields are read as they were, though rows are lines", () => {
    expect(rowsIn(Buffer.from("a\\tb\tc\\nd\\\\n\ne\t\\0\xe9\n", "latin1"))).toEqual([
      ["a\tb", "c\nd\\n"],
      ["e", "\0\xe9"],
    ])
    expect(quoted(bytesOf("a`b"))).toBe("`a``b`")
  })
})
