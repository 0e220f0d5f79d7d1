// Faults of the disk that backups are written to: full at whatever byte, too full to begin with, and a disk that cannot keep what it took.
import { afterAll, afterEach, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { getStatus } from "../../schemas/api.ts"
import { must } from "../support/command.ts"
import { type Place, place } from "../support/controller.ts"
import { type Stage, stage } from "./stage.ts"

setDefaultTimeout(240_000)

/** A disk of that size where the folder `local` will be. */
async function placeWithDisk(mebibytes: number): Promise<Place> {
  const here = place()
  const storage = join(here.folder, "backups")
  mkdirSync(storage)
  await must(["mount", "-t", "tmpfs", "-o", `size=${mebibytes}m`, "tmpfs", storage])
  return here
}
describe("a disk that is small", () => {
  let here: Place
  let on: Stage
  const ballast = () => join(here.folder, "backups", ".ballast")

  beforeAll(async () => {
    here = await placeWithDisk(40)
    on = await stage("postgres:17", {
      here,
      labels: { destinations: "local", "rate-limit": "none" },
    })
  })
  afterEach(() => rmSync(ballast(), { force: true }))
  afterAll(async () => {
    await on?.controller.end("SIGTERM")
    await must(["umount", join(here.folder, "backups")])
    await on?.end()
  })

  for (const mebibytes of [2, 19, 37])
    test(`full after ${mebibytes} MiB of a dump: it fails, and what was written is removed`, async () => {
      writeFileSync(ballast(), Buffer.alloc((38 - mebibytes) * 2 ** 20))
      const backup = await on.begin("large")
      await on.fails("disk-full", backup)
    })

  test("too full for what the last good backup took: it is refused before anything is dumped, with the figures", async () => {
    writeFileSync(ballast(), Buffer.alloc(38 * 2 ** 20))
    const { data: status } = await on.controller.call(getStatus)
    const free = status.destinations.find(({ name }) => name === "local")?.freeBytes ?? 0
    expect(free).toBeLessThan(3 * 2 ** 20)
    writeFileSync(ballast(), Buffer.alloc(39.5 * 2 ** 20))
    const done = await on.backUp("shop")
    await on.fails("disk-too-full", done)
    expect("error" in done && done.error.message).toMatch(
      /^local \(.*\) has 0\.\d MiB left, and a backup needs \d\.\d MiB, the last good one took \d\.\d MiB$/,
    )
    rmSync(ballast())
    expect((await on.backUp("shop")).status).toBe("completed")
  })

  test("after all of it the last good backup is as it was: every row comes back", async () => {
    await on.stillRestores("shop_again")
  })
})

describe("a disk that fails to keep what it took", () => {
  let on: Stage
  const here = place()
  const broken = join(here.folder, "fsync-fails")
  beforeAll(async () => {
    on = await stage("postgres:17", {
      here,
      labels: { "rate-limit": "none" },
      entry: "test/faults/failing-disk.ts",
      env: { FSYNC_FAILS_WHILE: broken },
    })
  })
  afterAll(() => on?.end())

  test("fails its backup as fsync does, and the next one is good once it does no more", async () => {
    writeFileSync(broken, "")
    const large = await on.backUp("large")
    const shop = await on.backUp("shop")
    rmSync(broken)
    await on.fails("fsync-fails", large)
    await on.fails("fsync-fails", shop)
    expect((await on.backUp("large")).status).toBe("completed")
    await on.stillRestores("shop_again")
  })
})
