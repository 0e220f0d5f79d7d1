// The table of contents of archives by real pg_dumps: read and written again byte by byte, and what a restore into a database makes of it.
import { describe, expect, test } from "bun:test"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import fc from "fast-check"
import type { InPlaceOrder } from "../../controller/engines/in-place.ts"
import { archiveEnd } from "../../controller/engines/postgres-archive.ts"
import { readContents, writeContents } from "../../controller/engines/postgres-contents.ts"
import { archiveInPlace, textInPlace } from "../../controller/engines/postgres-in-place.ts"

const folder = join(import.meta.dir, "archives")
const archives = readdirSync(folder)
  .sort()
  .map((name) => [name, readFileSync(join(folder, name))] as const)

const order = (changes: Partial<InPlaceOrder> = {}): InPlaceOrder => ({
  ...{ restoreId: "r1", mode: "replace", content: "all", tables: null, endConnections: false },
  ...changes,
})

function contentsOf(bytes: Buffer) {
  const contents = readContents(bytes)
  if (!contents) throw new Error("it breaks off")
  return contents
}

/** What becomes of the bytes, given in chunks of these lengths, repeated. */
function rewritten(bytes: Buffer, how: InPlaceOrder, chunkLengths: readonly number[] = [65_536]): Buffer {
  const rewriter = archiveInPlace(how)
  const out: Buffer[] = []
  for (let at = 0, index = 0; at < bytes.length; index++) {
    const length = chunkLengths[index % chunkLengths.length] ?? 1
    out.push(...rewriter.push(Buffer.from(bytes.subarray(at, at + length))))
    at += length
  }
  return Buffer.concat([...out, ...rewriter.end()])
}

describe.each(archives)("the table of contents of %s", (_, bytes) => {
  test("is the same when it is written again", () => {
    const contents = contentsOf(bytes)
    expect(Buffer.concat([writeContents(contents, contents.entries), contents.rest])).toEqual(bytes)
    expect(contents.entries.map(({ kind }) => kind)).toContain("TABLE DATA")
  })

  test("is not there while any of it is missing", () => {
    const { rest } = contentsOf(bytes)
    for (let length = 8; length < bytes.length - rest.length; length += 7)
      expect(readContents(bytes.subarray(0, length))).toBeUndefined()
  })

  test("gets statements around it, however the archive is cut, and is whole after that", () => {
    const wanted = rewritten(bytes, order({ mode: "clean" }))
    const detector = archiveEnd()
    detector.push(wanted)
    expect(detector.finish()).toBe("all 4 data blocks of the archive's table of contents")
    const [first, ...more] = contentsOf(wanted).entries
    expect(first?.definition).toStartWith("do $dbbackup$")
    expect(more.at(-1)?.definition).toStartWith("do $dbbackup$")
    expect(new Set([first, ...more].map((entry) => entry?.id)).size).toBe(more.length + 1)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 6 }), (lengths) => {
        expect(rewritten(bytes, order({ mode: "clean" }), lengths)).toEqual(wanted)
      }),
      { numRuns: 25 },
    )
  })

  test("has rows alone, or none, when that is asked", () => {
    const kinds = (content: InPlaceOrder["content"]) =>
      contentsOf(rewritten(bytes, order({ mode: "clean", content }))).entries.map(({ kind }) => kind)
    expect(kinds("data")).not.toContain("TABLE")
    expect(kinds("data").filter((kind) => kind === "TABLE DATA")).not.toEqual([])
    expect(kinds("schema")).toContain("TABLE")
    expect(kinds("schema")).not.toContain("TABLE DATA")
  })
})

describe("an archive that is loaded into a database", () => {
  const bytes = archives.find(([name]) => name.startsWith("postgres-17-gzip"))?.[1] ?? Buffer.alloc(0)

  test("names what it makes, and nothing that somebody called it can end the statement", () => {
    const contents = contentsOf(bytes)
    const nasty = `a'b"c$dbbackup$\\;\u00e9`
    const renamed = contents.entries.map((entry) =>
      entry.kind === "TABLE" ? { ...entry, tag: nasty } : entry,
    )
    const changed = Buffer.concat([writeContents(contents, renamed), contents.rest])
    const [first] = contentsOf(rewritten(changed, order({ mode: "clean" }))).entries
    const statement = first?.definition ?? ""
    expect(statement.split("$dbbackup$")).toHaveLength(3)
    const digits = /decode\('([0-9a-f]+)'/.exec(statement)?.[1] ?? ""
    const { made, filled } = JSON.parse(Buffer.from(digits, "hex").toString("latin1"))
    expect(made).toContainEqual({ group: "relation", schema: "public", tag: nasty })
    expect(filled.length).toBeGreaterThan(0)
  })

  test("of any other bytes is passed on as it is", () => {
    const text = Buffer.from("-- nothing of the kind")
    expect(rewritten(text, order())).toEqual(text)
  })
})

describe("statements that are loaded into a database", () => {
  test("are committed only once they have come to their end", () => {
    const rewriter = textInPlace(order())
    const before = Buffer.concat([
      ...rewriter.push(Buffer.from("select 1;\n")),
      ...rewriter.push(Buffer.from("select 2;\n")),
    ])
    expect(before.toString()).toStartWith("begin;\ndo $dbbackup$")
    expect(before.toString()).toEndWith("select 1;\nselect 2;\n")
    expect(before.toString()).not.toContain("commit;")
    expect(Buffer.concat([...rewriter.end()]).toString()).toBe("\ncommit;\n")
  })
})
