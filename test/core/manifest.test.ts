import { describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { Fault } from "../../controller/core/fault.ts"
import { formatManifest, parseManifest } from "../../controller/core/manifest.ts"
import type { Manifest } from "../../schemas/manifest.ts"
import { aManifest } from "./records.ts"

setDefaultTimeout(120_000)

const refusal = (bytes: Buffer | string): string => {
  try {
    parseManifest(Buffer.from(bytes as string))
  } catch (error) {
    if (error instanceof Fault && error.code === "copy-mismatch" && error.hint) return error.message
    throw error
  }
  throw new Error("it was read")
}
const changed = (changes: Record<string, unknown>) => JSON.stringify({ ...aManifest(), ...changes })

test("is read back as it was written, whatever the names in it", () => {
  // As a string of the unit "binary", which takes seconds to be set up.
  const character = fc
    .integer({ min: 0, max: 0x10ffff })
    .filter((code) => code < 0xd800 || code > 0xdfff)
    .map((code) => String.fromCodePoint(code))
  const text = fc.array(character, { minLength: 1, maxLength: 20 }).map((parts) => parts.join(""))
  // zod leaves the key __proto__ out of records, on purpose; no server calls an attribute that.
  const attributeNames = text.filter((name) => name !== "__proto__")
  const manifests = fc
    .record({
      name: text,
      attributes: fc.dictionary(attributeNames, text),
      command: fc.array(text),
      globals: fc.boolean(),
    })
    .map(({ name, attributes, command, globals }) =>
      aManifest({
        subject: globals ? { kind: "globals" } : { kind: "database", name },
        facts: globals ? null : { attributes, tables: 3 },
        command,
      }),
    )
  fc.assert(
    fc.property(manifests, (manifest: Manifest) => {
      expect(parseManifest(formatManifest(manifest))).toEqual(manifest)
    }),
    { numRuns: 50 },
  )
})

test("is text that a person can read, and ends in a line break", () => {
  const text = formatManifest(aManifest()).toString()
  expect(text).toContain('\n  "formatVersion": 1,\n')
  expect(text).toEndWith("}\n")
})

describe("is refused, with the place, when it", () => {
  test("was cut short anywhere", () => {
    const whole = formatManifest(aManifest())
    fc.assert(
      fc.property(fc.integer({ min: 0, max: whole.length - 3 }), (length) => {
        expect(refusal(whole.subarray(0, length) as Buffer)).toBe("the manifest is not JSON")
      }),
    )
  })

  test.each([
    ["is of a newer format", { formatVersion: 2 }, "formatVersion"],
    ["has no version", { formatVersion: undefined }, "formatVersion"],
    ["proves nothing", { proof: undefined }, "proof"],
    ["tells of a tool that failed", { proof: { ...aManifest().proof, exitCode: 1 } }, "proof.exitCode"],
    ["has a hash that is none", { proof: { ...aManifest().proof, storedSha256: "x" } }, "proof.storedSha256"],
    ["has a negative size", { proof: { ...aManifest().proof, storedBytes: -1 } }, "proof.storedBytes"],
    ["names an unknown engine", { engine: { ...aManifest().engine, name: "oracle" } }, "engine.name"],
    ["has no way to restore it", { restore: [] }, "restore"],
    ["is encrypted in a way it does not know", { encryption: { format: "pgp" } }, "encryption.format"],
    ["has a local time", { startedAt: "2026-03-01T02:00:00" }, "startedAt"],
  ])("%s", (_, changes, place) => {
    expect(refusal(changed(changes))).toContain(`: ${place}: `)
  })

  test("is another JSON value, or nothing at all", () => {
    for (const text of ["", "null", "[]", "1", '"manifest"', "{}"])
      expect(refusal(text)).toStartWith("the manifest ")
  })
})
