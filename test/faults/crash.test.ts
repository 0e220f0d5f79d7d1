// kill -9 at every step of a run, of a prune and of a restore: the next start leaves nothing running, half-made, listed or owed.
import { afterAll, beforeAll, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test"
import { join } from "node:path"
import {
  createBackup,
  createRestore,
  getRestore,
  getRestoreLogs,
  listBackups,
  listRestores,
  listRuns,
} from "../../schemas/api.ts"
import type { CompletedBackup } from "../../schemas/backup.ts"
import { must } from "../support/command.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { startServer, type TestServer } from "../support/servers.ts"
import { storedFiles } from "../support/stored-files.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(120_000)

let here: Place
let server: TestServer
let controller: Controller | undefined
let serial = 0

const inside = (script: string) => must(["docker", "exec", server.name, "sh", "-c", script])
const trace = async () => (await inside("cat /tmp/trace 2>/dev/null || true")).trim().split("\n")
const databases = async () => (await server.sql("postgres", "select datname from pg_database")).split("\n")

beforeAll(async () => {
  here = place()
  const label = (key: string, value: string) => ({ [`${here.prefix}.${key}`]: value })
  const hook = (moment: string) =>
    label(`hooks.${moment}`, JSON.stringify(["sh", "-c", `echo ${moment} >>/tmp/trace`]))
  server = await startServer(
    "postgres:17",
    {
      ...label("enable", "true"),
      ...label("schedule", "manual"),
      // By hand is the only way here, so nothing is pinned, and each backup prunes the one before.
      ...label("retention", "last=1"),
      ...hook("pre"),
      ...hook("post"),
      ...hook("pre-restore"),
      ...hook("post-restore"),
    },
    ["--network", "none"],
  )
  await server.ready()
  await server.sql("postgres", "create database shop")
  await server.sql("shop", "create table t as select i, md5(i::text) as x from generate_series(1, 2000) i")
  controller = await startController(here)
  await backUp(controller)
})
beforeEach(async () => {
  controller ??= await startController(here)
})
afterAll(async () => {
  await controller?.end("SIGTERM")
  await server?.remove()
  here?.remove()
})

const shop = (on: Controller) => on.database("shop", ({ server }) => server.container?.state === "running")
const ask = async (on: Controller) => {
  const { id: databaseId } = await shop(on)
  return (await on.call(createBackup, { body: { databaseId } })).data
}
const backUp = async (on: Controller): Promise<CompletedBackup> => {
  const done = await on.backupDone((await ask(on)).id)
  if (done.status !== "completed") throw new Error(`not completed: ${JSON.stringify(done)}`)
  return done
}
const good = async (on: Controller) =>
  (await on.call(listBackups, { query: { status: "completed" } })).data as CompletedBackup[]
const restore = async (on: Controller, name: string) => {
  const [backup] = await good(on)
  const options = { mode: "new" as const, name }
  const { data } = await on.call(createRestore, { body: { backupId: backup?.id ?? "", options } })
  return data.id
}

/** Starts one that dies there, gives it something to do, and starts the real one after it. */
async function crashAt(point: string, work: (on: Controller) => Promise<unknown>): Promise<Controller> {
  await controller?.end("SIGTERM")
  controller = undefined
  const dying = await startController(here, { CRASH_AT: point }, "test/faults/crashing-controller.ts")
  // The request itself may be what dies.
  void work(dying).catch(() => undefined)
  try {
    await until(`it crashes ${point}`, () => Promise.race([dying.ended.then(() => true), Bun.sleep(50)]), 10)
  } catch (error) {
    await dying.end("SIGKILL")
    throw new Error(`${error}\n${dying.log()}`)
  }
  controller = await startController(here)
  await shop(controller)
  return controller
}

/** What must be so whatever was going on. */
async function expectOrder(on: Controller): Promise<void> {
  const unended = ["queued", "running"]
  expect((await on.call(listRuns)).data.filter(({ status }) => unended.includes(status))).toEqual([])
  expect((await on.call(listBackups)).data.filter(({ status }) => unended.includes(status))).toEqual([])
  expect((await on.call(listRestores)).data.filter(({ status }) => unended.includes(status))).toEqual([])
  const listed = await good(on)
  expect(listed.length).toBeGreaterThanOrEqual(1)
  const keys = listed.flatMap(({ copies }) => copies.map(({ key }) => key))
  const wanted = keys.flatMap((key) => [key, key.replace(/\.(dump|sql)(\.\w+)?$/, "$&.manifest.json")])
  const folder = join(here.folder, "backups")
  expect(storedFiles(folder)).toEqual(wanted.sort())
  await until("no tool of ours is left in the container", async () => {
    const found = await inside("grep -l DBBACKUP_EXEC= /proc/[0-9]*/environ 2>/dev/null || true")
    return found.trim() === ""
  })
  await until("no hook is owed", async () => /^(post.*)?$/.test((await trace()).at(-1) ?? ""), 20)
}

const steps = [
  ["its run is queued", "after catalogue.addRun"],
  ["its run has begun", "after catalogue.startRun"],
  ["the hook before it is noted", "after catalogue.addLooseEnd"],
  ["the hook before it runs", "after docker.exec >>/tmp/trace"],
  ["its dump is planned", "after catalogue.startBackup"],
  ["its file is open", "after destination.create"],
  ["the tool runs", "after docker.exec --format=custom"],
  ["bytes have been written", "after writer.write"],
  ["every byte is there", "before writer.commit"],
  ["the bytes are committed", "after writer.commit"],
  ["the manifest is there, too", "after destination.put"],
  ["it is recorded as good", "after catalogue.finishBackup"],
  ["the hook after it has run", "before catalogue.removeLooseEnd"],
  ["an older one is to be pruned", "after catalogue.deletingCopy"],
  ["an older one has lost its manifest", "after destination.remove manifest.json"],
  ["an older one is gone, but still listed", "before catalogue.copyDeleted"],
  ["its run is about to end", "before catalogue.finishRun"],
] as const

describe("killed during a backup, when", () => {
  for (const [what, point] of steps)
    test(`${what}, it leaves order behind, and the next one works`, async () => {
      const before = await good(controller as Controller)
      await inside("rm -f /tmp/trace")
      const on = await crashAt(point, ask)
      await expectOrder(on)
      const after = (await good(on)).map(({ id }) => id)
      const adopted = after.filter((id) => !before.some((one) => one.id === id))
      // The last good one is only gone when a newer one has taken its place.
      if (adopted.length === 0) expect(after).toEqual(before.map(({ id }) => id))
      const next = await backUp(on)
      await until("retention has been applied", async () => (await good(on)).length === 1)
      expect((await good(on)).map(({ id }) => id)).toEqual([next.id])
    })
})

// What becomes of the new database. The server may or may not get to what is just being asked of it, and what has no mark is
// left alone; a whole database is free of it in the end.
const restoreSteps = [
  ["it is queued", "after catalogue.addRestore", "never made"],
  ["the hook before it runs", "after docker.exec >>/tmp/trace", "never made"],
  ["the database is being created", "after docker.exec create database", "either"],
  ["the database is getting its mark", "after docker.exec comment on database", "either"],
  ["rows are being loaded", "after docker.exec exec pg_restore", "dropped"],
  ["it is being checked", "after docker.exec PGDATABASE=$5", "dropped"],
  ["it is about to end", "before catalogue.finishRestore", "whole"],
] as const

describe("killed during a restore, when", () => {
  for (const [what, point, fate] of restoreSteps)
    test(`${what}, it drops what is certainly its own, says so, and the next one works`, async () => {
      await inside("rm -f /tmp/trace")
      const name = `copy${++serial}`
      const on = await crashAt(point, (dying) => restore(dying, name))
      await expectOrder(on)
      const [last] = (await on.call(listRestores)).data
      expect(last?.status).toBe("interrupted")
      const left = (await databases()).includes(name)
      if (fate === "never made" || fate === "dropped") expect(left).toBe(false)
      if (fate === "dropped") {
        const { data: log } = await on.call(getRestoreLogs, { params: { id: last?.id ?? "" } })
        expect(log.map(({ message }) => message)).toContain(`dropped the unfinished database ${name}`)
      }
      if (fate === "whole") expect((await server.sql(name, "select count(*) from t")).trim()).toBe("2000")
      const again = await restore(on, `${name}b`)
      expect((await on.restoreDone(again)).status).toBe("completed")
      expect((await server.sql(`${name}b`, "select count(*) from t")).trim()).toBe("2000")
    })

  test("somebody has made a database of that name meanwhile, it is left alone", async () => {
    await controller?.end("SIGTERM")
    controller = undefined
    const dying = await startController(
      here,
      { CRASH_AT: "after docker.exec pg_restore" },
      "test/faults/crashing-controller.ts",
    )
    void restore(dying, "claimed").catch(() => undefined)
    expect(await dying.ended).toBeNull()
    await server.sql("postgres", "drop database claimed with (force)")
    await server.sql("postgres", "create database claimed")
    controller = await startController(here)
    const on = controller
    const [last] = (await on.call(listRestores)).data
    await until("it has looked", async () => {
      const { data } = await on.call(getRestoreLogs, { params: { id: last?.id ?? "" } })
      return data.some(({ message }) => message.includes("none is dropped"))
    })
    expect(await databases()).toContain("claimed")
    expect((await on.call(getRestore, { params: { id: last?.id ?? "" } })).data.status).toBe("interrupted")
  })
})
