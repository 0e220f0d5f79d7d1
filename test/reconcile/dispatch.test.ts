// Ticks and requests become records and queued work: on a real catalogue, world and queue, with work that only says how it ended.

import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { Fault } from "../../controller/core/fault.ts"
import { databaseIdOf, serverIdOf } from "../../controller/core/key.ts"
import type { DesiredJob } from "../../controller/core/schedule-plan.ts"
import { deriveServers } from "../../controller/core/server.ts"
import type { ContainerFacts } from "../../controller/ports.ts"
import { createDispatch, type Dispatch } from "../../controller/reconcile/dispatch.ts"
import { createPauses } from "../../controller/reconcile/pauses.ts"
import { createQueue, type Queue } from "../../controller/reconcile/queue.ts"
import type { BackupOrder } from "../../controller/reconcile/work.ts"
import { createWorld, type World } from "../../controller/reconcile/world.ts"
import type { BackupId } from "../../schemas/backup.ts"
import type { RestoreId, RestorePlan } from "../../schemas/restore.ts"
import type { RunId } from "../../schemas/run.ts"
import type { DatabaseId, JobId, ServerId } from "../../schemas/server.ts"
import { plainDetails } from "../core/records.ts"
import { guess, labelled, operator } from "../core/samples.ts"
import { addGood, aProblem, type Fixture, temporaryCatalogue } from "../state/samples.ts"
import { until } from "../support/until.ts"

const shopId = serverIdOf("shop/db")
const shop = databaseIdOf(shopId, { kind: "database", name: "shop" })
const users = databaseIdOf(shopId, { kind: "database", name: "users" })
const globals = databaseIdOf(shopId, { kind: "globals" })

let store: Fixture
let world: World
let queue: Queue
let dispatch: Dispatch
let now: Date
let log: string[]
/** The runs that have begun, and what ends each. */
let begun: (BackupOrder & { readonly end: () => void })[]
let restores: { readonly id: RestoreId; readonly end: () => void }[]
let deleted: string[]
let planFault: Fault | undefined

beforeEach(() => {
  store = temporaryCatalogue()
  now = new Date("2026-03-10T12:00:00Z")
  log = []
  begun = []
  restores = []
  deleted = []
  planFault = undefined
  world = createWorld({
    catalogue: store.catalogue,
    events: { publish: () => {}, subscribe: () => () => {} },
    clock: () => now,
    prefix: "dbbackup",
  })
  queue = createQueue(3, (error) => {
    throw error
  })
  const { catalogue } = store
  let ids = 0
  dispatch = createDispatch({
    keepReplacedSeconds: () => 3600,
    catalogue,
    world,
    queue,
    pauses: createPauses(
      catalogue,
      () => now,
      () => false,
      () => {},
    ),
    clock: () => now,
    newId: () => `id-${++ids}`,
    log: (level, message) => log.push(`${level} ${message}`),
    work: {
      backUp(order, signal) {
        catalogue.startRun(order.runId, now)
        return new Promise((resolve) => {
          const finish = (status: "completed" | "cancelled") => {
            const error = aProblem({ code: "cancelled", message: "cancelled on request" })
            if (order.only) catalogue.finishBackup(order.only.backup.id, now, { status: "cancelled", error })
            catalogue.finishRun(order.runId, now, status === "completed" ? { status } : { status, error })
            resolve()
          }
          begun.push({ ...order, end: () => finish("completed") })
          if (signal.aborted) finish("cancelled")
          signal.addEventListener("abort", () => finish("cancelled"))
        })
      },
      checkUndo: async () => {},
      undo: async () => {},
      planRestore({ backup, options }) {
        if (planFault) return Promise.reject(planFault)
        const plan: RestorePlan = {
          backupId: backup.id,
          source: backup.source ?? null,
          serverId: options.serverId ?? backup.serverId,
          serverName: backup.serverName,
          engine: backup.engine,
          sourceDatabase: backup.database,
          targetDatabase: options.mode === "globals" ? "globals" : options.name,
          mode: options.mode,
          destination: "local",
          storedBytes: 1000,
          rawBytes: 1000,
          backupFinishedAt: backup.finishedAt,
          steps: ["load it"],
          warnings: [],
          ...plainDetails,
        }
        return Promise.resolve(plan)
      },
      restore(id, _, signal) {
        catalogue.startRestore(id, now)
        return new Promise((resolve) => {
          const finish = () => {
            catalogue.finishRestore(id, now, { status: "cancelled", error: aProblem({ code: "cancelled" }) })
            resolve()
          }
          restores.push({ id, end: finish })
          signal.addEventListener("abort", finish)
        })
      },
      deleteBackup(backup) {
        deleted.push(backup.id)
        return Promise.resolve()
      },
    },
  })
})
afterEach(async () => {
  await queue.drain(new Fault("cancelled", "the test is over"))
  store.remove()
})

function see(...containers: readonly ContainerFacts[]): void {
  world.see(deriveServers(containers, operator(), world.remembered(), guess))
  for (const { id } of containers.length > 0 ? world.servers() : [])
    world.learn(id, {
      engine: "postgres",
      serverVersion: "17.6",
      databases: ["shop", "users"],
      problem: null,
      warnings: [],
    })
}
function job(name = "default"): DesiredJob {
  const found = world.wantedJobs().get(`shop~db:${name}` as JobId)
  if (!found) throw new Error(`no job ${name}`)
  return found
}
function fault(act: () => unknown): Fault {
  try {
    act()
  } catch (error) {
    if (error instanceof Fault) return error
    throw error
  }
  throw new Error("it was not refused")
}
const rejection = (promise: Promise<unknown>) =>
  promise.then(
    () => Promise.reject(new Error("it was not refused")),
    (error: unknown) => (error instanceof Fault ? error : Promise.reject(error)),
  ) as Promise<Fault>
const runs = () => store.catalogue.runs({}, { page: 1, limit: 50 }).rows
const settle = () => new Promise((resolve) => setImmediate(resolve))

describe("a tick", () => {
  test("begins a run of the whole job, on the server as it is by then", () => {
    see(labelled({ enable: "true" }))
    dispatch.tick(job())
    expect(runs()).toMatchObject([{ jobId: "shop~db:default", trigger: "schedule", status: "running" }])
    expect(begun[0]?.only).toBeNull()
    see(labelled({ enable: "true" }, { id: "recreated" }))
    expect(begun[0]?.target().container.id).toBe("recreated")
    see()
    expect(fault(() => begun[0]?.target()).code).toBe("server-down")
  })

  test("while the job's run still waits is merged into it, and said there", () => {
    see(labelled({ enable: "true", "weekly.schedule": "weekly" }))
    dispatch.tick(job("weekly"))
    dispatch.tick(job())
    dispatch.tick(job())
    dispatch.tick(job())
    expect(
      runs()
        .map(({ jobId, status }) => `${jobId} ${status}`)
        .toSorted(),
    ).toEqual(["shop~db:default queued", "shop~db:weekly running"])
    const waiting = runs().find(({ status }) => status === "queued")
    expect(store.catalogue.logs(waiting?.id ?? "", "debug").map(({ message }) => message)).toEqual(
      Array(2).fill("another tick came while this run was still waiting: both are this one run"),
    )
  })

  test("while the job's run is under way makes the next one wait", () => {
    see(labelled({ enable: "true" }))
    dispatch.tick(job())
    dispatch.tick(job())
    expect(
      runs()
        .map(({ status }) => status)
        .toSorted(),
    ).toEqual(["queued", "running"])
  })

  test("is not swallowed by an ad-hoc backup of one database that waits for the same job", async () => {
    see(labelled({ enable: "true", "weekly.schedule": "weekly" }))
    dispatch.tick(job("weekly"))
    dispatch.backUp(shop)
    dispatch.tick(job())
    expect(
      runs()
        .filter(({ status }) => status === "queued")
        .map(({ trigger }) => trigger)
        .toSorted(),
    ).toEqual(["manual", "schedule"])
    begun[0]?.end()
    await until("the ad-hoc one begins", () => begun.length === 2, 10)
    begun[1]?.end()
    await until("the whole job begins", () => begun.length === 3, 10)
    expect(begun[2]).toMatchObject({ trigger: "schedule", only: null })
  })

  test("that cannot be recorded is told, and ends nothing", () => {
    see(labelled({ enable: "true" }))
    const wanted = job()
    store.catalogue.close()
    dispatch.tick(wanted)
    dispatch.settleDebts([wanted])
    expect(
      log.filter((line) => line.startsWith("error shop~db:default could not begin a run: ")),
    ).toHaveLength(2)
    expect(begun).toEqual([])
  })
})

describe("jobs that name one group", () => {
  test("take turns on whichever server, and the others do not wait for them", async () => {
    const on = (name: string, labels: Readonly<Record<string, string>>) =>
      labelled(
        { enable: "true", ...labels },
        { id: name, name, labels: { "com.docker.compose.project": name } },
      )
    see(on("a", { group: "nas" }), on("b", { group: "nas" }), on("c", {}))
    const jobs = [...world.wantedJobs().values()]
    for (const each of jobs) dispatch.tick(each)
    expect(begun.map(({ job: { serverId } }) => String(serverId))).toEqual(["a~db", "c~db"])
    begun[0]?.end()
    await until("the other of the group begins", () => begun.length === 3, 10)
    expect(begun[2]?.job.serverId).toBe(serverIdOf("b/db"))
  })
})

describe("what a job owes", () => {
  test("is its first run, once", () => {
    see(labelled({ enable: "true" }))
    dispatch.settleDebts([job()])
    dispatch.settleDebts([job()])
    expect(begun.map(({ trigger }) => trigger)).toEqual(["first"])
    expect(log).toContain("info shop~db:default never ran: its first run begins")
  })

  test("is one catch-up for all it missed", () => {
    see(labelled({ enable: "true" }))
    addGood(store.catalogue, "b1")
    dispatch.settleDebts([job()])
    expect(begun.map(({ trigger }) => trigger)).toEqual(["catch-up"])
  })

  test("is settled once: what is missed later, the scheduler sees itself", async () => {
    see(labelled({ enable: "true" }))
    dispatch.settleDebts([job()])
    begun[0]?.end()
    await settle()
    now = new Date("2026-03-20T12:00:00Z")
    dispatch.settleDebts([job()])
    expect(begun).toHaveLength(1)
  })

  test("is nothing while a run of the whole job waits for its turn", () => {
    see(labelled({ enable: "true", "weekly.schedule": "weekly" }))
    dispatch.tick(job("weekly"))
    dispatch.tick(job())
    now = new Date("2026-03-20T12:00:00Z")
    dispatch.settleDebts([job()])
    expect(runs()).toHaveLength(2)
  })

  test("is nothing when the last run is recent enough, or the labels say to skip", () => {
    see(labelled({ enable: "true" }))
    addGood(store.catalogue, "b1")
    now = new Date("2026-03-01T12:00:00Z")
    dispatch.settleDebts([job()])
    see(labelled({ enable: "true", "late.on-missed": "skip" }))
    now = new Date("2026-04-01T12:00:00Z")
    dispatch.settleDebts([job("late")])
    expect(begun).toEqual([])
  })
})

describe("an ad-hoc backup", () => {
  beforeEach(() => see(labelled({ enable: "true", databases: "shop" })))

  test("is of one database, and answers with its record", () => {
    const backup = dispatch.backUp(shop)
    expect(backup).toMatchObject({ database: "shop", status: "queued", type: "manual", trigger: "manual" })
    expect(begun[0]?.only).toMatchObject({
      subject: { kind: "database", name: "shop" },
      backup: { id: backup.id },
    })
    expect(dispatch.backUp(globals)).toMatchObject({ kind: "globals" })
  })

  test("of the same database again is refused until the first has ended, with its id", async () => {
    const first = dispatch.backUp(shop)
    const refused = fault(() => dispatch.backUp(shop))
    expect(refused).toMatchObject({ code: "already-running" })
    expect(refused.message).toContain(first.id)
    begun[0]?.end()
    await settle()
    expect(dispatch.backUp(shop).id).not.toBe(first.id)
  })

  test("waits for the scheduled run of its server", () => {
    dispatch.tick(job())
    dispatch.backUp(shop)
    expect(queue.counts()).toMatchObject({ running: 1, queued: 1 })
  })

  test.each([
    ["a database nobody knows", "shop~db:nope", "not-found"],
    ["a database that the labels leave out", users, "nothing-to-back-up"],
    ["no database at all", "", "not-found"],
  ])("of %s is refused", (_, id, code) => {
    expect(fault(() => dispatch.backUp(id as DatabaseId)).code).toBe(code as never)
    expect(runs()).toEqual([])
  })

  test("of a server that is not backed up is refused, with the reason", () => {
    see(labelled({ enable: "false" }))
    expect(fault(() => dispatch.backUp(shop)).message).toBe(
      "shop/db is not backed up: dbbackup.enable=false says so",
    )
  })

  test("of a paused job is made all the same: a person asked for it", () => {
    see(labelled({ enable: "true", paused: "true" }))
    expect(dispatch.backUp(shop).status).toBe("queued")
  })

  test("is cancelled on request, waiting or running", async () => {
    dispatch.tick(job())
    const waiting = dispatch.backUp(shop)
    dispatch.cancelRun(waiting.runId)
    await settle()
    expect(store.catalogue.run(waiting.runId)?.status).toBe("cancelled")
    const running = runs().find(({ status }) => status === "running")
    dispatch.cancelRun(running?.id ?? ("" as RunId))
    await settle()
    expect(store.catalogue.run(running?.id ?? "")?.status).toBe("cancelled")
    expect(fault(() => dispatch.cancelRun(waiting.runId)).code).toBe("not-found")
  })
})

describe("deleting a backup", () => {
  test("of which there is a newer good one is done", async () => {
    const old = addGood(store.catalogue, "old", 0)
    addGood(store.catalogue, "new", 60)
    expect(await dispatch.deleteBackup(old)).toEqual(now)
    expect(deleted).toEqual(["old"])
  })

  test("that is pinned is refused until it is unpinned", async () => {
    const old = addGood(store.catalogue, "old", 0)
    addGood(store.catalogue, "new", 60)
    store.catalogue.pinBackup(old, now, "for the auditors")
    const refused = await rejection(dispatch.deleteBackup(old))
    expect(refused).toMatchObject({ code: "in-use", message: expect.stringContaining("for the auditors") })
    expect(refused.hint).toContain("dbbackup unpin")
    expect(deleted).toEqual([])
    store.catalogue.pinBackup(old, now, null)
    await dispatch.deleteBackup(old)
    expect(deleted).toEqual(["old"])
  })

  test("that is the newest good one is refused, whoever asks", async () => {
    addGood(store.catalogue, "old", 0)
    const newest = addGood(store.catalogue, "new", 60)
    expect(await rejection(dispatch.deleteBackup(newest))).toMatchObject({ code: "in-use" })
    expect(deleted).toEqual([])
  })

  test("that a restore reads is refused until it has ended", async () => {
    see(labelled({ enable: "true" }))
    const old = addGood(store.catalogue, "old", 0)
    addGood(store.catalogue, "new", 60)
    const restore = await dispatch.restore({ backupId: old }, undefined, { mode: "new", name: "copy" })
    const refused = await rejection(dispatch.deleteBackup(old))
    expect(refused).toMatchObject({ code: "in-use", message: `a restore reads this backup: ${restore.id}` })
    dispatch.cancelRestore(restore.id)
    await settle()
    await dispatch.deleteBackup(old)
    expect(deleted).toEqual(["old"])
  })

  test("that is unknown, or still being made, is refused", async () => {
    see(labelled({ enable: "true" }))
    expect((await rejection(dispatch.deleteBackup("nope" as BackupId))).code).toBe("not-found")
    expect((await rejection(dispatch.deleteBackup(dispatch.backUp(shop).id))).code).toBe("in-use")
  })
})

describe("a restore", () => {
  const options = { mode: "new", name: "shop_copy" } as const
  beforeEach(() => {
    see(labelled({ enable: "true" }))
    addGood(store.catalogue, "b1")
  })

  test("is planned first, recorded, and queued behind other work of its server", async () => {
    dispatch.tick(job())
    const restore = await dispatch.restore({ backupId: "b1" as BackupId }, shop, options)
    expect(restore).toMatchObject({ status: "queued", sourceDatabase: "shop", targetDatabase: "shop_copy" })
    expect(restores).toEqual([])
    begun[0]?.end()
    await until("it begins", () => restores.length === 1, 10)
    dispatch.cancelRestore(restore.id)
    await settle()
    expect(store.catalogue.restore(restore.id)?.status).toBe("cancelled")
    expect(fault(() => dispatch.cancelRestore(restore.id)).code).toBe("not-found")
  })

  test("goes before every backup of its server that waits", async () => {
    see(labelled({ enable: "true", "weekly.schedule": "weekly", "weekly.priority": "999" }))
    dispatch.tick(job())
    dispatch.backUp(users)
    dispatch.tick(job("weekly"))
    const restore = await dispatch.restore({ backupId: "b1" as BackupId }, shop, options)
    begun[0]?.end()
    await until("it begins", () => restores.length === 1, 10)
    expect(begun).toHaveLength(1)
    dispatch.cancelRestore(restore.id)
    await until("the most important backup follows", () => begun.length === 2, 10)
    expect(begun[1]?.job.name).toBe("weekly")
  })

  test("that the plan refuses leaves no record", async () => {
    planFault = new Fault("target-exists", "a database named shop_copy exists")
    expect((await rejection(dispatch.restore({ backupId: "b1" as BackupId }, shop, options))).code).toBe(
      "target-exists",
    )
    expect(store.catalogue.restores({}, { page: 1, limit: 10 }).total).toBe(0)
  })

  test("into a name that another restore is filling is refused, even when both were asked for at once", async () => {
    const both = await Promise.allSettled([
      dispatch.restore({ backupId: "b1" as BackupId }, shop, options),
      dispatch.restore({ backupId: "b1" as BackupId }, shop, options),
    ])
    expect(both.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected"])
    const refused = both.find(({ status }) => status === "rejected") as PromiseRejectedResult
    expect(refused.reason).toMatchObject({ code: "already-running" })
  })

  test("of a backup that is unknown or not proven is refused", async () => {
    expect(
      (await rejection(dispatch.planRestore({ backupId: "nope" as BackupId }, undefined, options))).code,
    ).toBe("not-found")
    const { id } = dispatch.backUp(users)
    expect(await rejection(dispatch.planRestore({ backupId: id }, undefined, options))).toMatchObject({
      code: "restore-unsupported",
    })
  })

  test("into a server whose label says restore=deny is refused, before it is planned", async () => {
    see(labelled({ enable: "true", restore: "deny" }))
    const refused = {
      code: "restore-denied",
      message: "shop/db takes no restores: its label restore=deny says so",
    }
    expect(
      await rejection(dispatch.planRestore({ backupId: "b1" as BackupId }, undefined, options)),
    ).toMatchObject(refused)
    expect(await rejection(dispatch.restore({ backupId: "b1" as BackupId }, shop, options))).toMatchObject(
      refused,
    )
    expect(restores).toEqual([])
    see(labelled({ enable: "true", restore: "new-only" }))
    await dispatch.planRestore({ backupId: "b1" as BackupId }, undefined, options)
  })

  test("onto another server is that server's work, as its label allows", async () => {
    const both = (restore: string) =>
      see(
        labelled({ enable: "true" }),
        labelled({ enable: "true", id: "wiki", restore }, { id: "2", name: "wiki" }),
      )
    both("allow")
    const onto = { ...options, serverId: "wiki" as ServerId }
    const restore = await dispatch.restore({ backupId: "b1" as BackupId }, undefined, onto)
    expect(restore).toMatchObject({ serverId: "wiki", databaseId: shop })
    both("deny")
    expect(
      (await rejection(dispatch.planRestore({ backupId: "b1" as BackupId }, undefined, onto))).code,
    ).toBe("restore-denied")
    const nowhere = { ...options, serverId: "nope" as ServerId }
    expect(
      (await rejection(dispatch.planRestore({ backupId: "b1" as BackupId }, undefined, nowhere))).code,
    ).toBe("not-found")
  })

  test("whose confirmed plan is another one by now is refused, and nothing is recorded", async () => {
    const { hash } = await dispatch.planRestore({ backupId: "b1" as BackupId }, undefined, options)
    const stale = await rejection(
      dispatch.restore({ backupId: "b1" as BackupId }, undefined, options, undefined, "e".repeat(64)),
    )
    expect(stale.code).toBe("plan-stale")
    expect(store.catalogue.restores({}, { page: 1, limit: 10 }).total).toBe(0)
    expect(
      (await dispatch.restore({ backupId: "b1" as BackupId }, undefined, options, undefined, hash))
        .targetDatabase,
    ).toBe("shop_copy")
  })

  test("onto an unknown database, or another server's, is refused", async () => {
    see(labelled({ enable: "true" }), labelled({ enable: "true", id: "wiki" }, { id: "2", name: "wiki" }))
    const onto = (id: string) =>
      rejection(dispatch.planRestore({ backupId: "b1" as BackupId }, id as DatabaseId, options))
    expect((await onto("shop~db:nope")).code).toBe("not-found")
    expect((await onto("wiki:shop")).code).toBe("restore-unsupported")
  })
})
