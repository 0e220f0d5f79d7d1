import { afterEach, beforeEach, expect, test } from "bun:test"
import { noteAddress, notedAddress } from "../../controller/api/address.ts"
import { type Folder, folder } from "../settings/folder.ts"

let here: Folder
beforeEach(() => {
  here = folder()
})
afterEach(() => here.remove())

test.each([
  ["127.0.0.1", "http://127.0.0.1:3000"],
  ["0.0.0.0", "http://127.0.0.1:3000"],
  ["::", "http://127.0.0.1:3000"],
  ["::1", "http://[::1]:3000"],
  ["db.example", "http://db.example:3000"],
])("a controller that listens on %s is asked at %s", (hostname, url) => {
  noteAddress(here.path, hostname, 3000, () => undefined)
  expect(notedAddress(here.path)).toBe(url)
})

test("nothing that is no address is taken for one", () => {
  expect(notedAddress(here.path)).toBeNull()
  for (const text of ["", "http://a b:1", "file:///etc/passwd", "http://host:1/path"]) {
    here.write("address", text)
    expect(notedAddress(here.path)).toBeNull()
  }
})

test("a folder that cannot be written is said, and stops nothing", () => {
  const said: string[] = []
  noteAddress(here.at("none"), "127.0.0.1", 3000, (level) => void said.push(level))
  expect(said).toEqual(["warn"])
})
