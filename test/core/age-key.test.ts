import { describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { headerLength, parseHeader, signedPart, unpadded } from "../../controller/core/age-header.ts"
import { identityBytes, identityText, recipientOf } from "../../controller/core/age-key.ts"
import { fromBech32, toBech32 } from "../../schemas/bech32.ts"
import { identitiesIn, isIdentity, Recipient } from "../../schemas/encryption.ts"

setDefaultTimeout(120_000)

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length })

describe("keys as text", () => {
  test("are those that the age program has: its documentation's own example", () => {
    // From the manual of age-keygen(1).
    const identity = "AGE-SECRET-KEY-1N9JEPW6DWJ0ZQUDX63F5A03GX8QUW7PXDE39N8UYF82VZ9PC8UFS3M7XA9"
    expect(recipientOf(identity)).toBe("age1lvyvwawkr0mcnnnncaghunadrqkmuf9e6507x9y920xxpp866cnql7dp2z")
  })

  test("give their bytes back", () => {
    fc.assert(
      fc.property(bytes(32), (secret) => {
        const text = identityText(secret)
        expect(isIdentity(text)).toBe(true)
        expect(identityBytes(text)).toEqual(secret)
        expect(Recipient.safeParse(recipientOf(text)).success).toBe(true)
      }),
      { numRuns: 50 },
    )
  })

  test("of another length are none", () => {
    expect(isIdentity(toBech32("age-secret-key-", new Uint8Array(31)))).toBe(false)
    expect(Recipient.safeParse(toBech32("age", new Uint8Array(33))).success).toBe(false)
  })

  test("with a character changed, or two of them swapped, are none", () => {
    const text = toBech32(
      "age",
      new Uint8Array(32).map((_, i) => i * 7),
    )
    fc.assert(
      fc.property(
        fc.nat(text.length - 1),
        fc.constantFrom(..."qpzry9x8gf2tvdw0s3jn54khce6mua7l"),
        (at, char) => {
          const changed = text.slice(0, at) + char + text.slice(at + 1)
          expect(fromBech32("age", changed) === undefined).toBe(changed !== text)
        },
      ),
    )
    expect(fromBech32("age", text.replace("age1", "Age1"))).toBeUndefined()
    expect(fromBech32("age", text.toUpperCase())).toEqual(fromBech32("age", text))
  })

  test("stand in a file beside comments", () => {
    const [one, two] = [1, 2].map((fill) => identityText(new Uint8Array(32).fill(fill)))
    expect(identitiesIn(`# created: 2026\r\n# public key: age1…\r\n${one}\r\n\n${two}\n`)).toEqual([
      one,
      two,
    ] as string[])
    for (const text of ["", "# nothing", `${one}\nage1x`, `${one} ${two}`])
      expect(identitiesIn(text)).toBeNull()
  })
})

test("a header gives back its stanzas, of any length, and the bytes that its MAC is of", () => {
  const word = fc.stringMatching(/^[!-~]{1,20}$/)
  const stanza = fc.record({
    type: word,
    args: fc.array(word, { maxLength: 3 }),
    body: fc.uint8Array({ maxLength: 200 }).map((body) => Buffer.from(body)),
  })
  fc.assert(
    fc.property(fc.array(stanza, { minLength: 1, maxLength: 4 }), bytes(32), (stanzas, mac) => {
      const signed = signedPart(stanzas)
      const header = Buffer.concat([signed, Buffer.from(` ${unpadded(mac)}\n`)])
      const length = headerLength(Buffer.concat([header, Buffer.from("payload")]))
      expect(length).toBe(header.length)
      expect(headerLength(header.subarray(0, -1))).toBeUndefined()
      expect(parseHeader(header)).toEqual({ stanzas, signed, mac: Buffer.from(mac) })
    }),
  )
})
