// Where a restore of the command line goes, and over what.
import { describe, expect, test } from "bun:test"
import { restoreChoice } from "../../controller/cli/restore.ts"

const choice = (values: Parameters<typeof restoreChoice>[1]) => restoreChoice("b1", values, null)

describe("a restore on the command line", () => {
  test("goes into a new database, unless it says over what", () => {
    expect(choice({ as: "copy" })).toMatchObject({ name: "copy", over: null })
    expect(() => choice({})).toThrow("--as NAME is missing, or --swap, --clean or --replace")
  })

  test("backs up what it overwrites, and ends nobody, unless it is told to", () => {
    for (const mode of ["swap", "clean", "replace"] as const)
      expect(choice({ [mode]: true }).over).toEqual({ mode, endConnections: false, safetyBackup: true })
    const told = choice({ replace: true, "end-connections": true, "no-safety-backup": true })
    expect(told.over).toEqual({ mode: "replace", endConnections: true, safetyBackup: false })
  })

  test("is over a database in one way alone", () => {
    expect(() => choice({ swap: true, clean: true })).toThrow("--swap and --clean are two ways")
    expect(() => choice({ clean: true, "keep-for": "2h" })).toThrow("nothing is kept")
    expect(choice({ swap: true, "keep-for": "2h" }).over).toMatchObject({ keepFor: "2h" })
  })

  test("takes chosen tables into a new database, or over those of one that is there", () => {
    expect(choice({ clean: true, table: ["a", "b"] })).toMatchObject({
      tables: ["a", "b"],
      over: { mode: "clean" },
    })
    expect(choice({ as: "copy", table: ["a"] }).tables).toEqual(["a"])
    for (const mode of ["swap", "replace"] as const)
      expect(() => choice({ [mode]: true, table: ["a"] })).toThrow("--table goes with")
  })
})
