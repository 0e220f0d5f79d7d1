import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { z } from "zod"
import { Fault } from "../../controller/core/fault.ts"
import * as api from "../../schemas/api.ts"
import type { BackupId } from "../../schemas/backup.ts"
import { JobView } from "../../schemas/job.ts"
import type { RunId } from "../../schemas/run.ts"
import {
  addGood,
  aProblem,
  aReading,
  aRestore,
  aRun,
  aSource,
  job,
  minute,
  server,
  shop,
} from "../state/samples.ts"
import { ask, aWorld, storeBackup, theDatabase, theJob, theServer, type World } from "./samples.ts"

let world: World
beforeEach(() => {
  world = aWorld()
})
afterEach(() => world.remove())

const get = (path: string) => ask(world, path)
const post = (path: string, json?: unknown) => ask(world, path, { method: "POST", json })

describe("every answer", () => {
  test("has the envelope, a request id and the time", async () => {
    const { status, headers, body } = await get("/api/servers")
    expect(status).toBe(200)
    expect(body.success).toBe(true)
    expect(api.Meta.parse(body.meta)).toEqual(body.meta)
    expect(headers.get("x-request-id")).toBe(body.meta.requestId)
    expect(headers.get("cache-control")).toBe("no-store")
    expect(headers.get("x-content-type-options")).toBe("nosniff")
  })

  test("is what its endpoint promises, for every GET there is", async () => {
    storeBackup(world, "b1", Buffer.from("bytes"))
    world.catalogue.addRestore(aRestore("s1", "b1"))
    const ids: Record<string, string> = {
      servers: server,
      databases: shop,
      schedules: job,
      runs: "run-b1",
      backups: "b1",
      restores: "s1",
      "s3-configs": "s3",
      destinations: "local",
      "retention-policies": "gold",
      verifications: "v1",
      sources: "f1",
    }
    world.catalogue.addSource(aSource("f1"), aReading())
    const { ask } = world.services.verifications
    ask({ backupId: "b1" as BackupId, level: "checksum", destination: null, askedBy: "person" })
    const endpoints = Object.values(api).filter(
      (value): value is (typeof api)["getRun"] =>
        !(value instanceof z.ZodType) && "method" in value && value.method === "get",
    )
    expect(endpoints.length).toBeGreaterThan(15)
    for (const { path, response } of endpoints as readonly api.Endpoint[]) {
      const [, , resource = "", under = ""] = path.split("/")
      const { status, body } = await get(
        path.replace(/:(id|name)/, encodeURIComponent(ids[under] ?? ids[resource] ?? "")),
      )
      expect([path, status]).toEqual([path, 200])
      expect(response.safeParse(body.data).error).toBeUndefined()
    }
  })
})

describe("servers, databases and schedules", () => {
  test("are listed and found by id, which may hold a colon", async () => {
    expect((await get("/api/servers")).body.data).toEqual([theServer])
    const { schedules, databases, ...itself } = (await get(`/api/servers/${server}`)).body.data
    expect(itself).toEqual(theServer)
    expect(schedules).toEqual([theJob])
    expect(databases.map(({ id }: { id: string }) => id)).toEqual([shop])
    expect((await get("/api/databases")).body.data[0].id).toBe(shop)
    expect((await get(`/api/databases/${encodeURIComponent(shop)}`)).body.data.name).toBe("shop")
    expect((await get(`/api/schedules/${job}`)).body.data).toEqual(theJob)
  })

  test("are filtered", async () => {
    const count = async (path: string) => (await get(path)).body.data.length
    expect(await count("/api/databases?engine=postgres&state=fresh")).toBe(1)
    expect(await count("/api/databases?engine=mysql")).toBe(0)
    expect(await count(`/api/databases?serverId=${server}`)).toBe(1)
    expect(await count("/api/schedules?enabled=true")).toBe(1)
    expect(await count("/api/schedules?enabled=false")).toBe(0)
    expect(await count(`/api/schedules?databaseId=${shop}`)).toBe(1)
    expect(await count("/api/schedules?databaseId=nobody")).toBe(0)
  })

  test("tell when a job fires next, as often as asked", async () => {
    const { body } = await get(`/api/schedules/${job}/next-runs?count=2`)
    expect(body.data).toEqual([minute(60).toISOString(), minute(120).toISOString()])
    expect((await get(`/api/schedules/${job}/next-runs`)).body.data).toHaveLength(10)
    expect((await get(`/api/schedules/${job}/next-runs?count=0`)).status).toBe(400)
    expect((await get("/api/schedules/nobody/next-runs")).status).toBe(404)
  })

  test("are switched off and on, one or all, and again without harm; then the label decides", async () => {
    const enabled = async (method: string, path: string) => {
      const { status, body } = await ask(world, path, { method })
      const [view] = [body.data].flat()
      return [status, JobView.parse(view).enabled, view.pausedBy]
    }
    const one = `/api/schedules/${encodeURIComponent(job)}`
    for (let again = 0; again < 2; again++)
      expect(await enabled("POST", `${one}/disable`)).toEqual([200, false, "person"])
    expect((await get("/api/schedules?enabled=false")).body.data).toHaveLength(1)
    for (let again = 0; again < 2; again++)
      expect(await enabled("POST", `${one}/enable`)).toEqual([200, true, null])
    expect(world.catalogue.overrides()).toMatchObject([{ jobId: job, enabled: true }])
    for (let again = 0; again < 2; again++)
      expect(await enabled("DELETE", `${one}/override`)).toEqual([200, true, null])
    expect(world.catalogue.overrides()).toEqual([])
    expect(await enabled("POST", "/api/schedules/disable")).toEqual([200, false, "person"])
    expect(await enabled("POST", "/api/schedules/enable")).toEqual([200, true, null])
  })

  test("that do not exist are not switched, and nothing else takes these methods", async () => {
    for (const [method, path, expected] of [
      ["POST", "/api/schedules/nobody/enable", 404],
      ["POST", "/api/schedules/nobody/disable", 404],
      ["DELETE", "/api/schedules/nobody/override", 404],
      ["GET", `/api/schedules/${job}/enable`, 405],
      ["DELETE", `/api/schedules/${job}`, 405],
      ["PUT", `/api/schedules/${job}/override`, 405],
    ] as const) {
      const { status } = await ask(world, path, { method })
      expect([method, path, status]).toEqual([method, path, expected])
    }
    expect(world.catalogue.overrides()).toEqual([])
  })

  test("that do not exist are 404 with the way to those that do", async () => {
    for (const resource of ["servers", "databases", "schedules", "runs", "backups", "restores"]) {
      const { status, body } = await get(`/api/${resource}/nobody`)
      expect(status).toBe(404)
      expect(body).toMatchObject({
        success: false,
        error: {
          code: "NOT_FOUND",
          message: expect.stringContaining("nobody"),
          hint: `List them with GET /api/${resource}.`,
        },
      })
    }
  })
})

describe("backups", () => {
  test("are made on request: 202, the record, and where to follow it", async () => {
    const { status, headers, body } = await post("/api/backups", { databaseId: theDatabase.id })
    expect(status).toBe(202)
    expect(body.data.status).toBe("queued")
    expect(headers.get("location")).toBe(`/api/backups/${body.data.id}`)
    expect((await get(headers.get("location") ?? "")).body.data).toEqual(body.data)
  })

  test("of an unknown database are refused", async () => {
    const { status, body } = await post("/api/backups", { databaseId: "shop~db:nothing" })
    expect([status, body.error.code]).toEqual([404, "NOT_FOUND"])
  })

  test("are listed in pages, newest first, with the total, and filtered", async () => {
    for (let n = 0; n < 5; n++) addGood(world.catalogue, `b${n}`, n * 10)
    const { body } = await get("/api/backups?page=2&limit=2")
    expect(body.data.map(({ id }: { id: string }) => id)).toEqual(["b2", "b1"])
    expect(body.meta).toMatchObject({ page: 2, limit: 2, total: 5 })
    const since = encodeURIComponent(minute(20).toISOString())
    expect((await get(`/api/backups?startDate=${since}`)).body.meta.total).toBe(3)
    expect((await get(`/api/backups?endDate=${since}`)).body.meta.total).toBe(2)
    expect((await get("/api/backups?status=failed")).body.data).toEqual([])
  })

  test("show their manifest once completed, and say so before", async () => {
    addGood(world.catalogue, "b1")
    expect((await get("/api/backups/b1/manifest")).body.data.formatVersion).toBe(1)
    const { body } = await post("/api/backups", { databaseId: shop })
    const refused = await get(`/api/backups/${body.data.id}/manifest`)
    expect([refused.status, refused.body.error.message]).toEqual([404, expect.stringContaining("is queued")])
  })

  test("that are deleted are gone, except for their log", async () => {
    const { key } = storeBackup(world, "b1", Buffer.from("bytes"))
    world.catalogue.log("run-b1" as RunId, minute(1), "info", "dumped")
    const deleted = await ask(world, "/api/backups/b1", { method: "DELETE" })
    expect(deleted.body.data).toEqual({ id: "b1", deletedAt: minute(12).toISOString() })
    expect(key).not.toBe("")
    for (const [method, path] of [
      ["GET", "/api/backups/b1"],
      ["DELETE", "/api/backups/b1"],
      ["GET", "/api/backups/b1/download"],
      ["GET", "/api/backups/b1/manifest"],
      ["POST", "/api/backups/b1/cancel"],
      ["POST", "/api/backups/b1/upload-to-s3"],
    ] as const) {
      const { status, body } = await ask(world, path, { method })
      expect([method, path, status]).toEqual([method, path, 404])
      expect(body.error.message).toBe(`backup b1 was deleted at ${minute(12).toISOString()}`)
    }
    expect((await get("/api/backups")).body.data).toEqual([])
    expect((await get("/api/backups/b1/logs")).body.data).toHaveLength(1)
  })

  test("can be cancelled while they wait or run, and not after", async () => {
    const { body } = await post("/api/backups", { databaseId: shop })
    const cancelled = await post(`/api/backups/${body.data.id}/cancel`)
    expect([cancelled.status, cancelled.body.data.status]).toEqual([202, "cancelled"])
    const again = await post(`/api/backups/${body.data.id}/cancel`)
    expect([again.status, again.body.error.code]).toEqual([409, "CONFLICT"])
    expect(again.body.error.message).toContain("is cancelled already")
  })
})

describe("a copy in the buckets", () => {
  test("is asked for, which is accepted with the backup to follow, or refused with why", async () => {
    const asked: string[] = []
    const other = aWorld({
      copyToBuckets(id) {
        if (asked.length > 0) throw new Fault("in-use", "nothing is left to be copied")
        asked.push(id)
      },
    })
    const copy = (id: string) => ask(other, `/api/backups/${id}/upload-to-s3`, { method: "POST" })
    storeBackup(other, "b1", Buffer.from("bytes"))
    const { status, headers, body } = await copy("b1")
    expect([status, headers.get("location"), body.data.id]).toEqual([202, "/api/backups/b1", "b1"])
    expect(asked).toEqual(["b1"])
    expect((await copy("b1")).status).toBe(409)
    expect((await copy("b9")).status).toBe(404)
    other.remove()
  })
})

describe("runs", () => {
  test("are listed, and shown with their backups and their log from a level up", async () => {
    addGood(world.catalogue, "b1")
    world.catalogue.addRun(aRun("r2", { queuedAt: minute(9) }))
    world.catalogue.log("run-b1" as RunId, minute(1), "debug", "a detail")
    world.catalogue.log("run-b1" as RunId, minute(1), "warn", "a warning")
    const list = await get(`/api/runs?serverId=${server}`)
    expect(list.body.data.map(({ id }: { id: string }) => id)).toEqual(["r2", "run-b1"])
    const run = await get("/api/runs/run-b1")
    expect(run.body.data.run.status).toBe("completed")
    expect(run.body.data.backups.map(({ id }: { id: string }) => id)).toEqual(["b1"])
    expect((await get("/api/runs/run-b1/logs")).body.data).toHaveLength(2)
    expect((await get("/api/runs/run-b1/logs?level=warn")).body.data).toMatchObject([
      { message: "a warning" },
    ])
    expect((await get("/api/backups/b1/logs?level=error")).body.data).toEqual([])
  })
})

describe("cancelling a run", () => {
  const cancel = (id: string) => post(`/api/runs/${id}/cancel`)

  test("that waits or runs answers with the run and where to follow it, and again with the same", async () => {
    world.catalogue.addRun(aRun("r1"))
    for (let again = 0; again < 2; again++) {
      const { status, headers, body } = await cancel("r1")
      expect([status, body.data.status, headers.get("location")]).toEqual([202, "cancelled", "/api/runs/r1"])
    }
  })

  test("that waits to be tried again gives that up", async () => {
    world.catalogue.addRun(aRun("r1"))
    const error = aProblem()
    world.catalogue.finishRun("r1" as RunId, minute(1), { status: "failed", error, retryAt: minute(20) })
    expect((await get("/api/runs/r1")).body.data.run.retryAt).toBe(minute(20).toISOString())
    const { status, body } = await cancel("r1")
    expect([status, body.data.status, body.data.retryAt]).toEqual([202, "failed", null])
    const again = await cancel("r1")
    expect([again.status, again.body.error.message]).toEqual([409, "run r1 is failed already"])
  })

  test("that is over or unknown is refused", async () => {
    addGood(world.catalogue, "b1")
    const { status, body } = await cancel("run-b1")
    expect([status, body.error.code, body.error.message]).toEqual([
      409,
      "CONFLICT",
      "run run-b1 is completed already",
    ])
    expect((await cancel("nobody")).status).toBe(404)
  })
})

describe("restores", () => {
  const request = (name: string, more = {}) => ({ backupId: "b1", options: { mode: "new", name }, ...more })
  beforeEach(() => void addGood(world.catalogue, "b1"))

  test("are planned with dryRun, and nothing is done", async () => {
    const { status, body } = await post("/api/restores", request("copy", { dryRun: true }))
    expect([status, body.data.targetDatabase]).toEqual([200, "copy"])
    expect((await get("/api/restores")).body.data).toEqual([])
    const stale = await post("/api/restores", request("copy", { planHash: "0".repeat(64) }))
    expect([stale.status, stale.body.error.details.fault]).toEqual([409, "plan-stale"])
    expect((await get("/api/restores")).body.data).toEqual([])
  })

  test("begin without it: 202, the record, and where to follow it", async () => {
    const { status, headers, body } = await post("/api/restores", request("copy", { databaseId: shop }))
    expect([status, body.data.status]).toEqual([202, "queued"])
    expect((await get(headers.get("location") ?? "")).body.data).toEqual(body.data)
    expect((await get("/api/restores?status=queued")).body.meta.total).toBe(1)
    const cancelled = await post(`/api/restores/${body.data.id}/cancel`)
    expect([cancelled.status, cancelled.body.data.status]).toEqual([202, "cancelled"])
    expect((await post(`/api/restores/${body.data.id}/cancel`)).status).toBe(409)
    expect((await get(`/api/restores/${body.data.id}/logs`)).body.data).toEqual([])
  })

  test("are refused for a fault's own reason, with what to do", async () => {
    const { status, body } = await post("/api/restores", request("shop"))
    expect(status).toBe(409)
    expect(body.error).toEqual({
      code: "CONFLICT",
      message: "shop exists already",
      hint: "Choose another name.",
      details: { fault: "target-exists" },
    })
  })

  test("of an unknown backup, in another mode, or without a name are refused", async () => {
    expect((await post("/api/restores", { ...request("copy"), backupId: "nothing" })).status).toBe(404)
    for (const dryRun of [true, false, "yes"]) {
      const options = { mode: "overwrite", name: "copy" }
      expect((await post("/api/restores", { ...request("copy"), options, dryRun })).status).toBe(400)
    }
    expect((await post("/api/restores", request(""))).status).toBe(400)
  })
})

describe("the system", () => {
  test("tells its status and the verdict", async () => {
    const { body } = await get("/api/system/status")
    expect(body.data).toMatchObject({
      version: "0.1.0",
      uptimeSeconds: 600,
      docker: { state: "connected" },
      destinations: [{ name: "local", state: "up" }],
      verdict: { level: "ok" },
    })
  })

  test("counts", async () => {
    addGood(world.catalogue, "b1" as BackupId)
    expect((await get("/api/system/stats")).body.data).toEqual({
      backups: { total: 1, last24h: 1, failedLast24h: 0 },
      restores: { total: 0 },
      storedBytes: 1000,
      servers: 1,
      databases: { total: 1, byState: { fresh: 1 } },
    })
  })

  test("is alive whatever happens, and ready only when every check passes", async () => {
    expect((await get("/api/health/ready")).body.data.status).toBe("ok")
    const failing = aWorld({
      health: {
        ...world.services.health,
        ready: async () => [
          { name: "sqlite", ok: true, detail: "writable" },
          { name: "docker", ok: false, detail: "unreachable" },
        ],
      },
    })
    expect((await ask(failing, "/api/health/live")).status).toBe(200)
    const { status, body } = await ask(failing, "/api/health/ready")
    expect([status, body.success, body.error.message]).toEqual([503, false, "not ready: docker: unreachable"])
    expect(body.error.details.checks).toHaveLength(2)
    failing.remove()
  })
})
