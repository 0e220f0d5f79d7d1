import { describe, expect, setDefaultTimeout, test } from "bun:test"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import fc from "fast-check"
import { archiveEnd } from "../../controller/engines/postgres-archive.ts"

setDefaultTimeout(120_000)

const folder = join(import.meta.dir, "archives")

/** What the detector says of the bytes, given in chunks of these lengths, repeated. */
function verdict(bytes: Buffer, chunkLengths: readonly number[] = [65_536]): string {
  const detector = archiveEnd()
  for (let at = 0, index = 0; at < bytes.length; index++) {
    const length = chunkLengths[index % chunkLengths.length] ?? 1
    detector.push(bytes.subarray(at, at + length))
    at += length
  }
  return detector.finish()
}

const chunkings = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 8 })

describe("archives of real pg_dumps", () => {
  for (const name of readdirSync(folder).sort()) {
    const bytes = readFileSync(join(folder, name))

    test(`${name} is whole, however it is cut into chunks`, () => {
      fc.assert(
        fc.property(chunkings, (lengths) => {
          expect(verdict(bytes, lengths)).toBe("all 4 data blocks of the archive's table of contents")
        }),
      )
    })

    test(`${name} is refused when any number of bytes is missing at its end`, () => {
      for (let length = 0; length < bytes.length; length++)
        expect(() => verdict(bytes.subarray(0, length), [997])).toThrow(
          length === 0 ? "no bytes" : "the archive ends",
        )
    })

    test(`${name} is refused with anything after its end`, () => {
      expect(() => verdict(Buffer.concat([bytes, Buffer.from([0])]))).toThrow("inside a data block")
      expect(() => verdict(Buffer.concat([bytes, bytes]))).toThrow("damaged")
    })
  }
})

/** An archive as pg_backup_archiver.c writes it, of entries with so many pieces of data; null: an entry without data. */
type Entry = readonly number[] | "large objects" | null

function archive(
  minor: number,
  entries: readonly Entry[],
  offsetBytes = 8,
  kinds: readonly string[] = [],
): Buffer {
  const int = (value: number) => {
    const bytes = Buffer.alloc(5, value < 0 ? 1 : 0)
    bytes.writeUInt32LE(Math.abs(value), 1)
    return bytes
  }
  const text = (value: string | null) =>
    value === null ? int(-1) : Buffer.concat([int(Buffer.byteLength(value)), Buffer.from(value)])
  const head = [Buffer.from("PGDMP"), Buffer.from([1, minor, 0, 4, offsetBytes, 1])]
  head.push(minor >= 15 ? Buffer.from([0]) : int(-1))
  for (let field = 0; field < 7; field++) head.push(int(field))
  head.push(text("shop"), text("17.6"), text("17.6"), int(entries.length))
  entries.forEach((entry, index) => {
    head.push(int(index + 1), int(entry === null ? 0 : 1), text("1259"), text("0"), text(`t${index}`))
    head.push(
      text(kinds[index] ?? "TABLE"),
      int(3),
      text("create …"),
      text(""),
      text(null),
      text("public"),
      text(null),
    )
    if (minor >= 14) head.push(text("heap"))
    if (minor >= 16) head.push(int(114))
    head.push(text("boss"), text("false"), text("7"), text("12"), text(null))
    head.push(Buffer.from([entry === null ? 3 : 1]), Buffer.alloc(offsetBytes))
  })
  const piece = (length: number) => [int(length), Buffer.alloc(length, 0x7f)]
  const blocks = entries.flatMap((entry, index) => {
    if (entry === null) return []
    if (entry === "large objects")
      return [
        Buffer.from([3]),
        int(index + 1),
        int(16_405),
        ...piece(9),
        int(0),
        int(-2),
        ...piece(1),
        int(0),
        int(0),
      ]
    return [Buffer.from([1]), int(index + 1), ...entry.flatMap(piece), int(0)]
  })
  return Buffer.concat([...head, ...blocks])
}

const entries = fc.array(
  fc.oneof(
    fc.constant(null),
    fc.constant("large objects" as const),
    fc.array(fc.integer({ min: 1, max: 300 }), { maxLength: 5 }),
  ),
  { maxLength: 6 },
)
const minors = fc.integer({ min: 12, max: 16 })

describe("archives of every known version", () => {
  test("a whole one is accepted with the number of its data blocks", () => {
    fc.assert(
      fc.property(minors, entries, chunkings, (minor, list, lengths) => {
        const blocks = list.filter((entry) => entry !== null).length
        const expected =
          blocks === 0
            ? "the archive's whole table of contents, which promises no data"
            : `${blocks === 1 ? "the one data block" : `all ${blocks} data blocks`} of the archive's table of contents`
        expect(verdict(archive(minor, list), lengths)).toBe(expected)
      }),
    )
  })

  test("a strict prefix is refused, however it is cut into chunks", () => {
    fc.assert(
      fc.property(minors, entries, chunkings, fc.nat(), (minor, list, lengths, where) => {
        const whole = archive(minor, list)
        expect(() => verdict(whole.subarray(0, where % whole.length), lengths)).toThrow()
      }),
      { numRuns: 500 },
    )
  })

  test("offsets of four bytes are read as well", () => {
    expect(verdict(archive(14, [[3], null], 4))).toStartWith("the one data block")
  })
})

describe("what an archive holds", () => {
  test("is counted by kind, however it is cut into chunks", () => {
    const entries: readonly Entry[] = [[3], null, "large objects", [1, 2]]
    const kinds = ["TABLE", "VIEW", "BLOBS", "TABLE DATA"]
    fc.assert(
      fc.property(minors, chunkings, (minor, lengths) => {
        const detector = archiveEnd()
        const bytes = archive(minor, entries, 8, kinds)
        for (let at = 0, index = 0; at < bytes.length; index++) {
          const length = lengths[index % lengths.length] ?? 1
          detector.push(bytes.subarray(at, at + length))
          at += length
        }
        detector.finish()
        expect(detector.held()).toEqual({ tables: 1, views: 1, "large objects": 2 })
      }),
    )
  })

  for (const name of readdirSync(folder).sort()) {
    test(`is what was in the database of ${name}`, () => {
      const detector = archiveEnd()
      detector.push(readFileSync(join(folder, name)))
      expect(detector.held()).toEqual({
        tables: 4,
        "materialized views": 1,
        sequences: 1,
        functions: 1,
        "large objects": 2,
      })
    })
  }
})

describe("what no proof can be given for", () => {
  test("a newer format, naming what is known", () => {
    expect(() => verdict(archive(17, [[3]]))).toThrow(
      "the archive has format 1.17; this program can prove 1.12 to 1.16",
    )
  })

  test("something that is no archive", () => {
    expect(() => verdict(Buffer.from("-- PostgreSQL database dump\n"))).toThrow("does not begin with PGDMP")
  })

  test("a missing block, counted", () => {
    const both = archive(16, [[5], [7]])
    expect(() => verdict(both.subarray(0, both.length - 23))).toThrow("after 1 of 2 data blocks")
  })

  test("a block that no entry promises, or of an unknown kind", () => {
    const one = archive(16, [[5], null])
    const other = Buffer.from(one)
    other[one.length - 19] = 2 // the block's id
    expect(() => verdict(other)).toThrow("a data block 2 that no entry awaits")
    other[one.length - 19] = 1
    other[one.length - 21] = 9 // the block's kind
    expect(() => verdict(other)).toThrow("unknown kind 9")
  })

  test("no bytes at all", () => {
    expect(() => verdict(Buffer.alloc(0))).toThrow("the dump has no bytes")
  })
})
