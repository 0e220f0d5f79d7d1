import { afterEach, beforeEach, expect, test } from "bun:test"
import { mkdirSync, symlinkSync } from "node:fs"
import { Fault } from "../../controller/core/fault.ts"
import { readTextFile } from "../../controller/settings/text-file.ts"
import { must } from "../support/command.ts"
import { type Folder, folder } from "./folder.ts"

let here: Folder
beforeEach(() => {
  here = folder()
})
afterEach(() => here.remove())

function refusal(path: string): string {
  try {
    return `read: ${readTextFile(path, 1024)}`
  } catch (error) {
    if (error instanceof Fault && error.code === "settings-invalid") return error.message
    throw error
  }
}

test("reads text, whatever its length up to the limit", () => {
  expect(readTextFile(here.write("a", "grün\n"), 1024)).toBe("grün\n")
  expect(readTextFile(here.write("a", ""), 1024)).toBe("")
  expect(readTextFile(here.write("a", "x".repeat(1024)), 1024)).toHaveLength(1024)
  expect(refusal(here.write("a", "x".repeat(1025)))).toBe(
    `${here.at("a")} cannot be read: it has more than 1 KiB`,
  )
})

test("takes a mark of byte order for no part of the text", () => {
  expect(readTextFile(here.write("a", "\uFEFFa: 1"), 1024)).toBe("a: 1")
})

test("says that there is none, behind a link too", () => {
  expect(readTextFile(here.at("none"), 1024)).toBeNull()
  symlinkSync("nowhere", here.at("link"))
  expect(readTextFile(here.at("link"), 1024)).toBeNull()
})

test("refuses what is no text file, at once", async () => {
  mkdirSync(here.at("folder"))
  symlinkSync("circle", here.at("circle"))
  here.write("file", "")
  here.write("latin1", new Uint8Array([0x67, 0x72, 0xfc, 0x6e]))
  here.write("utf16", new Uint8Array([0xff, 0xfe, 0x61, 0x00]))
  await must(["mkfifo", here.at("pipe")])
  expect(refusal(here.at("folder"))).toEndWith("it is a folder")
  expect(refusal(here.at("circle"))).toEndWith("its symbolic links lead in a circle")
  expect(refusal(here.at("file/a"))).toEndWith("a part of its path is no folder")
  expect(refusal(here.at("latin1"))).toEndWith("it is not UTF-8 text")
  expect(refusal(here.at("utf16"))).toEndWith("it is not UTF-8 text")
  expect(refusal(here.at("pipe"))).toEndWith("it is no file")
  expect(refusal("/dev/zero")).toEndWith("it is no file")
})

test("does not read to the end of a file without end", () => {
  // Its size is given as 0, like that of every file that a kernel makes up.
  expect(refusal("/proc/self/smaps")).toEndWith("it has more than 1 KiB")
})
