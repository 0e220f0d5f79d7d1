// The matrix against the tests it names: a row whose test is renamed or gone is a claim without proof.
import { expect, test } from "bun:test"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { repository } from "../support/places.ts"
import { faultRows } from "./matrix.ts"

test("each row's test is there, by its title", () => {
  const lost = Object.entries(faultRows).filter(
    ([, { file, title }]) => !readFileSync(join(repository, file), "utf8").includes(title),
  )
  expect(lost.map(([name]) => name)).toEqual([])
})

test("each row of the files that ask the matrix is asked for there by its name, or says that nothing fails", () => {
  const asking = ["server", "engine", "store", "disk"].map((name) => `test/faults/${name}.test.ts`)
  const unasked = Object.entries(faultRows).filter(
    ([name, { file, code }]) =>
      asking.includes(file) &&
      code !== null &&
      code !== "copy-mismatch" &&
      !readFileSync(join(repository, file), "utf8").match(
        new RegExp(`["\`]${name.replace(/(postgres|mysql|mariadb)$/, "($1|\\$\\{server.engine\\})")}["\`]`),
      ),
  )
  expect(unasked.map(([name]) => name)).toEqual([])
})
