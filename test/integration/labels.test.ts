// Labels on a real engine: what they ask for, what is said of them, and labels that were written to do harm.
import { afterAll, beforeAll, describe, expect, test } from "bun:test"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { createBackup, createRestore, getManifest, listSchedules, listServers } from "../../schemas/api.ts"
import type { Server } from "../../schemas/server.ts"
import { must, run } from "../support/command.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { startServer, type TestServer } from "../support/servers.ts"
import { until } from "../support/until.ts"

const image = "postgres:17"
let here: Place
let server: TestServer
let controller: Controller
const made: string[] = []

beforeAll(async () => {
  here = place()
  server = await startServer(image, {
    [`${here.prefix}.enable`]: "true",
    [`${here.prefix}.schedule`]: "H H 1 1 *",
    [`${here.prefix}.on-missed`]: "skip",
    [`${here.prefix}.retention`]: "7d within=2d",
    [`${here.prefix}.retention.last`]: "3",
    [`${here.prefix}.notify`]: "team",
    [`${here.prefix}.restore`]: "deny",
    [`${here.prefix}.meta.owner`]: "team a",
  })
  await server.ready()
  controller = await startController(here)
}, 180_000)

afterAll(async () => {
  await controller?.end("SIGTERM")
  await server?.remove()
  if (made.length > 0) await run(["docker", "rm", "--force", "--volumes", ...made])
  here?.remove()
})

/** The server by its name, once it satisfies the condition. */
const seen = (name: string, ready: (server: Server) => boolean = () => true) =>
  until(`server ${name}`, async () =>
    (await controller.call(listServers)).data.find((each) => each.name === name && ready(each)),
  )
const codes = ({ problems }: Server) => problems.map(({ code }) => code)

/** A container that is made and not started, with these labels. */
async function create(labels: Readonly<Record<string, string>>): Promise<string> {
  const name = `dbbackup-test-labels-${Math.random().toString(36).slice(2, 8)}`
  const file = join(here.folder, `${name}.labels`)
  writeFileSync(
    file,
    Object.entries(labels)
      .map(([key, value]) => `${here.prefix}.${key}=${value}\n`)
      .join(""),
  )
  await must(["docker", "create", "--name", name, "--label-file", file, image])
  made.push(name)
  return name
}

describe("labels that are heeded, and one that is not in force yet", () => {
  test("are in force with their sources, and the one is said", async () => {
    const { state, why, problems } = await seen(server.name, ({ engine }) => engine !== null)
    expect({ state, why }).toEqual({ state: "active", why: "backed up by its job default" })
    expect(problems).toMatchObject([{ code: "label-not-in-force", key: `${here.prefix}.notify` }])
    const job = (await controller.call(listSchedules)).data.find(
      ({ serverName }) => serverName === server.name,
    )
    expect(job).toMatchObject({
      schedule: "H H 1 1 *",
      retention: { daily: 7, last: 3, withinSeconds: 172_800 },
    })
    expect(job?.cron).toMatch(/^\d{1,2} \d{1,2} 1 1 \*$/)
    expect(job?.settings).toContainEqual({ key: "retention.last", value: "3", source: "label" })
  })

  test("go into the manifest, and restore=deny refuses a restore", async () => {
    const { id: databaseId } = await controller.database("postgres", () => true)
    const { data: begun } = await controller.call(createBackup, { body: { databaseId } })
    const done = await controller.backupDone(begun.id)
    expect(done.status).toBe("completed")
    const { data: manifest } = await controller.call(getManifest, { params: { id: begun.id } })
    expect(manifest.meta).toEqual({ owner: "team a" })
    expect(manifest.spec).toMatchObject({ notify: '["team"]', "retention.last": "3" })
    const body = { backupId: done.id, options: { mode: "new", name: "copy" } } as const
    const refused = await controller.call(createRestore, { body }).catch((error: unknown) => error)
    expect(String(refused)).toContain("takes no restores: its label restore=deny says so")
    expect(await server.sql("postgres", "select datname from pg_database where datname = 'copy'")).toBe("")
  })

  test("stay in force while the container is stopped, which is said as long as it lasts", async () => {
    await must(["docker", "stop", "--time", "5", server.name])
    const stopped = await seen(server.name, (each) => codes(each).includes("server-down"))
    expect(stopped).toMatchObject({ state: "active", jobs: ["default"] })
    expect(stopped.why).toContain("once its container runs (it is exited)")
    await must(["docker", "start", server.name])
    await seen(server.name, (each) => !codes(each).includes("server-down"))
  })
})

test("a container that was never started has its jobs, and says why they cannot run", async () => {
  const name = await create({ enable: "true" })
  expect(await seen(name)).toMatchObject({
    state: "active",
    why: "backed up by its job default once its container runs (it is created)",
    problems: [{ code: "server-down" }],
  })
})

test("encryption with a key that nobody defined is no backup, and no silence", async () => {
  const name = await create({ enable: "true", encrypt: "team" })
  expect(await seen(name)).toMatchObject({
    state: "misconfigured",
    jobs: [],
    problems: [{ code: "key-unknown", key: `${here.prefix}.encrypt` }],
  })
})

test("labels that were written to do harm are told in few words, and touch nobody else", async () => {
  const names = [
    await create(
      Object.fromEntries([["enable", "true"], ...many(3000, (i) => [`job-${i}.schedule`, "hourly"])]),
    ),
    await create(
      Object.fromEntries([["enable", "true"], ...many(3000, (i) => [`shedule${i}`, "$(reboot)"])]),
    ),
    await create({ enable: "true", databases: "x,".repeat(30_000), id: "../../../etc/cron.d/x" }),
    await create({
      enable: "true",
      ["__proto__"]: "x",
      "__proto__.schedule": "daily",
      "constructor.schedule": "; reboot",
      group: server.name.toUpperCase(),
      destinations: "https://evil.example/put",
      timezone: "../../etc/passwd",
      "hooks.pre": "rm -rf /",
    }),
  ]
  for (const name of names) {
    const found = await seen(name)
    expect(found).toMatchObject({ state: "misconfigured", jobs: [] })
    expect(found.problems.length).toBeGreaterThan(0)
    expect(JSON.stringify(found).length).toBeLessThan(40_000)
  }
  expect((await seen(server.name)).jobs).toEqual(["default"])
  expect(
    (await controller.database("postgres", ({ state }) => state === "fresh")).problems.map(
      ({ code }) => code,
    ),
  ).toEqual(["label-not-in-force"])
})

const many = (count: number, entry: (i: number) => readonly [string, string]) =>
  Array.from({ length: count }, (_, i) => entry(i))
