// What stands at a destination, and which manifests are believed.
import { describe, expect, test } from "bun:test"
import { inventoryOf, requireOwn } from "../../controller/core/inventory.ts"
import { manifestKey, notesKey } from "../../controller/core/key.ts"
import { aManifest } from "../state/samples.ts"

const id = "01980000-0000-7000-8000-00001a2b3c4d"
const name = "shop_daily_20260301_020100_1a2b3c4d.dump"
const key = `shop~db/shop/2026/03/${name}`
const manifest = aManifest(id, "run", { fileName: name })

describe("an inventory", () => {
  test("pairs bytes and manifests, and tells what lacks the other or is somebody else's", () => {
    const other = key.replace("1a2b3c4d", "5e6f7a8b")
    const lost = key.replace("1a2b3c4d", "9c0d1e2f")
    const notes = [key, lost, "a/b/c"].map(notesKey)
    const keys = [
      manifestKey(lost),
      key,
      "notes.txt",
      other,
      manifestKey(key),
      "a/b/c.manifest.json",
      ...notes,
    ]
    expect(inventoryOf(keys)).toEqual({
      backups: [key],
      withoutManifest: [other],
      withoutBytes: [lost],
      noted: new Set([key, lost]),
      foreign: 3,
    })
  })

  test("of nothing is empty", () => {
    const none = { backups: [], withoutManifest: [], withoutBytes: [], noted: new Set<string>(), foreign: 0 }
    expect(inventoryOf([])).toEqual(none)
  })
})

describe("a manifest", () => {
  test("is believed beside the bytes it is of", () => {
    expect(() => requireOwn(key, manifest, 1000)).not.toThrow()
  })

  test.each([
    ["of another backup", { ...manifest, id: "01980000-0000-7000-8000-0000ffffffff" as never }, 1000],
    ["of another server", { ...manifest, server: { ...manifest.server, id: "other" as never } }, 1000],
    ["of another database", { ...manifest, subject: { kind: "database", name: "users" } as const }, 1000],
    ["of another time", { ...manifest, startedAt: "2026-03-01T02:02:00.000Z" }, 1000],
    ["that names another file", { ...manifest, fileName: "../../etc/passwd" }, 1000],
    ["of more bytes than there are", manifest, 999],
    ["of bytes that are gone", manifest, null],
  ])("%s is not", (_, changed, size) => {
    expect(() => requireOwn(key, changed, size)).toThrow("not of the bytes it stands beside")
  })
})
