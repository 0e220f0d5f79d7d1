import { describe, expect, test } from "bun:test"
import {
  contentsFor,
  modesFor,
  offersTables,
  whenItFails,
} from "../../dashboard/src/features/restores/offered.ts"
import { inWords } from "../../dashboard/src/features/restores/part-fold.tsx"
import {
  type Chosen,
  firstStep,
  fromOf,
  mistakeIn,
  optionsOf,
} from "../../dashboard/src/features/restores/restore-step.ts"
import {
  type Subject,
  subjectOfBackup,
  subjectOfFile,
} from "../../dashboard/src/features/restores/subject.ts"
import { matching } from "../../dashboard/src/features/restores/tables-field.tsx"
import { RestoreOptions } from "../../schemas/restore.ts"
import { completedBackup, restoreSource } from "./setup/samples.ts"

const tables = ["public.orders", "public.users", "audit.log"].map((name) => ({ name, rows: 3 }))
const backup: Subject = { ...subjectOfBackup(completedBackup(), undefined), form: "archive", tables }
const chosen = (changes: Partial<Chosen>): Chosen => ({ ...firstStep(backup), ...changes })

/** Everything a person could have ticked before they changed their mind about the mode. */
const all: Partial<Chosen> = {
  ...{ tables: ["public.orders"], content: "schema", withoutOwners: true },
  ...{ endConnections: true, safetyBackup: false, keepFor: "1h" },
}

describe("what the controller is asked for", () => {
  test.each(["new", "swap", "clean", "replace", "globals"] as const)(
    "is what the mode %p has, whatever was ticked for another one",
    (mode) => {
      const asked = optionsOf(chosen({ mode, ...all }), backup)
      expect(RestoreOptions.safeParse(asked).error).toBeUndefined()
    },
  )

  test("names the tables and what of them, in the modes that can take some", () => {
    expect(optionsOf(chosen({ ...all, mode: "new" }), backup)).toEqual({
      ...{ mode: "new", name: "shop_restored" },
      ...{ tables: ["public.orders"], content: "schema", owners: "drop" },
    })
    expect(optionsOf(chosen({ ...all, mode: "clean", content: "data" }), backup)).toEqual({
      ...{ mode: "clean", name: "shop", tables: ["public.orders"], content: "data" },
      ...{ endConnections: true, safetyBackup: false },
    })
    expect(optionsOf(chosen({ ...all, mode: "replace" }), backup)).toEqual({
      ...{ mode: "replace", name: "shop", endConnections: true, safetyBackup: false },
    })
  })

  test("leaves out what was not decided", () => {
    expect(optionsOf(chosen({}), backup)).toEqual({ mode: "new", name: "shop_restored" })
    expect(optionsOf(chosen({ mode: "swap" }), backup)).toEqual({
      ...{ mode: "swap", name: "shop", endConnections: false, safetyBackup: true },
    })
  })

  test("has several processes only for the whole of an archive, into what nobody uses yet", () => {
    const by = (changes: Partial<Chosen>, subject = backup) =>
      optionsOf(chosen({ jobs: 4, ...changes }), subject)
    expect([by({}), by({ mode: "swap" })]).toMatchObject([{ jobs: 4 }, { jobs: 4 }])
    const others = [by({ tables: ["audit.log"] }), by({ mode: "clean" }), by({}, { ...backup, form: null })]
    for (const asked of others) expect(asked).not.toHaveProperty("jobs")
    expect(inWords(chosen({ jobs: 4 }), backup)).toBe("all of it, by 4 processes")
  })

  test("has no owners to leave out where there are none", () => {
    const mysql = { ...backup, engine: "mysql", form: "statements" } as const
    expect(optionsOf(chosen({ withoutOwners: true }), mysql)).toEqual({ mode: "new", name: "shop_restored" })
  })

  test("of a file with several databases names the one", () => {
    const kind = { ...restoreSource().kind, of: "server" as const }
    const file = subjectOfFile(restoreSource({ kind, databases: ["blog", "wiki"] }))
    const step = { ...firstStep(file), serverId: "wiki~db" }
    expect(mistakeIn(step, file)?.of).toBe("source")
    const blog = { ...step, sourceDatabase: "blog", newName: "blog" }
    expect(mistakeIn(blog, file)).toBeUndefined()
    expect(fromOf(blog, file)).toEqual({ sourceId: "source-1", sourceDatabase: "blog" })
  })
})

describe("what is offered", () => {
  test("is beside what is there first", () => {
    expect(modesFor(backup)[0]).toBe("new")
  })

  test("of a part is nothing that takes the place of the whole", () => {
    expect(modesFor({ ...backup, holds: "a part" })).toEqual(["new", "clean"])
  })

  test("of rows alone is only what puts them into tables that are there", () => {
    const rows = { ...backup, holds: "rows alone" } as const
    expect([modesFor(rows), contentsFor("clean", rows)]).toEqual([["clean"], ["data"]])
    expect(optionsOf(firstStep(rows), rows)).toMatchObject({ mode: "clean", content: "data" })
  })

  test("of anybody's script is a new database alone, and all of it", () => {
    const script = { ...backup, form: "script" } as const
    expect([modesFor(script), contentsFor("new", script)]).toEqual([["new"], ["all"]])
  })

  test("of a file of a whole server are its globals, too, which are no database", () => {
    const all = { ...subjectOfFile(restoreSource()), of: "server" } as const
    expect(modesFor(all).at(-1)).toBe("globals")
    const step = { ...firstStep(all), mode: "globals", serverId: "wiki~db" } as const
    expect([mistakeIn(step, all), fromOf(step, all)]).toEqual([undefined, { sourceId: "source-1" }])
  })

  test("is no part of statements in which tables cannot be told apart", () => {
    const text = { ...backup, form: "statements" } as const
    expect([contentsFor("clean", text), offersTables("clean", text)]).toEqual([["all"], false])
    const mysql = { ...text, engine: "mysql" } as const
    expect([contentsFor("clean", mysql).length, offersTables("clean", mysql)]).toEqual([3, true])
  })

  test("of globals is their own mode alone", () => {
    expect(modesFor({ ...backup, of: "globals" })).toEqual(["globals"])
  })

  test("tells which engine cannot take back a half", () => {
    expect(whenItFails("replace", backup)).toBe("nothing happened")
    expect(whenItFails("replace", { ...backup, engine: "mariadb" })).toBe("a mixture")
    expect(whenItFails("swap", { ...backup, engine: "mariadb" })).toBe("nothing happened")
  })
})

describe("what is missing before a plan can be asked for", () => {
  test.each([
    [{ tables: [] }, "tables"],
    [{ mode: "clean", existing: "" }, "name"],
    [{ newName: "shop" }, "name"],
  ] as const)("%p", (changes, of) => {
    expect(mistakeIn(chosen(changes), backup)?.of).toBe(of)
  })

  test("is nothing that the mode does not have", () => {
    expect(mistakeIn(chosen({ mode: "replace", tables: [], newName: "" }), backup)).toBeUndefined()
  })

  test("is the server, for a file", () => {
    const file = subjectOfFile(restoreSource())
    expect(mistakeIn(firstStep(file), file)?.of).toBe("server")
  })
})

test("a file proposes the name that it was dumped from, or its own without its endings", () => {
  expect(firstStep(subjectOfFile(restoreSource())).newName).toBe("wiki")
  const named = subjectOfFile(restoreSource({ databases: ["blog"] }))
  expect([firstStep(named).newName, firstStep(named).existing]).toEqual(["blog", "blog"])
})

test("a part is told in words", () => {
  expect(inWords(chosen({}), backup)).toBe("all of it")
  expect(inWords(chosen(all), backup)).toBe("1 of 3 tables, without rows, without owners and grants")
  expect(inWords(chosen({ mode: "clean", content: "data" }), backup)).toBe("only rows")
})

test("tables are found by a piece of their name, whatever its case", () => {
  expect(matching(tables, " PUBLIC.").map(({ name }) => name)).toEqual(["public.orders", "public.users"])
  expect(matching(tables, "").length).toBe(3)
})
