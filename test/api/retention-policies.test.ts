// Named policies over the API, and what a policy would do to the backups there are.
import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { createRetentionPolicies } from "../../controller/reconcile/retention-policies.ts"
import type { BackupId } from "../../schemas/backup.ts"
import { noRetention } from "../../schemas/retention.ts"
import { addGood, addSuspect, job, minute, shop } from "../state/samples.ts"
import { ask, aWorld, type World } from "./samples.ts"

let world: World
beforeEach(() => {
  world = aWorld()
})
afterEach(() => world.remove())

const path = "/api/retention-policies"
const send = (method: string, to: string, body: unknown) =>
  ask(world, to, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) })
const names = async () => (await ask(world, path)).body.data.map(({ name }: { name: string }) => name)
const days = (count: number) => {
  for (let day = 0; day < count; day++) addGood(world.catalogue, `b${day}`, day * 1440)
}

describe("policies", () => {
  test("of the settings are listed with the jobs that use them, and cannot be changed here", async () => {
    const { body } = await ask(world, path)
    expect(body.data).toEqual([
      {
        ...{ id: "gold", name: "gold", description: null, managed: "file", retention: "30d" },
        ...{ policy: { ...noRetention, daily: 30 }, jobs: [job], createdAt: null, updatedAt: null },
      },
    ])
    for (const refused of [
      await send("PUT", `${path}/gold`, { retention: "7d" }),
      await ask(world, `${path}/gold`, { method: "DELETE" }),
      await send("POST", path, { name: "gold", retention: "7d" }),
    ])
      expect([refused.status, refused.body.error.code]).toEqual([409, "CONFLICT"])
    expect((await ask(world, `${path}/gold`)).body.data.retention).toBe("30d")
  })

  test("are added, changed and forgotten, and kept over a restart", async () => {
    const added = await send("POST", path, {
      name: "silver",
      retention: " 7d  4w max-age=90d",
      description: "usual",
    })
    expect([added.status, added.body.data]).toEqual([
      200,
      expect.objectContaining({
        ...{ id: "silver", managed: "api", description: "usual", jobs: [] },
        policy: { ...noRetention, daily: 7, weekly: 4, maxAgeSeconds: 90 * 86_400 },
      }),
    ])
    const kept = () => world.catalogue.keptPolicies().map(({ name, policy }) => [name, policy.daily])
    expect(kept()).toEqual([["silver", 7]])
    expect((await send("PUT", `${path}/silver`, { retention: "14d" })).body.data).toMatchObject({
      retention: "14d",
    })
    expect(kept()).toEqual([["silver", 14]])
    expect(await names()).toEqual(["gold", "silver"])
    expect((await ask(world, `${path}/silver`, { method: "DELETE" })).body.data).toEqual({
      id: "silver",
      deletedAt: minute(10).toISOString(),
    })
    expect([await names(), kept()]).toEqual([["gold"], []])
    expect((await ask(world, `${path}/silver`)).status).toBe(404)
    expect((await ask(world, `${path}/silver`, { method: "DELETE" })).status).toBe(404)
  })

  test("that a job uses are not forgotten", async () => {
    const { catalogue } = world
    const at = minute(0)
    const kept = { name: "gold", retention: "7d", policy: { ...noRetention, daily: 7 }, description: null }
    catalogue.savePolicy({ ...kept, createdAt: at, updatedAt: at })
    const ofApi = createRetentionPolicies({
      ...{ store: catalogue, catalogue, clock: () => at, changed() {} },
      set: () => new Map(),
      world: { derived: () => undefined, databases: () => [], jobs: world.services.view.jobs },
    })
    expect(() => ofApi.remove("gold")).toThrow(`${job} keeps its backups by the policy gold`)
    expect(catalogue.keptPolicies()).toHaveLength(1)
  })

  test.each<[unknown, string]>([
    [{ name: "Gold", retention: "7d" }, "name"],
    [{ name: "7d", retention: "7d" }, "name"],
    [{ name: "preview", retention: "7d" }, "taken"],
    [{ name: "x" }, "retention"],
    [{ name: "x", retention: "" }, "tier"],
    [{ name: "x", retention: "7x" }, "tier"],
    [{ name: "x", retention: "-7d" }, "tier"],
    [{ name: "x", retention: "7d 7d" }, "twice"],
    [{ name: "x", retention: "min-keep=0" }, "min-keep"],
    [{ name: "x", retention: "max-size=lots" }, "max-size"],
    [{ name: "x", retention: "7d", more: 1 }, "more"],
  ])("%j is refused", async (body, says) => {
    const refused = await send("POST", path, body)
    expect(refused.status).toBe(400)
    expect(JSON.stringify(refused.body.error)).toContain(says)
    expect(await names()).toEqual(["gold"])
  })
})

describe("a preview", () => {
  test("of what is in force tells each backup with its reasons, and deletes nothing", async () => {
    days(3)
    world.catalogue.pinBackup("b0" as BackupId, minute(1), "why")
    const { status, body } = await ask(world, `${path}/preview?databaseId=${encodeURIComponent(shop)}`)
    expect(status).toBe(200)
    expect(body.data).toHaveLength(1)
    expect(body.data[0]).toMatchObject({
      ...{
        jobId: job,
        database: "shop",
        retention: "30d",
        at: {},
        kept: 3,
        pruned: 0,
        freedBytes: 0,
        waits: 0,
      },
      ...{ halt: null, prune: [] },
    })
    expect(body.data[0].keep.at(-1)).toMatchObject({
      backupId: "b0",
      destinations: ["local"],
      reasons: ["pinned: why"],
    })
  })

  test("of another policy, by name or as labels write it, tells what would go, how large, and that it would wait", async () => {
    days(9)
    await send("POST", path, { name: "tight", retention: "last=1" })
    const asked = { databaseId: shop, retention: "tight" }
    // The clock of this world stands at the first day.
    const { body } = await send("POST", `${path}/preview`, asked)
    expect(body.data[0].keep.map(({ reasons }: { reasons: string[] }) => reasons[0])).toContain(
      "dated in the future",
    )
    world.remove()
    world = aWorld()
    for (let i = 0; i < 9; i++) addGood(world.catalogue, `b${i}`, -1440 * (9 - i))
    await send("POST", path, { name: "tight", retention: "last=1" })
    const results = [
      (await send("POST", `${path}/preview`, asked)).body.data,
      (await send("POST", `${path}/preview`, { ...asked, retention: "last=1" })).body.data,
      (await send("POST", `${path}/tight/preview`, { databaseId: shop })).body.data,
      (await ask(world, `${path}/preview?retention=tight&databaseId=${encodeURIComponent(shop)}`)).body.data,
    ]
    for (const [one] of results) {
      expect(one).toMatchObject({ retention: "last=1", kept: 1, pruned: 8, freedBytes: 8000, waits: 8 })
      expect(one.prune[0]).toEqual({
        ...{ backupId: "b0", finishedAt: minute(-1440 * 9 + 2).toISOString(), storedBytes: 1000 },
        ...{ destinations: ["local"], reason: "nothing in the policy keeps it" },
      })
    }
    expect(world.catalogue.goodBackups(job, shop)).toHaveLength(9)
  })

  test("of all databases gives numbers, and says when a suspect backup stops all deletion", async () => {
    addGood(world.catalogue, "b0", -1440)
    addSuspect(world.catalogue, "b1", 0)
    const { body } = await ask(world, `${path}/preview`)
    expect(body.data).toHaveLength(1)
    expect(body.data[0]).toMatchObject({ kept: 1, halt: expect.stringContaining("suspect backup of shop") })
    expect(body.data[0].keep).toBeUndefined()
  })

  test("of what is no policy, or no database, is refused with what there is", async () => {
    const wrong = await ask(world, `${path}/preview?retention=golt`)
    expect([wrong.status, wrong.body.error.hint]).toEqual([400, "Did you mean gold?"])
    expect((await ask(world, `${path}/preview?databaseId=nope`)).status).toBe(404)
    expect((await send("POST", `${path}/nope/preview`, {})).status).toBe(404)
    expect((await ask(world, `${path}/preview?days=3`)).status).toBe(400)
  })
})
