// RESTORE.md, at each destination that holds a backup.
import { afterEach, beforeEach, expect, test } from "bun:test"
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Fault } from "../../controller/core/fault.ts"
import { guideKey, restoreGuide } from "../../controller/core/restore-guide.ts"
import { localDestination } from "../../controller/destinations/local.ts"
import { leaveGuide } from "../../controller/jobs/guide.ts"

const { signal } = new AbortController()
let folder: string
const file = () => join(folder, guideKey)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dbbackup-guide-"))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

test("is left once, and not written again", async () => {
  const local = localDestination("local", folder)
  await leaveGuide([local], () => {}, signal)
  expect(readFileSync(file(), "utf8")).toBe(restoreGuide)
  const { mtimeMs, ino } = statSync(file())
  await leaveGuide([local], () => {}, signal)
  await leaveGuide([localDestination("local", folder)], () => {}, signal)
  expect(statSync(file())).toMatchObject({ mtimeMs, ino })
})

test("replaces what an earlier version said", async () => {
  writeFileSync(file(), "# Old\n")
  await leaveGuide([localDestination("local", folder)], () => {}, signal)
  expect(readFileSync(file(), "utf8")).toBe(restoreGuide)
})

test("a destination that cannot take it holds nothing up, says so, and gets it the next time", async () => {
  const said: string[] = []
  let broken = true
  const local = localDestination("local", folder)
  const flaky = {
    ...local,
    put: (...args: Parameters<typeof local.put>) =>
      broken ? Promise.reject(new Fault("disk-full", "no space is left")) : local.put(...args),
  }
  await leaveGuide([flaky], (_level, message) => said.push(message), signal)
  expect(said).toEqual(["RESTORE.md could not be left at local: no space is left"])
  broken = false
  await leaveGuide([flaky], () => {}, signal)
  expect(readFileSync(file(), "utf8")).toBe(restoreGuide)
})
