// Secrets at rest: opened only with their key, for their purpose, unchanged.
import { expect, test } from "bun:test"
import { createVault } from "../../controller/state/vault.ts"

const vault = createVault("a passphrase of more than 32 characters")
const secret = 's3cr3t/with "quotes" and ünicode 🔑'

test("what was sealed opens with the same key, in another process too", () => {
  const sealed = vault.seal(secret, "s3:1:secretAccessKey")
  expect(sealed).not.toContain("s3cr3t")
  expect(vault.open(sealed, "s3:1:secretAccessKey")).toBe(secret)
  expect(createVault("a passphrase of more than 32 characters").open(sealed, "s3:1:secretAccessKey")).toBe(
    secret,
  )
})

test("the same secret never looks the same twice", () => {
  expect(vault.seal(secret, "a")).not.toBe(vault.seal(secret, "a"))
})

test("it does not open with another key, for another purpose, or once a character was changed", () => {
  const sealed = vault.seal(secret, "a")
  const at = sealed.length - 4
  const changed = sealed.slice(0, at) + (sealed[at] === "A" ? "B" : "A") + sealed.slice(at + 1)
  expect(() => createVault("another passphrase of 32 characters or so").open(sealed, "a")).toThrow(
    "cannot be opened with this ENCRYPTION_KEY",
  )
  expect(() => vault.open(sealed, "b")).toThrow("cannot be opened")
  expect(() => vault.open(changed, "a")).toThrow("cannot be opened")
  expect(() => vault.open("v0:plain", "a")).toThrow("cannot be opened")
})
