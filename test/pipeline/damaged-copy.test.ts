// Whatever was done to a stored copy, its proof refuses it, and a load never lets the tool see a whole dump.
import { afterAll, beforeAll, expect, test } from "bun:test"
import { randomBytes } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import fc from "fast-check"
import { identityText, recipientOf } from "../../controller/core/age-key.ts"
import { localDestination } from "../../controller/destinations/local.ts"
import { loadDump, proveCopy } from "../../controller/pipeline/load.ts"
import { storeDump } from "../../controller/pipeline/store.ts"
import type { Proof } from "../../schemas/backup.ts"
import { type ChildTool, childTool } from "./child-tool.ts"
import { explain, failureOf, trailer } from "./sample.ts"

const root = mkdtempSync(join(tmpdir(), "dbbackup-damaged-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const local = localDestination("local", root)
const never = new AbortController().signal
const [own, foreign] = [identityText(randomBytes(32)), identityText(randomBytes(32))]

const algorithms = ["none", "zstd", "gzip"] as const
const kinds = algorithms.flatMap((algorithm) => [false, true].map((sealed) => ({ algorithm, sealed })))
type Kind = (typeof kinds)[number]
interface Stored {
  readonly key: string
  readonly bytes: Buffer
  readonly proof: Proof
}
/** Two backups of each kind, of different databases and of the same length before they are stored. */
const stored = new Map<Kind, readonly [Stored, Stored]>()

async function store(kind: Kind, which: number): Promise<Stored> {
  const key = `shop/${kind.algorithm}-${kind.sealed}-${which}.sql`
  const { proof, writers } = await storeDump({
    start: async () => childTool(`seq ${1e6 * which} ${1e6 * which + 29999}; echo '-- done'`),
    end: trailer(),
    compression: { algorithm: kind.algorithm, level: kind.algorithm === "none" ? 0 : 3 },
    recipients: kind.sealed ? [recipientOf(own)] : null,
    destinations: [{ destination: local, key }],
    signal: never,
    onProgress: () => {},
    explain,
  })
  for (const { writer } of writers) await writer.commit()
  return { key, bytes: readFileSync(join(root, key)), proof }
}
beforeAll(async () => {
  for (const kind of kinds) stored.set(kind, [await store(kind, 1), await store(kind, 2)])
})

const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
/** What is made of the bytes, given those of another backup. */
const damage = fc.oneof(
  fc.record({ what: fc.constant("a bit is another" as const), at: place, bit: fc.nat(7) }),
  fc.record({ what: fc.constant("cut" as const), at: place }),
  fc.record({
    what: fc.constant("more at the end" as const),
    more: fc.uint8Array({ minLength: 1, maxLength: 600 }),
  }),
  fc.record({
    what: fc.constant("a block of zeros" as const),
    at: place,
    length: fc.integer({ min: 1, max: 4096 }),
  }),
  fc.record({
    what: fc.constant("a piece is missing" as const),
    at: place,
    length: fc.integer({ min: 1, max: 4096 }),
  }),
  fc.record({
    what: fc.constant("a piece is there twice" as const),
    at: place,
    length: fc.integer({ min: 1, max: 4096 }),
  }),
  fc.record({ what: fc.constant("begins as itself and ends as another backup" as const), at: place }),
  fc.record({ what: fc.constant("another backup" as const) }),
)
type Damage = typeof damage extends fc.Arbitrary<infer D> ? D : never

function damaged(bytes: Buffer, other: Buffer, how: Damage): Buffer {
  const at = "at" in how ? Math.floor(how.at * bytes.length) : 0
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)]
  switch (how.what) {
    case "a bit is another": {
      const copy = Buffer.from(bytes)
      copy[at] = (copy[at] ?? 0) ^ (1 << how.bit)
      return copy
    }
    case "cut":
      return Buffer.from(before)
    case "more at the end":
      return Buffer.concat([bytes, how.more])
    case "a block of zeros":
      return Buffer.from(bytes).fill(0, at, Math.min(at + how.length, bytes.length))
    case "a piece is missing":
      return Buffer.concat([before, after.subarray(how.length)])
    case "a piece is there twice":
      return Buffer.concat([before, after.subarray(0, how.length), after])
    case "begins as itself and ends as another backup":
      return Buffer.concat([before, other.subarray(at)])
    case "another backup":
      return other
  }
}

test("no damage to the bytes passes the proof, and the tool of a load never ends well on them", async () => {
  const seen = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...kinds), damage, async (kind, how) => {
      const [{ key, bytes, proof }, other] = stored.get(kind) as readonly [Stored, Stored]
      const now = damaged(bytes, other.bytes, how)
      fc.pre(!now.equals(bytes))
      seen.set(how.what, (seen.get(how.what) ?? 0) + 1)
      writeFileSync(join(root, key), now)
      const copy = {
        ...{ destination: local, key, proof, compression: kind.algorithm, signal: never },
        identity: kind.sealed ? own : null,
        onProgress: () => {},
      }
      expect(await failureOf(proveCopy({ ...copy, end: trailer() }))).toMatchObject({ code: "copy-mismatch" })
      // The tool tells by a file that it has seen the end of its input.
      const whole = join(root, "whole")
      rmSync(whole, { force: true })
      let tool: ChildTool | undefined
      const start = async () => (tool = childTool(`cat >/dev/null; echo yes >${whole}`, { stdin: true }))
      expect(await failureOf(loadDump({ ...copy, start, explain }))).toMatchObject({ code: "copy-mismatch" })
      await tool?.exit.catch(() => undefined)
      expect(await Bun.file(whole).exists()).toBe(false)
      writeFileSync(join(root, key), bytes)
    }),
    { numRuns: 80 },
  )
  expect(seen.size).toBe(8)
  for (const [{ algorithm, sealed }, [{ key, proof }]] of stored)
    await proveCopy({
      ...{ destination: local, key, proof, compression: algorithm, signal: never, end: trailer() },
      identity: sealed ? own : null,
      onProgress: () => {},
    })
}, 120_000)

test("another's key opens no copy, and one that is encrypted is no dump without a key", async () => {
  for (const [{ algorithm, sealed }, [{ key, proof }]] of stored) {
    if (!sealed) continue
    for (const identity of [foreign, null]) {
      const copy = { destination: local, key, proof, compression: algorithm, identity, signal: never }
      const failure = await failureOf(proveCopy({ ...copy, end: trailer(), onProgress: () => {} }))
      expect(["key-missing", "copy-mismatch", "dump-truncated"]).toContain((failure as { code: string }).code)
    }
  }
})
