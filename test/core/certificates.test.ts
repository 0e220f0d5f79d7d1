import { expect, setDefaultTimeout, test } from "bun:test"
import { readFileSync } from "node:fs"
import fc from "fast-check"
import { certificatesIn } from "../../controller/core/certificates.ts"

setDefaultTimeout(120_000)

const pem = readFileSync(new URL("../golden/certificates/authority.pem", import.meta.url), "utf8").trim()

test("certificates are all that is taken of a text, in their order", () => {
  expect(certificatesIn(pem)).toBe(pem)
  expect(certificatesIn(`subject=CN = x\r\n${pem}\n.\n\\! rm -rf /\n${pem}\nrest`)).toBe(`${pem}\n${pem}`)
})

test("a text without any, or with one that is cut or broken, is refused", () => {
  for (const text of ["", "x", pem.slice(0, -3), pem.replace("MIID", "MIIE"), `${pem}\n${pem.slice(0, 200)}`])
    expect(() => certificatesIn(text)).toThrow("does not hold certificates")
})

test("no line of what is taken ends the certificates for the tool that reads them, whatever was pasted around", () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (before, after) => {
      const taken = certificatesIn(`${before}\n${pem}\n${after}`)
      expect(taken.split("\n")).not.toContain(".")
    }),
  )
})
