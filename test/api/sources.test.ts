// Files to be restored over the API: what reaches the work, what is listed, and what is refused before.
import { afterEach, beforeEach, expect, test } from "bun:test"
import { Fault } from "../../controller/core/fault.ts"
import { createSources } from "../../controller/reconcile/sources.ts"
import { aReading, aSource, minute } from "../state/samples.ts"
import { memoryDestination } from "../support/memory-destination.ts"
import { ask, aWorld, type World } from "./samples.ts"

let world: World
let handed: { asked: unknown; bytes: number }[]
const nas = memoryDestination("nas")
beforeEach(async () => {
  handed = []
  const sources = createSources({
    catalogue: { sources: () => world.catalogue.sources(), source: (id) => world.catalogue.source(id) },
    destinations: new Map([["nas", nas]]),
    async upload(asked, file) {
      let bytes = 0
      for await (const chunk of file) bytes += (chunk as Uint8Array).length
      if (bytes === 3) throw new Fault("import-refused", "the file is a photo", { hint: "Send a dump." })
      handed.push({ asked, bytes })
      return aSource("f2")
    },
    choose: async (asked) =>
      aSource("f3", { origin: "destination", destination: asked.destination, key: asked.key }),
    async forget(id) {
      world.catalogue.forgetSource(id as never)
      return minute(10)
    },
    sweep: async () => {},
    signal: new AbortController().signal,
  }).services
  world = aWorld({ sources })
  for (const key of ["a.sql", "dumps/b.sql", "dumps/c.sql", "z.sql"])
    await nas.put(key, Buffer.from("x"), new AbortController().signal)
})
afterEach(() => world.remove())

async function upload(body: BodyInit, headers: Record<string, string> = {}) {
  const response = await world.app.request("http://localhost/api/restores/upload", {
    method: "POST",
    headers,
    body,
  })
  return {
    status: response.status,
    location: response.headers.get("location"),
    body: (await response.json()) as { data: { id: string }; error: { message: string } },
  }
}
function form(bytes: number, fields: Record<string, string> = {}): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries(fields)) data.set(name, value)
  data.set("file", new File([new Uint8Array(bytes)], "old.sql"))
  return data
}

test("an upload goes on as it comes, also when it is larger than other bodies may be", async () => {
  const { status, location, body } = await upload(form(3 << 20))
  expect([status, location, body.data.id]).toEqual([201, "/api/restores/sources/f2", "f2"])
  expect(handed).toMatchObject([{ asked: { fileName: "old.sql", identity: undefined }, bytes: 3 << 20 }])
})

test("what is wrong with an upload is said", async () => {
  expect(await upload(form(3))).toMatchObject({
    status: 400,
    body: { error: { message: "the file is a photo" } },
  })
  expect((await upload("x", { "content-type": "application/octet-stream" })).status).toBe(415)
  expect((await upload(form(9, { identity: "AGE-SECRET-KEY-1X" }))).body.error.message).toBe(
    "the part identity is no identity of age",
  )
  expect((await upload(form(9, { path: "/etc" }))).body.error.message).toBe("the form has a part path")
  expect(handed).toEqual([])
})

test("files are chosen, listed, found and forgotten", async () => {
  const chosen = await ask(world, "/api/restores/sources", {
    method: "POST",
    json: { destination: "nas", key: "a.sql" },
  })
  expect([chosen.status, chosen.body.data.key]).toEqual([201, "a.sql"])
  world.catalogue.addSource(aSource("f1"), aReading())
  expect((await ask(world, "/api/restores/sources")).body.data).toEqual([aSource("f1")])
  expect((await ask(world, "/api/restores/sources/f1")).body.data.fileName).toBe("old.sql.gz")
  expect((await ask(world, "/api/restores/sources/f9")).status).toBe(404)
  expect((await ask(world, "/api/restores/sources/f9", { method: "DELETE" })).status).toBe(404)
  const gone = await ask(world, "/api/restores/sources/f1", { method: "DELETE" })
  expect(gone.body.data).toEqual({ id: "f1", removedAt: minute(10).toISOString() })
})

test("a destination's folders are looked into one by one", async () => {
  const look = async (query: string) =>
    (await ask(world, `/api/destinations/nas/files${query}`)).body.data.map(({ key }: { key: string }) => key)
  expect(await look("")).toEqual(["a.sql", "dumps/", "z.sql"])
  expect(await look("?after=dumps/")).toEqual(["z.sql"])
  expect(await look("?prefix=dumps/")).toEqual(["dumps/b.sql", "dumps/c.sql"])
  expect((await ask(world, "/api/destinations/nas/files?prefix=dumps")).status).toBe(400)
  expect((await ask(world, "/api/destinations/tape/files")).status).toBe(404)
})

test("a restore is of a backup or of a file, and of one of the two", async () => {
  const options = { mode: "new", name: "copy", serverId: "shop~db" }
  const plan = (more: object) =>
    ask(world, "/api/restores", { method: "POST", json: { options, dryRun: true, ...more } })
  expect((await plan({ backupId: "b1", sourceId: "f1" })).status).toBe(400)
  expect((await plan({})).body.error.details ?? (await plan({})).body.error.message).toBeDefined()
  expect((await plan({})).status).toBe(400)
  expect((await plan({ sourceId: "f9" })).status).toBe(404)
})
