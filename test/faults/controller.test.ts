// What goes wrong around the controller: killed, started twice, without Docker, without room. Nothing is lost, nothing lies.
import { afterAll, afterEach, beforeAll, describe, expect, test } from "bun:test"
import { mkdirSync } from "node:fs"
import { basename, join } from "node:path"
import {
  createBackup,
  getBackup,
  getStatus,
  listBackups,
  listDatabases,
  listRuns,
  listServers,
} from "../../schemas/api.ts"
import { must, run } from "../support/command.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { startServer, type TestServer } from "../support/servers.ts"
import { storedFiles } from "../support/stored-files.ts"
import { until } from "../support/until.ts"

const rows = (n: number) =>
  `create table t as select i, md5(i::text) || md5((i+1)::text) || md5((i+2)::text) as x from generate_series(1, ${n}) i`

describe("the controller", () => {
  let here: Place
  let server: TestServer
  let controller: Controller | undefined

  beforeAll(async () => {
    here = place()
    server = await startServer("postgres:17", {
      [`${here.prefix}.enable`]: "true",
      [`${here.prefix}.schedule`]: "manual",
      [`${here.prefix}.compress`]: "none",
    })
    await server.ready()
    await server.sql("postgres", "create database large")
    await server.sql("large", rows(1_000_000))
    await server.sql("postgres", "create database small")
    await server.sql("small", rows(1000))
  })
  afterEach(async () => {
    await controller?.end("SIGTERM")
    controller = undefined
  })
  afterAll(async () => {
    await server?.remove()
    here?.remove()
  })

  const request = async (on: Controller, name: string) => {
    const { id: databaseId } = await on.database(name, () => true)
    return (await on.call(createBackup, { body: { databaseId } })).data
  }
  const files = (folder: string) => storedFiles(folder).map((path) => basename(path))

  test("killed in the middle of a dump calls the run interrupted at its next start, and keeps nothing half-made", async () => {
    controller = await startController(here)
    const begun = await request(controller, "large")
    await until("bytes flow", async () => {
      const { data } = await (controller as Controller).call(getBackup, { params: { id: begun.id } })
      return data.status === "running" && data.progress.rawBytes > 1_000_000
    })
    await controller.end("SIGKILL")
    expect(files(join(here.folder, "backups")).some((name) => name.includes(".partial"))).toBe(true)
    controller = await startController(here)
    const { data } = await controller.call(getBackup, { params: { id: begun.id } })
    expect(data).toMatchObject({ status: "interrupted", error: { code: "interrupted" } })
    expect(files(join(here.folder, "backups"))).toEqual([])
    const { data: runs } = await controller.call(listRuns)
    expect(runs.filter(({ status }) => status === "running" || status === "queued")).toEqual([])
    const again = await request(controller, "small")
    expect((await controller.backupDone(again.id)).status).toBe("completed")
  })

  test("stopped in the middle of a dump says so, and ends within seconds", async () => {
    controller = await startController(here)
    const begun = await request(controller, "large")
    await until(
      "it runs",
      async () =>
        (await (controller as Controller).call(getBackup, { params: { id: begun.id } })).data.status ===
        "running",
    )
    const began = performance.now()
    expect(await controller.end("SIGTERM")).toBe(0)
    expect(performance.now() - began).toBeLessThan(15_000)
    controller = await startController(here)
    expect((await controller.call(getBackup, { params: { id: begun.id } })).data.status).toBe("interrupted")
  })

  test("refuses to start beside another one on the same data folder", async () => {
    controller = await startController(here)
    expect(startController(here)).rejects.toThrow(/another|in use/i)
  })

  test("keeps what it knows while Docker cannot be reached, and says so", async () => {
    const lost = place()
    const alone = await startController(lost, { DOCKER_HOST: `unix://${lost.folder}/no.sock` })
    try {
      const { data: status } = await until("it says so", async () => {
        const answer = await alone.call(getStatus)
        return answer.data.docker.state === "unreachable" && answer
      })
      expect(status.docker.problem?.message).toContain("no.sock")
      expect(status.docker.problem?.hint).toBeTruthy()
      expect(status.verdict).toMatchObject({
        level: "attention",
        sentence: expect.stringContaining("Docker engine cannot be reached"),
      })
      expect((await fetch(`${alone.url}/api/health/ready`)).status).toBe(503)
      expect((await fetch(`${alone.url}/api/health/live`)).status).toBe(200)
    } finally {
      await alone.end("SIGTERM")
      lost.remove()
    }
  })

  test("on a full disk keeps the last good backup, and names the cause", async () => {
    const full = place()
    const storage = join(full.folder, "backups")
    mkdirSync(storage)
    const mounted = await run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", storage])
    if (mounted.code !== 0) throw new Error(`this test needs to mount a tmpfs: ${mounted.stderr}`)
    const prefix = here.prefix
    const tight = await startController({ ...full, prefix })
    try {
      const small = await request(tight, "small")
      expect((await tight.backupDone(small.id)).status).toBe("completed")
      const large = await request(tight, "large")
      expect(await tight.backupDone(large.id)).toMatchObject({
        status: "failed",
        error: { code: "disk-full", hint: expect.any(String) },
      })
      const { data } = await tight.call(listBackups, { query: { status: "completed" } })
      expect(data.map(({ database }) => database)).toEqual(["small"])
      expect(files(storage)).toHaveLength(2)
    } finally {
      await tight.end("SIGTERM")
      await must(["umount", storage])
      full.remove()
    }
  })

  test("answers malformed requests and unknown ids with one clear error each", async () => {
    controller = await startController(here)
    const { url } = controller
    const ask = async (path: string, init?: RequestInit) => {
      const response = await fetch(`${url}${path}`, init)
      return {
        status: response.status,
        body: (await response.json()) as { success: boolean; error: { code: string; message: string } },
      }
    }
    const post = (body: string, type = "application/json") => ({
      method: "POST",
      headers: { "content-type": type },
      body,
    })
    for (const [path, init, status, code] of [
      ["/api/backups/nope", undefined, 404, "NOT_FOUND"],
      ["/api/databases/nope", undefined, 404, "NOT_FOUND"],
      ["/api/restores/nope", undefined, 404, "NOT_FOUND"],
      ["/api/nothing", undefined, 404, "NOT_FOUND"],
      ["/api/backups?colour=red", undefined, 400, "VALIDATION_ERROR"],
      ["/api/backups?limit=-1", undefined, 400, "VALIDATION_ERROR"],
      ["/api/backups", post("{"), 400, "VALIDATION_ERROR"],
      ["/api/backups", post('{"databaseId":"nope"}'), 404, "NOT_FOUND"],
      ["/api/backups", post('{"databaseId":"nope","extra":1}'), 400, "VALIDATION_ERROR"],
      ["/api/restores", post('{"backupId":"nope","options":{"mode":"new","name":"x"}}'), 404, "NOT_FOUND"],
      [
        "/api/restores",
        post('{"backupId":"nope","options":{"mode":"overwrite","name":"x"}}'),
        400,
        "VALIDATION_ERROR",
      ],
    ] as const) {
      const answer = await ask(path, init)
      expect({
        path,
        status: answer.status,
        code: answer.body.error?.code,
        success: answer.body.success,
      }).toEqual({ path, status, code, success: false })
      expect(answer.body.error.message.length).toBeGreaterThan(5)
    }
  })

  test("shows a mistaken label with a suggestion, and keeps the others going", async () => {
    const wrong = await startServer("postgres:17", {
      [`${here.prefix}.enable`]: "true",
      [`${here.prefix}.shedule`]: "daily",
    })
    try {
      controller = await startController(here)
      const found = await until("it is seen", async () =>
        (await (controller as Controller).call(listServers)).data.find(({ name }) => name === wrong.name),
      )
      expect(found).toMatchObject({
        state: "misconfigured",
        problems: [{ code: "label-unknown", suggestion: `${here.prefix}.schedule` }],
      })
      const begun = await request(controller, "small")
      expect((await controller.backupDone(begun.id)).status).toBe("completed")
    } finally {
      await wrong.remove()
    }
  })

  test("says which password was refused, and which label to set", async () => {
    const refused = await startServer("mariadb:11.8", {
      [`${here.prefix}.enable`]: "true",
      [`${here.prefix}.schedule`]: "manual",
    })
    try {
      await refused.ready()
      await refused.sql("mysql", "set password for root@localhost = password('changed later')")
      controller = await startController(here)
      const seen = await until("the refusal is shown", async () =>
        (await (controller as Controller).call(listServers)).data.find(
          ({ name, problems }) => name === refused.name && problems.length > 0,
        ),
      )
      expect(seen.problems[0]).toMatchObject({
        code: "access-denied",
        hint: expect.stringContaining("password-"),
      })
      const { data: databases } = await controller.call(listDatabases)
      expect(databases.find(({ server }) => server.name === refused.name)).toMatchObject({
        state: "never",
        problems: [{ code: "access-denied" }],
      })
    } finally {
      await refused.remove()
    }
  })

  test("sees a container that is started, recreated, relabelled and removed, each as it happens", async () => {
    controller = await startController(here)
    const on = controller
    const id = `${here.prefix}-moving`
    const labels = (schedule: string) => ({
      [`${here.prefix}.enable`]: "true",
      [`${here.prefix}.id`]: id,
      [`${here.prefix}.schedule`]: schedule,
      [`${here.prefix}.on-missed`]: "skip",
    })
    const seen = async () => (await on.call(listServers)).data.find(({ name }) => name === id)
    const first = await startServer("postgres:17", labels("daily"))
    let second: TestServer | undefined
    try {
      await until("it is active", async () => (await seen())?.state === "active", 20)
      await first.remove()
      await until("it is retired", async () => (await seen())?.state === "retired", 20)
      second = await startServer("postgres:17", labels("hourly"))
      const container = second.name
      await until(
        "its new container is seen",
        async () => {
          const server = await seen()
          return server?.state === "active" && server.container?.name === container
        },
        2,
      )
    } finally {
      await first.remove()
      await second?.remove()
    }
  })
})
