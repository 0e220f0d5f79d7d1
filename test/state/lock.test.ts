import { afterAll, expect, test } from "bun:test"
import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Fault } from "../../controller/core/fault.ts"
import { lockFolder } from "../../controller/state/lock.ts"

const folder = mkdtempSync(join(tmpdir(), "dbbackup-lock-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** A second process that takes the lock, says so, and keeps it until it is killed. */
async function otherController() {
  const script = `
    const { lockFolder } = await import(${JSON.stringify(join(import.meta.dir, "../../controller/state/lock.ts"))})
    lockFolder(${JSON.stringify(folder)})
    // As in a long life: whoever took the lock need not keep what it was given.
    for (let n = 0; n < 3; n++) { Bun.gc(true); await Bun.sleep(1) }
    console.log("locked")
    setInterval(() => {}, 1000)`
  const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "inherit" })
  const { value } = await child.stdout.getReader().read()
  expect(new TextDecoder().decode(value)).toBe("locked\n")
  return child
}

test("a second controller is refused with what to do, and let in once the first was killed with SIGKILL", async () => {
  const child = await otherController()
  try {
    expect(() => lockFolder(folder)).toThrow(Fault)
    expect(() => lockFolder(folder)).toThrow("another dbbackup works in")
  } finally {
    child.kill("SIGKILL")
    await child.exited
  }
  const lock = lockFolder(folder)
  lock.release()
})

test("the lock is given back when it is released, and leaves one empty private file", () => {
  const first = lockFolder(folder)
  expect(() => lockFolder(folder)).toThrow(expect.objectContaining({ code: "data-folder-in-use" }))
  first.release()
  lockFolder(folder).release()
  expect(readdirSync(folder)).toEqual([".dbbackup.lock"])
  const { size, mode } = statSync(join(folder, ".dbbackup.lock"))
  expect([size, (mode & 0o777).toString(8)]).toEqual([0, "600"])
})

test("a folder that cannot be locked is refused with its name", () => {
  expect(() => lockFolder("/proc/nowhere")).toThrow(expect.objectContaining({ code: "settings-invalid" }))
})
