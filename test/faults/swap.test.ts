// kill -9 at every step of a restore in the place of a database, and of its undo: the old one or the restored one has the name, whole, and it is known which.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import {
  createBackup,
  createRestore,
  getRestore,
  getRestoreLogs,
  listRestores,
  undoRestore,
} from "../../schemas/api.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { startServer, type TestServer } from "../support/servers.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(240_000)

let here: Place
let server: TestServer
let controller: Controller | undefined
let backupId: string

const shop = (on: Controller) => on.database("shop", ({ server }) => server.container?.state === "running")
const names = async () =>
  (await server.sql("postgres", "select datname from pg_database where datname like 'shop%' order by 1"))
    .trim()
    .split("\n")
const row = async () => (await server.sql("shop", "select x from t")).trim()
const swap = async (on: Controller) => {
  const options = { mode: "swap" as const, name: "shop" }
  return (await on.call(createRestore, { body: { backupId: backupId as never, options } })).data.id
}
const one = async (on: Controller, id: string) => (await on.call(getRestore, { params: { id } })).data

beforeAll(async () => {
  here = place()
  server = await startServer(
    "postgres:17",
    { [`${here.prefix}.enable`]: "true", [`${here.prefix}.schedule`]: "manual" },
    ["--network", "none"],
  )
  await server.ready()
  await server.sql("postgres", "create database shop")
  await server.sql("shop", "create table t as select 'dumped' as x")
  controller = await startController(here)
  const { id: databaseId } = await shop(controller)
  const { data } = await controller.call(createBackup, { body: { databaseId } })
  const done = await controller.backupDone(data.id)
  expect(done.status).toBe("completed")
  backupId = done.id
})
afterAll(async () => {
  await controller?.end("SIGTERM")
  await server?.remove()
  here?.remove()
})

/** Starts one that dies there, gives it something to do, and starts the real one after it. */
async function crashAt(point: string, work: (on: Controller) => Promise<unknown>): Promise<Controller> {
  await controller?.end("SIGTERM")
  controller = undefined
  const dying = await startController(here, { CRASH_AT: point }, "test/faults/crashing-controller.ts")
  try {
    await shop(dying)
    // The request itself may be what dies.
    void work(dying).catch(() => undefined)
    await until(`it crashes ${point}`, () => Promise.race([dying.ended.then(() => true), Bun.sleep(50)]), 60)
  } catch (error) {
    await dying.end("SIGKILL")
    throw new Error(`${error}\n${dying.log()}`)
  }
  controller = await startController(here)
  return controller
}

/** The one state in which everything agrees: what the restore says, which rows are there, which databases there are. */
async function settled(on: Controller, id: string): Promise<"old" | "restored"> {
  const { swap } = await until("it is known which one is in place", async () => {
    const restore = await one(on, id)
    return restore.swap?.state !== "exchanging" && restore
  })
  if (!swap || swap.state === "exchanging") throw new Error(`no swap: ${JSON.stringify(swap)}`)
  const inPlace = swap.state === "beside" ? "old" : swap.inPlace
  await until(
    "nothing else is left of it",
    async () => {
      const kept = swap.state === "kept" ? [swap.keptName] : []
      return JSON.stringify(await names()) === JSON.stringify(["shop", ...kept])
    },
    30,
  )
  expect(await row()).toBe(inPlace === "old" ? "changed" : "dumped")
  return inPlace
}

/** Back to the old one alone, under its own name. */
async function putBack(on: Controller, id: string) {
  const kept = async () => {
    const { swap } = await one(on, id)
    return swap?.state === "kept" ? swap : undefined
  }
  if ((await kept())?.inPlace === "restored") {
    await on.call(undoRestore, { params: { id }, body: {} })
    await until("the undo has ended", async () => (await kept())?.inPlace === "old")
  }
}

const steps = [
  ["the safety backup is to be made", "after catalogue.safetyBackupOf", "old"],
  ["the new one is loaded beside", "after docker.exec pg_restore", "old"],
  ["the exchange is noted, and not begun", "after catalogue.beginExchange", "old"],
  ["the exchange is under way on the server", "after docker.exec shop_before_", "either"],
  ["the exchange is done, and not noted", "before catalogue.endExchange", "restored"],
  ["the exchange is noted, and the restore not ended", "after catalogue.endExchange", "restored"],
] as const

describe("killed while a database takes the place of another", () => {
  test.each(steps)("when %s", async (_, point, wanted) => {
    await server.sql("shop", "update t set x = 'changed'")
    const on = await crashAt(point, swap)
    const [newest] = (await on.call(listRestores)).data
    const id = newest?.id ?? ""
    expect(newest).toMatchObject({ mode: "swap", status: "interrupted" })
    const inPlace = await settled(on, id)
    if (wanted !== "either") expect(inPlace).toBe(wanted)
    const log = (await on.call(getRestoreLogs, { params: { id } })).data
      .map(({ message }) => message)
      .join("\n")
    if (point === "before catalogue.endExchange") expect(log).toContain("shop is the restored database now")
    await putBack(on, id)
    expect(await row()).toBe("changed")
    for (const name of (await names()).filter((name) => name !== "shop"))
      await server.sql("postgres", `drop database "${name}"`)
  })

  test("when it is being put back", async () => {
    await server.sql("shop", "update t set x = 'changed'")
    const on = controller ?? (await startController(here))
    const done = await on.restoreDone(await swap(on))
    expect(done).toMatchObject({ status: "completed", swap: { state: "kept", inPlace: "restored" } })
    const undo = (dying: Controller) => dying.call(undoRestore, { params: { id: done.id }, body: {} })
    expect(await settled(await crashAt("after catalogue.beginExchange", undo), done.id)).toBe("restored")
    expect(await settled(await crashAt("before catalogue.endExchange", undo), done.id)).toBe("old")
  })
})
