import { expect, setDefaultTimeout, test } from "bun:test"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import fc from "fast-check"
import { textsWithPrefix, withPrefix } from "../../controller/core/label-prefix.ts"
import { jobKeys, serverKeys } from "../../schemas/labels.ts"
import { repository } from "../support/places.ts"

setDefaultTimeout(120_000)

test("a label is named with the prefix in force, whichever key it has, of a job or of the server", () => {
  const key = fc.constantFrom(...serverKeys, ...jobKeys)
  const before = fc.constantFrom("", "Raise the label ", "(", "…with ")
  const after = fc.constantFrom("", ".", ", or leave it", "=estimates", ")", "; else")
  fc.assert(
    fc.property(before, fc.constantFrom("", "nightly.", "<job>."), key, after, (head, job, name, tail) => {
      expect(withPrefix(`${head}dbbackup.${job}${name}${tail}`, "staging")).toBe(
        `${head}staging.${job}${name}${tail}`,
      )
      const text = `${head}dbbackup.${job}${name}${tail}`
      expect(withPrefix(text, "dbbackup")).toBe(text)
    }),
  )
  expect(withPrefix("Take dbbackup.hooks.* away, dbbackup.meta.team too", "a.b$&")).toBe(
    "Take a.b$&.hooks.* away, a.b$&.meta.team too",
  )
})

test("what only looks like a label stays as it is", () => {
  for (const text of [
    "edit dbbackup.yaml",
    "dbbackup accept 12",
    "restart dbbackup. Users wait",
    "/srv/dbbackup.user/x",
    "com.dbbackup.enable",
    "dbbackup.internal",
    "dbbackup.usernames",
    "my-dbbackup.user",
  ])
    expect(withPrefix(text, "staging")).toBe(text)
})

test("of data only the words for a person change", () => {
  const problem = {
    code: "timeout",
    message: "x",
    hint: "Raise dbbackup.timeout.",
    key: "dbbackup.timeout",
    suggestion: null,
  }
  const at = new Date(0)
  expect(
    textsWithPrefix(
      { id: "dbbackup.user", at, runs: [{ error: problem }], warnings: ["dbbackup.user"] },
      "staging",
    ),
  ).toEqual({
    id: "dbbackup.user",
    at,
    runs: [{ error: { ...problem, hint: "Raise staging.timeout.", key: "staging.timeout" } }],
    warnings: ["staging.user"],
  })
})

test("a label that is told to be none of ours keeps the name that it has", () => {
  const stray = { code: "label-unknown", message: "dbbackup.enable: this is no label of ours", hint: null }
  expect(textsWithPrefix({ problems: [stray] }, "dbakcup")).toEqual({ problems: [stray] })
})

/** Names of files and of labels that no operator renames. */
const fixed = /dbbackup\.(yaml|lock|internal|installation|instance|scratch|db)\b/g

test("every label that a text of the program names is known as one", () => {
  const found: string[] = []
  for (const path of new Bun.Glob("controller/**/*.{ts,sh}").scanSync(repository)) {
    const code = readFileSync(join(repository, path), "utf8")
      .replaceAll(/^\s*(\/\/|\*|\/\*\*|#).*$/gm, "")
      .replaceAll(/^\s*(import|export) .* from .*$/gm, "")
      .replaceAll(fixed, "")
      // As it is when the key has been put in.
      .replaceAll("dbbackup.${key}", "dbbackup.tables")
    found.push(...(code.match(/dbbackup\.[a-z<*$].*/g) ?? []))
    for (const line of code.split("\n"))
      if (/dbbackup\.[a-z<*$]/.test(withPrefix(line, "staging"))) found.push(`${path}: ${line.trim()}`)
  }
  expect(found.filter((line) => line.startsWith("controller/"))).toEqual([])
  expect(found.length).toBeGreaterThan(30)
})
