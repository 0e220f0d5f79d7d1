// The operator's key changes: every kept secret opens with the new one afterwards, or nothing has changed.
import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { rotateKey } from "../../controller/cli/rotate-key.ts"
import { bucketPurpose, serverPurpose } from "../../controller/core/sealed-purposes.ts"
import { createVault } from "../../controller/state/vault.ts"
import { minute, temporaryCatalogue } from "../state/samples.ts"

setDefaultTimeout(120_000)

const before = "the passphrase that was in force until now"
const after = "the passphrase that is in force from now on"
let file: ReturnType<typeof temporaryCatalogue>
beforeEach(() => {
  file = temporaryCatalogue()
})
afterEach(() => file.remove())

function keep(id: string, vault = createVault(before)): void {
  const seal = (key: "accessKeyId" | "secretAccessKey") =>
    vault.seal(`${key} of ${id}`, bucketPurpose(id, key))
  file.catalogue.saveBucket({
    id,
    name: id,
    place: { bucket: `backups-${id}`, region: "us-east-1" },
    keys: { accessKeyId: seal("accessKeyId"), secretAccessKey: seal("secretAccessKey"), end: "" },
    createdAt: minute(0),
    updatedAt: minute(0),
  })
}
const opened = (passphrase: string) => {
  const vault = createVault(passphrase)
  return file.catalogue
    .keptBuckets()
    .flatMap(({ id, keys }) =>
      keys === null
        ? []
        : [
            vault.open(keys.accessKeyId, bucketPurpose(id, "accessKeyId")),
            vault.open(keys.secretAccessKey, bucketPurpose(id, "secretAccessKey")),
          ],
    )
}
const rotate = (env: Record<string, string> = {}) =>
  rotateKey({ DATABASE_PATH: file.path, ENCRYPTION_KEY: after, ENCRYPTION_KEY_OLD: before, ...env })

test("every secret is sealed anew, beside an open catalogue, and the old key opens none", () => {
  keep("a")
  keep("b")
  expect(rotate()).toStartWith("4 secrets sealed with the new key.")
  expect(opened(after)).toEqual(
    ["a", "b"].flatMap((id) => [`accessKeyId of ${id}`, `secretAccessKey of ${id}`]),
  )
  expect(() => opened(before)).toThrow("cannot be opened")
})

test("it may be run again, and after something was sealed with the new key already", () => {
  keep("a")
  keep("b", createVault(after))
  expect(rotate()).toStartWith("2 secrets sealed with the new key, 2 were already.")
  expect(rotate()).toStartWith("0 secrets sealed with the new key, 4 were already.")
  expect(opened(after)).toHaveLength(4)
})

test("the password of a server that was added over the API is among them", () => {
  keep("a")
  const place = { type: "mysql", host: "db", user: "backup", tls: { mode: "disable" }, labels: {} } as const
  const sealed = createVault(before).seal("the password", serverPurpose("legacy"))
  const kept = { place, createdAt: minute(0), updatedAt: minute(0) }
  file.catalogue.saveKeptServer({ ...kept, name: "legacy", password: sealed })
  file.catalogue.saveKeptServer({ ...kept, name: "without", password: null })
  expect(rotate()).toStartWith("3 secrets sealed with the new key.")
  const [legacy, without] = file.catalogue.keptServers()
  expect(createVault(after).open(legacy?.password ?? "", serverPurpose("legacy"))).toBe("the password")
  expect(without?.password).toBeNull()
})

test("one secret that neither key opens, and nothing has changed", () => {
  keep("a")
  keep("b", createVault("a third passphrase, which nobody remembers"))
  const kept = file.catalogue.keptBuckets()
  expect(() => rotate()).toThrow("cannot be opened")
  expect(file.catalogue.keptBuckets()).toEqual(kept)
})

test("keys may be in files, and both are needed, as is a catalogue", () => {
  const old = join(file.folder, "old")
  writeFileSync(old, `${before}\n`)
  keep("a")
  const env = { DATABASE_PATH: file.path, ENCRYPTION_KEY: after }
  expect(() => rotateKey(env)).toThrow("two keys")
  expect(() => rotate({ DATABASE_PATH: join(file.folder, "none.db") })).toThrow("no catalogue")
  expect(rotateKey({ ...env, ENCRYPTION_KEY_OLD_FILE: old })).toStartWith("2 secrets")
})
