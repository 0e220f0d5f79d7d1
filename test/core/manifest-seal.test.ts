// A manifest that was changed shows it: every field, whatever is done to it; white space and the order of keys are no change.
import { describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { formatManifest, readManifest, sealNote } from "../../controller/core/manifest.ts"
import { sealOf, signerOf } from "../../controller/core/manifest-seal.ts"
import { aManifest } from "./records.ts"

setDefaultTimeout(120_000)

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
type Path = readonly (string | number)[]

const ours = signerOf("a secret of this installation, 32 characters")
const theirs = signerOf("a secret of another installation, 32 too")
const manifest = aManifest({
  meta: { owner: "ops" },
  part: { content: "all", tables: ["a"], leftOut: [], withoutRows: ["b"], wanted: { tables: 1 } },
  holds: { tables: 3 },
  suspect: null,
})
const written = (signer = ours): Record<string, Json> =>
  JSON.parse(formatManifest(manifest, signer).toString())
const read = (data: unknown, signer = ours) => readManifest(Buffer.from(JSON.stringify(data)), signer)

/** The way to every value in it, objects and lists too. */
function pathsIn(value: Json, at: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [at]
  const inside = Object.entries(value).flatMap(([key, inner]) => pathsIn(inner as Json, [...at, key]))
  return at.length === 0 ? inside : [at, ...inside]
}
function changed(data: Json, path: Path, change: (parent: never, key: string | number) => void): Json {
  const copy = structuredClone(data)
  let parent = copy as never
  for (const key of path.slice(0, -1)) parent = parent[key as never]
  change(parent, path.at(-1) ?? "")
  return copy
}
const sealed = written()
const paths = pathsIn(sealed)

describe.each(paths.map((path) => [path.join("."), path] as const))("%s", (_, path) => {
  const [top] = path
  test.each([
    ["taken out", (parent: Record<string, unknown>, key: string) => delete parent[key]],
    [
      "made null",
      (parent: Record<string, unknown>, key: string) => {
        parent[key] = parent[key] === null ? "x" : null
      },
    ],
    [
      "made another of its kind",
      (parent: Record<string, unknown>, key: string) => {
        const value = parent[key]
        parent[key] =
          typeof value === "string"
            ? other(value)
            : typeof value === "number"
              ? value + 1
              : value === null
                ? []
                : Array.isArray(value)
                  ? [...value, "x"]
                  : { ...(value as object), x: "x" }
      },
    ],
  ])("%s is noticed", (_, change) => {
    const data = changed(sealed as Json, path, change as never)
    const outcome = (() => {
      try {
        return read(data).seal
      } catch (error) {
        expect(error).toMatchObject({ code: "copy-mismatch" })
        return "refused"
      }
    })()
    // Without its seal, or as of another key, it is taken in, and told.
    expect(outcome).toBeOneOf(top === "seal" ? ["refused", "none", "hash", "foreign"] : ["refused"])
    if (outcome !== "refused") expect(sealNote(outcome, ours)).not.toBeNull()
  })
})

/** Of the same length and kind, so that it still parses wherever that is possible. */
const other = (text: string) =>
  /[0-9a-f]$/.test(text) ? text.slice(0, -1) + (text.endsWith("1") ? "2" : "1") : `${text}x`

test("a field that is put in is noticed, also one that this version does not know", () => {
  expect(() => read({ ...sealed, surprise: true })).toThrow("changed since it was written")
  expect(() =>
    read(
      changed(sealed as Json, ["proof", "x"], (proof: Record<string, Json>) => {
        proof.x = 1
      }),
    ),
  ).toThrow("changed")
})

test("a new hash by whoever changed it does not make up for the signature", () => {
  const { seal: _, ...unsealed } = sealed
  const rest = { ...unsealed, program: "dbbackup 6.6.6" }
  const { sha256 } = sealOf(rest, null)
  const signature = (sealed.seal as { signature: Json }).signature
  expect(() => read({ ...rest, seal: { sha256, signature } })).toThrow("its signature is not of this text")
  expect(sealNote(read({ ...rest, seal: { sha256 } }).seal, ours)).toBe("it is not signed")
})

test("white space and the order of keys are no change", () => {
  const shuffle = (value: Json, order: () => number): Json =>
    Array.isArray(value)
      ? value.map((item) => shuffle(item, order))
      : typeof value === "object" && value !== null
        ? Object.fromEntries(
            Object.entries(value)
              .map(([key, inner]) => ({ key, inner: shuffle(inner, order), rank: order() }))
              .sort((a, b) => a.rank - b.rank)
              .map(({ key, inner }) => [key, inner]),
          )
        : value
  fc.assert(
    fc.property(
      fc.infiniteStream(fc.double({ noNaN: true })),
      fc.integer({ min: 0, max: 8 }),
      (ranks, indent) => {
        const text = JSON.stringify(
          shuffle(sealed as Json, () => ranks.next().value as number),
          null,
          indent,
        )
        expect(readManifest(Buffer.from(text), ours)).toEqual({ manifest, seal: "signed" })
      },
    ),
    { numRuns: 50 },
  )
})

test("how certain it is depends on who wrote it and who reads it", () => {
  const states = [written(null as never), written(theirs), written(ours)].map((data) => [
    read(data, ours).seal,
    read(data, null as never).seal,
  ])
  expect(states).toEqual([
    ["hash", "hash"],
    ["foreign", "foreign"],
    ["signed", "foreign"],
  ])
  const { seal: _, ...old } = sealed
  expect(read(old).seal).toBe("none")
  expect([
    sealNote("foreign", ours),
    sealNote("foreign", null),
    sealNote("signed", ours),
    sealNote("hash", null),
  ]).toEqual([
    "it is signed with another ENCRYPTION_KEY than this installation's; where that was changed, ENCRYPTION_KEY_OLD may name the one before",
    "it is signed, and without ENCRYPTION_KEY that cannot be checked",
    null,
    null,
  ])
})

test("after the secret was changed, what the one before has signed is believed while it is named, and signs nothing", () => {
  const [before, now] = [
    "a secret of this installation, 32 characters",
    "its secret from now on, 32 characters too",
  ]
  const turned = signerOf(now, before)
  expect([read(sealed, turned).seal, read(sealed, signerOf(now)).seal]).toEqual(["signed-before", "foreign"])
  expect(sealNote("signed-before", turned)).toBeNull()
  const forged = {
    ...sealed,
    seal: { ...(sealed.seal as object), signature: { key: ours?.key() ?? "", hmac: "0".repeat(64) } },
  }
  expect(() => read(forged as never, turned)).toThrow("its signature is not of this text")
  expect([read(written(turned), turned).seal, read(written(turned), ours).seal]).toEqual([
    "signed",
    "foreign",
  ])
})

test("nothing of the secret is in it", () => {
  expect(JSON.stringify(written())).not.toContain("secret of this installation")
})
