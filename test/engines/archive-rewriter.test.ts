// An archive of which some entries are taken: whole in itself, with exactly these, wherever its bytes are cut.
import { describe, expect, test } from "bun:test"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import fc from "fast-check"
import { archiveContents } from "../../controller/engines/archive-entries.ts"
import { onlyEntries } from "../../controller/engines/archive-rewriter.ts"
import { archiveEnd } from "../../controller/engines/postgres-archive.ts"
import type { Rewriter } from "../../controller/ports.ts"

const folder = join(import.meta.dir, "archives")
const chunkings = fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 8 })

function chunksOf(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const chunks: Buffer[] = []
  for (let at = 0, index = 0; at < bytes.length; index++) {
    const length = lengths[index % lengths.length] ?? 1
    chunks.push(bytes.subarray(at, at + length))
    at += length
  }
  return chunks
}
const rewritten = (rewriter: Rewriter, bytes: Buffer, lengths: readonly number[]) =>
  Buffer.concat([...chunksOf(bytes, lengths).flatMap((chunk) => rewriter.push(chunk)), ...rewriter.end()])
function entriesOf(bytes: Buffer, lengths: readonly number[] = [bytes.length]) {
  const contents = archiveContents()
  for (const chunk of chunksOf(bytes, lengths)) contents.push(chunk)
  return contents.entries() ?? []
}
function endOf(bytes: Buffer): string {
  const end = archiveEnd()
  end.push(bytes)
  return end.finish()
}

for (const name of readdirSync(folder).sort()) {
  const bytes = readFileSync(join(folder, name))
  const all = entriesOf(bytes)
  const last = Math.max(...all.map(({ id }) => id))

  describe(name, () => {
    test("its table of contents is read alike however it is cut", () => {
      expect(all.filter(({ hasData }) => hasData)).toHaveLength(4)
      fc.assert(
        fc.property(chunkings, (lengths) => {
          expect(entriesOf(bytes, lengths)).toEqual(all)
        }),
        { numRuns: 20 },
      )
    })

    test("with all of its entries it is the same but for where its rows stand", () => {
      const same = rewritten(onlyEntries(new Set(all.map(({ id }) => id)), last), bytes, [65_536])
      expect(same.length).toBe(bytes.length)
      expect(entriesOf(same)).toEqual(all)
      expect(endOf(same)).toBe(endOf(bytes))
    })

    test("with any of its entries it is a whole archive of these", () => {
      fc.assert(
        fc.property(fc.subarray(all.map(({ id }) => id)), chunkings, (ids, lengths) => {
          const some = rewritten(onlyEntries(new Set(ids), last), bytes, lengths)
          const nothing = ids.includes(last) ? [] : [last]
          const kept = all.filter(({ id }) => ids.includes(id))
          const found = entriesOf(some)
          expect(found.filter(({ id }) => !nothing.includes(id))).toEqual(kept)
          expect(found.filter(({ id }) => nothing.includes(id))).toMatchObject(
            nothing.map((id) => ({ id, kind: "COMMENT", tag: "", hasData: false })),
          )
          const blocks = kept.filter(({ hasData }) => hasData).length
          expect(endOf(some)).toContain(
            ["promises no data", "the one data block"][blocks] ?? `all ${blocks} data blocks`,
          )
        }),
        { numRuns: 40 },
      )
    })
  })
}
