// Servers outside Docker over the API: tried first, in force at once, with a password that goes in and never comes out.
import { afterEach, beforeEach, describe, expect, test } from "bun:test"
import { readFileSync } from "node:fs"
import { outsideContainers } from "../../controller/core/outside-server.ts"
import type { DerivedServer } from "../../controller/core/server.ts"
import { createDerivation } from "../../controller/reconcile/derivation.ts"
import { createKeptServers, isAtWork, type KeptServerDeps } from "../../controller/reconcile/kept-servers.ts"
import { createWorld } from "../../controller/reconcile/world.ts"
import { createVault } from "../../controller/state/vault.ts"
import type { Connection } from "../../schemas/kept-server.ts"
import { OutsideServer } from "../../schemas/outside.ts"
import type { JobId, ServerId } from "../../schemas/server.ts"
import { guess, labelled, operator } from "../core/samples.ts"
import { aRun, minute, runId, temporaryCatalogue } from "../state/samples.ts"
import { ask, aWorld, type World } from "./samples.ts"

const passphrase = "a passphrase of the operator's own, long enough"
const vault = createVault(passphrase)
const password = "s3cret, and long"
const legacy = { name: "legacy", type: "postgresql", host: "db.example.com", username: "backup", password }
const ca = readFileSync(new URL("../golden/certificates/authority.pem", import.meta.url), "utf8")

const up: Connection = {
  ...{ state: "up", milliseconds: 12, engine: "postgres", serverVersion: "17.6" },
  ...{ tool: "pg_dump", toolVersion: "17.6", databases: ["shop"], readsAll: true, warnings: [], tls: null },
}
const down: Connection = {
  state: "down",
  milliseconds: 3,
  problem: {
    ...{ code: "access-denied", message: "looking at the server: no", hint: "Check user and password." },
    ...{ key: null, suggestion: null },
  },
}

let file: ReturnType<typeof temporaryCatalogue>
let world: World
let looked: DerivedServer[]
let answer: Connection
let fileServers: Map<string, OutsideServer>
let listed: readonly ReturnType<typeof labelled>[]

function start(changed: Partial<KeptServerDeps> = {}): void {
  looked = []
  const { catalogue } = file
  const clock = () => minute(10)
  const picture = createWorld({
    ...{ catalogue, clock, prefix: "dbbackup" },
    events: { publish() {}, subscribe: () => () => {} },
  })
  let settings = operator()
  const derive = createDerivation(
    () => settings,
    picture.remembered,
    (image) => guess({ image } as never),
    () => outsideContainers(new Map([...outside.servers(), ...fileServers]), "dbbackup"),
  )
  const outside = createKeptServers({
    ...{ store: catalogue, vault, world: picture, clock, log() {} },
    ...{ set: () => fileServers, derivation: () => settings, seen: () => true },
    isAtWork: (id) => isAtWork(catalogue, id),
    look: async (server) => {
      looked.push(server)
      return answer
    },
    changed: () => {
      settings = { ...settings }
      picture.see(derive.from(listed))
    },
    ...changed,
  })
  picture.see(derive.from(listed))
  world = aWorld({ outside })
  Object.assign(world.services.view, picture)
}
beforeEach(() => {
  file = temporaryCatalogue()
  answer = up
  fileServers = new Map()
  listed = [labelled({ enable: "true" })]
  start()
})
afterEach(() => {
  world.remove()
  file.remove()
})

const add = (json: object = legacy) => ask(world, "/api/databases", { method: "POST", json })
const put = (id: string, json: object) => ask(world, `/api/databases/${id}`, { method: "PUT", json })
const remove = (id: string) => ask(world, `/api/databases/${id}`, { method: "DELETE" })
const attempt = (json: object) => ask(world, "/api/databases/test-connection", { method: "POST", json })
const see = async (id = "legacy") => (await ask(world, `/api/servers/${id}`)).body.data
const lastPassword = () => looked.at(-1)?.container.outside?.openPassword?.()

describe("a server that is added", () => {
  test("was tried with its password, and is in force at once with the databases that the trial saw", async () => {
    const { status, body, headers } = await add({ ...legacy, labels: { schedule: "hourly" } })
    expect([status, headers.get("location")]).toEqual([200, "/api/servers/legacy"])
    expect([looked.length, lastPassword()]).toEqual([1, password])
    expect(body.data).toMatchObject({
      ...{ id: "legacy", name: "legacy", managed: "api", engine: "postgres", state: "active", problems: [] },
      outside: {
        ...{ host: "db.example.com", port: 5432, user: "backup", password: "sealed" },
        ...{ tls: { mode: "verify-full", ca: "browsers" }, labels: { schedule: "hourly" } },
      },
    })
    expect(body.data.schedules).toMatchObject([{ managed: "api", schedule: "hourly" }])
    expect(body.data.databases.map(({ id, managed }: never) => [id, managed])).toEqual([
      ["legacy:shop", "api"],
      ["legacy:@globals", "api"],
    ])
  })

  test("is there after a restart, and its password opens with the operator's key alone", async () => {
    await add()
    start()
    expect(await see()).toMatchObject({ managed: "api", state: "active" })
    await ask(world, "/api/databases/legacy/test-connection", { method: "POST" })
    expect(lastPassword()).toBe(password)
    start({ vault: null })
    await ask(world, "/api/databases/legacy/test-connection", { method: "POST" })
    expect(lastPassword).toThrow("no ENCRYPTION_KEY")
    start({ vault: createVault("another passphrase, long enough as well") })
    await ask(world, "/api/databases/legacy/test-connection", { method: "POST" })
    expect(lastPassword).toThrow("cannot be opened with this ENCRYPTION_KEY")
  })

  test("leaves its password in no answer, and in no file as it is", async () => {
    const answers = [await add(), await put("legacy", { user: "other" }), await see()]
    file.catalogue.close()
    for (const text of [JSON.stringify(answers), readFileSync(file.path, "latin1")])
      expect(text).not.toContain(password)
  })

  test("is not kept when it does not answer, unless that is asked for", async () => {
    answer = down
    const { status, body } = await add()
    expect([status, body.error.code, body.error.details.fault]).toEqual([
      502,
      "DATABASE_ERROR",
      "access-denied",
    ])
    expect(body.error.hint).toContain("check: false")
    expect(file.catalogue.keptServers()).toEqual([])
    expect(await add({ ...legacy, check: false })).toMatchObject({ status: 200 })
    expect(await see()).toMatchObject({ state: "active", databases: [{ id: "legacy:@globals" }] })
  })

  test("takes the words of the settings and those of the specification for the same", async () => {
    const said = { databaseName: "a,b", enabled: false, ssl: false, labels: { schedule: "weekly" } }
    await add({ ...legacy, ...said })
    expect((await see()).outside).toMatchObject({
      tls: { mode: "disable", ca: null },
      labels: { schedule: "weekly", databases: '["a,b"]', paused: "true" },
    })
    expect((await see()).schedules).toMatchObject([{ enabled: false, pausedBy: "label" }])
    const { username: user, type: _, ...rest } = legacy
    expect(
      await add({ ...rest, user, type: "mysql", name: "other", tls: { mode: "require" } }),
    ).toMatchObject({
      status: 200,
      body: { data: { engine: "mysql", outside: { port: 3306, tls: { mode: "require", ca: null } } } },
    })
  })

  test("is refused with what contradicts itself, is missing, unknown, or of no meaning", async () => {
    const { username: _, ...nobody } = legacy
    const wrong: readonly [object, string][] = [
      [nobody, "user: is missing"],
      [{ ...legacy, user: "x" }, "username: is given, and so is user"],
      [{ ...legacy, ssl: true, tls: {} }, "ssl: is given, and so is tls"],
      [{ ...legacy, passwordVariable: "DBBACKUP_SERVER_X" }, "passwordVariable: is given"],
      [{ ...legacy, colour: "red" }, "colour"],
      [{ ...legacy, host: "-h x" }, "host: write a host name"],
      [{ ...legacy, port: 0 }, "port"],
      [{ ...legacy, name: "Legacy DB" }, "name: write a name"],
      [{ ...legacy, password: "two\nlines" }, "one line"],
      [{ ...legacy, labels: { enable: "false" } }, "labels.enable: has no meaning"],
      [{ ...legacy, labels: { schedul: "daily" } }, "schedul"],
      [{ ...legacy, labels: { destinations: "nowhere" } }, "nowhere"],
      [{ ...legacy, tls: { ca: "not a certificate" } }, "certificates in PEM"],
    ]
    for (const [json, words] of wrong) {
      const { status, body } = await add(json)
      expect([words, status, body.error.message]).toEqual([words, 400, expect.stringContaining(words)])
    }
    expect([file.catalogue.keptServers(), looked]).toEqual([[], []])
  })

  test("needs a name of its own, also beside the settings and containers", async () => {
    await add()
    fileServers.set("file", OutsideServer.parse({ type: "mysql", host: "x", user: "y" }))
    listed = [
      labelled({ enable: "true", id: "labelled" }),
      labelled({}, { id: "2", name: "bare", labels: bare }),
    ]
    await put("legacy", { check: false })
    for (const name of ["legacy", "file", "labelled"])
      expect([name, (await add({ ...legacy, name })).status]).toEqual([name, 409])
  })

  test("cannot have a password without ENCRYPTION_KEY, but may name where it is", async () => {
    start({ vault: null })
    const { status, body } = await add()
    expect([status, body.error.hint]).toEqual([400, expect.stringContaining("passwordVariable")])
    const { password: _, ...rest } = legacy
    await add({ ...rest, passwordVariable: "DBBACKUP_SERVER_LEGACY" })
    expect((await see()).outside.password).toBe("variable")
    await add({ ...rest, name: "other", passwordFile: "/run/secrets/dbbackup-server-other" })
    expect((await see("other")).outside.password).toBe("file")
  })

  test("cannot have another secret of the controller sent to it as its password", async () => {
    const { password: _, ...rest } = legacy
    for (const way of [
      { passwordVariable: "ENCRYPTION_KEY" },
      { passwordVariable: "S3_SECRET_ACCESS_KEY" },
      { passwordFile: "/run/secrets/encryption_key" },
      { passwordFile: "/run/secrets/dbbackup-server-x/../encryption_key" },
      { passwordFile: "/x/dbbackup-server-/y" },
    ])
      expect([way, (await add({ ...rest, ...way })).status]).toEqual([way, 400])
  })

  test("is not taken while no container was seen: nothing would be in force", async () => {
    start({ seen: () => false })
    expect((await add()).body.error.details.fault).toBe("docker-unreachable")
  })

  test("has of a pasted text its certificates alone", async () => {
    await add({ ...legacy, tls: { mode: "verify-ca", ca: `who knows\n.\nDROP TABLE x;\n${ca}\n.\nmore` } })
    expect((await see()).outside.tls).toEqual({ mode: "verify-ca", ca: "given" })
    expect(looked[0]?.container.outside?.tls.ca).toBe(ca.trim())
  })
})

const bare = { "com.docker.compose.service": "bare" }

describe("a server that is changed", () => {
  test("keeps what is left out, is tried, and looked into anew", async () => {
    await add()
    const before = looked[0]?.container.id
    expect(await put("legacy", { user: "other", labels: { schedule: "weekly" } })).toMatchObject({
      status: 200,
      body: { data: { outside: { user: "other", host: "db.example.com", password: "sealed" } } },
    })
    expect([lastPassword(), looked.at(-1)?.access.user]).toEqual([password, "other"])
    expect(looked.at(-1)?.container.id).not.toBe(before)
    answer = down
    expect((await put("legacy", { user: "third" })).status).toBe(502)
    expect((await see()).outside.user).toBe("other")
  })

  test("by the id of one of its databases is the same server", async () => {
    await add()
    expect((await put(encodeURIComponent("legacy:shop"), { user: "other" })).body.data.id).toBe("legacy")
  })

  test("does not have its password sent to another place, nor past another certificate", async () => {
    await add()
    for (const elsewhere of [
      { host: "evil.example.com" },
      { port: 5433 },
      { tls: { mode: "disable" } },
      { tls: { mode: "verify-full", ca } },
      { type: "mysql" },
    ])
      expect([elsewhere, (await put("legacy", elsewhere)).body.error?.hint]).toEqual([
        elsewhere,
        expect.stringContaining("password again"),
      ])
    expect(looked).toHaveLength(1)
    await put("legacy", { host: "new.example.com", password: "another" })
    expect([lastPassword(), looked.at(-1)?.container.outside?.host]).toEqual(["another", "new.example.com"])
    // Said or not, the port is the same.
    expect((await put("legacy", { port: 5432 })).status).toBe(200)
  })

  test("has one way to its password", async () => {
    await add()
    await put("legacy", { passwordVariable: "DBBACKUP_SERVER_LEGACY" })
    expect(file.catalogue.keptServers()).toMatchObject([{ password: null }])
    await put("legacy", { passwordFile: "/run/secrets/dbbackup-server-legacy" })
    expect(file.catalogue.keptServers()[0]?.place.passwordVariable).toBeUndefined()
    await put("legacy", { password: "again" })
    expect((await see()).outside.password).toBe("sealed")
    expect(file.catalogue.keptServers()[0]?.place.passwordFile).toBeUndefined()
  })
})

describe("a server that is removed", () => {
  test("is retired with its history, takes its password along, and can come back under its name", async () => {
    await add()
    file.catalogue.saveDatabases("legacy" as ServerId, ["shop"], minute(1))
    expect(await remove("legacy")).toMatchObject({ status: 200, body: { data: { id: "legacy" } } })
    expect(file.catalogue.keptServers()).toEqual([])
    expect(await see()).toMatchObject({
      ...{ state: "retired", managed: "api" },
      why: "not backed up: it was removed over the API. Its backups stay",
    })
    expect((await remove("legacy")).status).toBe(404)
    expect((await add()).body.data.state).toBe("active")
  })

  test("is named itself: a database of it alone cannot go", async () => {
    await add()
    const { status, body } = await remove(encodeURIComponent("legacy:shop"))
    expect([status, body.error.hint]).toEqual([400, expect.stringContaining("DELETE /api/databases/legacy ")])
    expect((await see()).state).toBe("active")
  })

  test("stays while a run is under way", async () => {
    await add()
    const jobId = "legacy:default" as JobId
    file.catalogue.addRun(aRun("r1", { serverId: "legacy" as ServerId, jobId }))
    expect(await remove("legacy")).toMatchObject({ status: 409, body: { error: { code: "CONFLICT" } } })
    file.catalogue.startRun(runId("r1"), minute(1))
    file.catalogue.finishRun(runId("r1"), minute(2), { status: "completed" })
    expect((await remove("legacy")).status).toBe(200)
  })

  test("is not one that labels or the settings own: they are named", async () => {
    fileServers.set("file", OutsideServer.parse({ type: "mysql", host: "x", user: "y" }))
    start()
    expect(await see("file")).toMatchObject({ managed: "file" })
    for (const [id, words] of [
      ["file", "servers.file in dbbackup.yaml"],
      ["shop~db", "dbbackup.enable=false"],
      ["shop~db:@globals", "dbbackup.enable=false"],
    ] as const)
      for (const { status, body } of [await remove(id), await put(id, { user: "x" })])
        expect([id, status, body.error.hint]).toEqual([id, 409, expect.stringContaining(words)])
  })
})

test("a name that the settings have taken since is theirs, and the server of the API can go", async () => {
  await add()
  fileServers.set("legacy", OutsideServer.parse({ type: "mysql", host: "x", user: "y" }))
  start()
  expect(await see()).toMatchObject({ managed: "file", engine: "mysql", outside: { host: "x" } })
  expect((await put("legacy", { user: "x" })).status).toBe(409)
  expect((await remove("legacy")).status).toBe(200)
  expect(await see()).toMatchObject({ managed: "file", outside: { host: "x" } })
})

describe("a trial", () => {
  test("tells what answered or why nothing did, and keeps nothing", async () => {
    expect((await attempt(legacy)).body.data).toEqual(up)
    expect(lastPassword()).toBe(password)
    answer = down
    const { name: _, ...unnamed } = legacy
    expect(await attempt(unnamed)).toMatchObject({ status: 200, body: { data: down } })
    expect(file.catalogue.keptServers()).toEqual([])
  })

  test("needs no ENCRYPTION_KEY, as nothing is sealed", async () => {
    start({ vault: null })
    expect((await attempt(legacy)).body.data.state).toBe("up")
  })

  test("of a server that is there is by its id, or that of a database, also of a container", async () => {
    for (const id of ["shop~db", "shop~db:@globals"])
      expect(
        (await ask(world, `/api/databases/${id}/test-connection`, { method: "POST" })).body.data,
      ).toEqual(up)
    expect((await ask(world, "/api/databases/none/test-connection", { method: "POST" })).status).toBe(404)
  })
})
