// Tar files as people and attackers make them: what is taken of them has bare names, and nothing leads out of the folder.
import { describe, expect, test } from "bun:test"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import fc from "fast-check"
import { Fault } from "../../controller/core/fault.ts"
import { plainTar } from "../../controller/engines/plain-tar.ts"
import { tarReader } from "../../controller/engines/tar-reader.ts"

interface Member {
  readonly name: string
  readonly body?: string | Buffer
  readonly kind?: string
  readonly prefix?: string
}

/** Of ustar. */
function member({ name, body = "", kind = "0", prefix = "" }: Member): Buffer {
  const bytes = Buffer.from(body)
  const head = Buffer.alloc(512)
  head.write(name, 0)
  head.write(`${bytes.length.toString(8).padStart(11, "0")}\0`, 124)
  head.write("        ", 148)
  head.write(kind, 156)
  head.write("ustar\x0000", 257)
  head.write(prefix, 345)
  head.write(
    `${head
      .reduce((sum, byte) => sum + byte, 0)
      .toString(8)
      .padStart(6, "0")}\0 `,
    148,
  )
  return Buffer.concat([head, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)])
}
const tar = (...members: readonly Member[]) => Buffer.concat([...members.map(member), Buffer.alloc(1024)])
const pax = (key: string, value: string) => {
  const record = ` ${key}=${value}\n`
  const length = record.length + String(record.length + 2).length
  return `${length}${record}`
}

function plainOf(file: Buffer, piece = 700): Map<string, string> {
  const rewriter = plainTar()
  const out: Buffer[] = []
  for (let at = 0; at < file.length; at += piece) out.push(...rewriter.push(file.subarray(at, at + piece)))
  out.push(...rewriter.end())
  const found = new Map<string, string>()
  let last = ""
  const reader = tarReader({
    file(name) {
      last = name
      found.set(name, "")
    },
    data: (chunk) => void found.set(last, `${found.get(last)}${chunk.toString("latin1")}`),
  })
  reader.push(Buffer.concat(out))
  reader.end()
  return found
}
const refusal = (file: Buffer): string => {
  try {
    plainOf(file)
  } catch (error) {
    if (error instanceof Fault && error.code === "import-refused" && error.hint) return error.message
    throw error
  }
  throw new Error("it was taken")
}

test("names lose their folder, whichever way it is written, and files of others beside are passed over", () => {
  const long = "a-very-long-name/".repeat(9)
  const files = [
    tar({ name: "./", kind: "5" }, { name: "./toc.dat", body: "toc" }, { name: "./12.dat.gz", body: "x" }),
    tar(
      { name: "dump/", kind: "5" },
      { name: "dump/toc.dat", body: "toc" },
      { name: "dump/._12.dat.gz", body: "mac" },
      { name: "dump/12.dat.gz", body: "x" },
    ),
    tar({ name: "toc.dat", body: "toc", prefix: "a/b" }, { name: "12.dat.gz", body: "x", prefix: "a/b" }),
    tar(
      ...[
        { name: "long", kind: "L", body: `${long}toc.dat\0` },
        { name: "cut", body: "toc" },
      ],
      ...[
        { name: "p", kind: "x", body: pax("path", `${long}12.dat.gz`) },
        { name: "cut", body: "x" },
      ],
    ),
    tar(
      { name: "g", kind: "g", body: pax("comment", "b") },
      { name: "toc.dat", body: "toc" },
      { name: "12.dat.gz", body: "x" },
    ),
  ]
  for (const file of files)
    for (const piece of [1, 511, 100_000])
      expect([...plainOf(file, piece)]).toEqual([
        ["toc.dat", "toc"],
        ["12.dat.gz", "x"],
      ])
})

test("whatever the sizes, every byte of every file comes out, wherever the file is cut", () => {
  const body = fc.integer({ min: 0, max: 1500 }).map((length) => "ab".repeat(length).slice(0, length))
  fc.assert(
    fc.property(fc.array(body, { maxLength: 5 }), fc.integer({ min: 1, max: 2000 }), (bodies, piece) => {
      const members = bodies.map((body, at) => ({ name: `${at}.dat`, body }))
      expect([...plainOf(tar(...members), piece)]).toEqual(members.map(({ name, body }) => [name, body]))
    }),
  )
})

describe("refused is", () => {
  test.each([
    ["a path that leads up", [{ name: "../toc.dat" }], "leads out of its folder"],
    ["a path that leads up further in", [{ name: "d/../../toc.dat" }], "leads out of its folder"],
    ["an absolute path", [{ name: "/tmp/toc.dat" }], "leads out of its folder"],
    ["a path of another system", [{ name: "..\\toc.dat" }], "leads out of its folder"],
    [
      "a path that a header of pax hides",
      [{ name: "x", kind: "x", body: pax("path", "../../toc.dat") }, { name: "toc.dat" }],
      "leads out of its folder",
    ],
    ["a link", [{ name: "toc.dat", kind: "2" }], '"toc.dat" in it is a link'],
    ["a hard link", [{ name: "toc.dat", kind: "1" }], '"toc.dat" in it is a link'],
    ["a device", [{ name: "1.dat", kind: "3" }], "is a device"],
    ["a file with holes", [{ name: "1.dat", kind: "S" }], "is a file with holes"],
    ["a file of nobody's", [{ name: "run.sh" }], "is no file of pg_dump"],
    ["two of a name", [{ name: "1.dat" }, { name: "./1.dat" }], "is in it twice"],
    ["two folders", [{ name: "a/1.dat" }, { name: "b/2.dat" }], "it holds several folders"],
    ["a name without an end", [{ name: "x", kind: "L", body: "x".repeat(70_000) }], "longer than any"],
  ] as const)("%s", (_, members, message) => {
    expect(refusal(tar(...members))).toContain(message)
  })

  test("one that is cut, or whose header was changed", () => {
    const file = tar({ name: "toc.dat", body: "x".repeat(600) })
    for (const length of [100, 600, 1500, file.length - 1024])
      expect(refusal(file.subarray(0, length))).toContain("it ends before its end mark")
    const changed = Buffer.from(file)
    changed[0] = 0x41
    expect(refusal(changed)).toContain("a header in it is damaged")
  })
})

test("what pg_dump packed is unpacked as it was", () => {
  const found = plainOf(readFileSync(join(import.meta.dir, "folders/postgres-13-directory.tar")))
  expect([...found.keys()].sort()).toEqual(
    ["2985.dat.gz", "2986.dat.gz", "blob_4242.dat.gz", "blobs.toc", "toc.dat"].sort(),
  )
  expect(found.get("toc.dat")).toStartWith("PGDMP")
})
