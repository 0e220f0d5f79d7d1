// The secrets of a server outside Docker, wherever they are kept.
import { afterEach, beforeEach, expect, test } from "bun:test"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Outside } from "../../controller/ports.ts"
import { outsideSecrets } from "../../controller/settings/outside-secrets.ts"
import { OutsideServer } from "../../schemas/outside.ts"

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dbbackup-secrets-"))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const server = (more: object = {}): Outside =>
  OutsideServer.parse({ type: "mysql", host: "db", user: "x", tls: { mode: "disable" }, ...more })

test("a password is of a file, of a variable, or opened at that moment", async () => {
  const passwordOf = async (asked: Outside) =>
    (await outsideSecrets(asked, { SECRET: "of a variable" })).password
  expect(await passwordOf(server({ passwordFile: file("p", "of a file\n") }))).toBe("of a file")
  expect(await passwordOf(server({ passwordVariable: "SECRET" }))).toBe("of a variable")
  expect(await passwordOf({ ...server(), openPassword: () => "opened" })).toBe("opened")
  expect(await passwordOf(server())).toBe("")
})

test("certificates are given, of a file, or those that browsers trust; none where none are checked", async () => {
  const caOf = async (tls: Outside["tls"]) => (await outsideSecrets({ ...server(), tls }, {})).ca
  expect(await caOf({ mode: "verify-ca", ca: "given" })).toBe("given")
  expect(await caOf({ mode: "verify-full", caFile: file("ca", "of a file") })).toBe("of a file")
  expect(await caOf({ mode: "verify-full" })).toContain("BEGIN CERTIFICATE")
  expect(await caOf({ mode: "require", ca: "given" })).toBe("")
})

test("what cannot be read or has several lines is refused, without a word of it", async () => {
  const refused = (asked: Outside) => outsideSecrets(asked, {}).catch((error) => error)
  expect(await refused(server({ passwordFile: join(folder, "none") }))).toMatchObject({
    code: "settings-invalid",
  })
  expect(await refused(server({ passwordVariable: "NONE" }))).toMatchObject({ code: "settings-invalid" })
  const lines = await refused({ ...server(), openPassword: () => "s3cret\nDROP TABLE x" })
  expect(lines).toMatchObject({ code: "settings-invalid" })
  expect(JSON.stringify([lines.message, lines.hint])).not.toContain("s3cret")
})
