import { describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { stringify } from "yaml"
import { parseYaml } from "../../controller/settings/yaml.ts"

setDefaultTimeout(120_000)

function good(text: string) {
  const parsed = parseYaml(text)
  if (parsed.kind === "good") return parsed
  throw new Error(JSON.stringify(parsed.mistakes))
}
const tree = (text: string) => JSON.parse(JSON.stringify(good(text).tree))

/** `2:5 server.port: message` */
function mistakes(text: string): readonly string[] {
  const parsed = parseYaml(text)
  if (parsed.kind === "good") throw new Error(`it was accepted: ${JSON.stringify(parsed.tree)}`)
  return parsed.mistakes.map(({ line, column, key, message }) => `${line}:${column} ${key}: ${message}`)
}

describe("values", () => {
  test("are text as written, whatever YAML takes them for", () => {
    expect(
      tree("{a: 1, b: 0x10, c: 1_000, d: true, e: on, f: 08:00, g: '1', h: 1.50, i: 2026-01-01}"),
    ).toEqual({
      a: "1",
      b: "0x10",
      c: "1_000",
      d: "true",
      e: "on",
      f: "08:00",
      g: "1",
      h: "1.50",
      i: "2026-01-01",
    })
  })

  test("that say nothing are not there", () => {
    expect(tree("a:\nb: ~\nc: null\nd: ''")).toEqual({ d: "" })
    for (const text of ["", "\n\n", "# a comment", "---", "--- # x\n...\n", "~"])
      expect(tree(text)).toEqual({})
  })

  test("may be shared by anchors, and maps merged", () => {
    expect(tree("x: &x {a: 1, b: 2}\ny: *x\nz:\n  <<: *x\n  b: 3\nw: {<<: [{a: 5}, *x]}")).toEqual({
      x: { a: "1", b: "2" },
      y: { a: "1", b: "2" },
      z: { a: "1", b: "3" },
      w: { a: "5", b: "2" },
    })
  })

  test("of any depth that people use come back as they were written", () => {
    const text = fc.string({ unit: "grapheme", maxLength: 12 })
    const key = fc.stringMatching(/^[a-z]{1,6}$/)
    const { tree: any } = fc.letrec((tie) => ({
      tree: fc.oneof({ maxDepth: 4 }, text, fc.array(tie("tree"), { maxLength: 3 }), tie("map")),
      map: fc.dictionary(key, tie("tree"), { maxKeys: 4, noNullPrototype: true }),
    }))
    fc.assert(
      fc.property(any, (value) => {
        expect(tree(stringify({ value }))).toEqual({ value })
      }),
    )
  })
})

describe("places", () => {
  const text =
    "server:\n  port: x\nscheduler:\n  blackout:\n    - from: 1:00\n      to: 2:00\ndefaults: {hooks: {pre: y}}\n"
  const { place } = good(text)
  test.each([
    [["server", "port"], "value", 2, 9],
    [["server", "port"], "key", 2, 3],
    [["scheduler", "blackout", 0, "to"], "value", 6, 11],
    [["scheduler", "blackout", 0], "value", 5, 7],
    [["defaults", "hooks.pre"], "value", 7, 25],
    // What is not there is looked for where it would be.
    [["scheduler", "blackout", 0, "days"], "value", 5, 7],
    [["server", "hostname"], "value", 1, 1],
    [["nothing"], "value", 1, 1],
  ] as const)("of %j, its %s: %i:%i", (path, at, line, column) => {
    expect(place(path, at)).toEqual({ line, column })
  })

  test("of a value that an alias brings is where the alias stands, and for what is inside it, where that is", () => {
    const { place } = good("x-a: &a {port: 1}\nserver: *a\n")
    expect(place(["server"], "value")).toEqual({ line: 2, column: 9 })
    expect(place(["server", "port"], "value")).toEqual({ line: 1, column: 16 })
  })
})

describe("mistakes", () => {
  test.each([
    ["a: 1\nb: 2\na: 3", "3:1 a: is given twice"],
    ["s:\n  a: 1\n  a: 2", "3:3 s.a: is given twice"],
    ["a:\na: 1", "2:1 a: is given twice"],
    ["a: 'x", "1:6 : not YAML: missing closing 'quote"],
    ["a: 1\n\tb: 2", "2:1 : not YAML: tabs are not allowed"],
    ["a: !secret x", "1:4 : not YAML: unresolved tag: !secret"],
    ["a: 1\n---\nb: 2", "2:1 : not YAML: source contains multiple documents"],
    ["a: *b", "1:4 a: there is no anchor &b before this"],
    ["a: &a [*a]", "1:8 a.0: &a holds itself"],
    ["a: &a {b: {c: *a}}", "1:15 a.b.c: &a holds itself"],
    ["__proto__: {a: 1}", "1:1 : this cannot be a key"],
    ["server: {__proto__: 1}", "1:10 server: this cannot be a key"],
    ["[1, 2]: x", "1:1 : this cannot be a key"],
  ])("of %j have a line and a column", (text, says) => {
    const all = mistakes(text)
    expect(all[0]).toStartWith(says)
    expect(Object.getOwnPropertyDescriptor(Object.prototype, "a")).toBeUndefined()
  })

  test("are all told", () => {
    expect(mistakes("a: *x\nb: *y\nc: 1\nc: 2")).toHaveLength(3)
  })
})

describe("what was made to do harm ends quickly with a mistake", () => {
  const laughs = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
  for (let i = 1; i < 12; i++)
    laughs.push(
      `a${i}: &a${i} [${Array(10)
        .fill(`*a${i - 1}`)
        .join(", ")}]`,
    )
  test.each([
    ["a thousand million laughs", laughs.join("\n"), "more than 10000 values"],
    ["brackets in brackets", "[".repeat(100_000), "not YAML"],
    ["braces in braces", `a: ${"{b: ".repeat(5000)}`, ""],
    ["lists in lists", `${"- ".repeat(50_000)}x`, ""],
    ["lists in lists that end", `a: ${"[".repeat(500)}${"]".repeat(500)}`, "nested too deeply"],
    [
      "thirty thousand keys",
      Array.from({ length: 30_000 }, (_, i) => `k${i}: v`).join("\n"),
      "more than 10000 values",
    ],
    ["the same key ten thousand times", "k: v\n".repeat(9000), "is given twice"],
    ["a key of 200 KB", `${"k".repeat(200_000)}: [`, ""],
  ])("%s", (_, text, says) => {
    const before = process.cpuUsage()
    expect(mistakes(text).join("\n")).toContain(says)
    // Of its own: what else runs on the machine is no matter here.
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1e6).toBeLessThan(5)
  })

  test("any text at all", () => {
    const bits = fc.constantFrom(
      "a",
      ": ",
      "- ",
      "\n",
      "  ",
      "&x ",
      "*x",
      "[",
      "]",
      "{",
      "}",
      "<<",
      "!!t ",
      "'",
      '"',
      "#",
      "|",
      ">",
      "? ",
      "\t",
      "%",
      "---\n",
      ",",
    )
    fc.assert(
      fc.property(fc.array(bits, { maxLength: 30 }), (words) => {
        const parsed = parseYaml(words.join(""))
        if (parsed.kind === "good") return
        expect(parsed.mistakes.length).toBeGreaterThan(0)
        for (const { line, column } of parsed.mistakes) expect(Math.min(line, column)).toBeGreaterThan(0)
      }),
      { numRuns: 500 },
    )
  })
})
