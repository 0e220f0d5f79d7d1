// A file that is handed in over the API: what reaches the work, and what is refused before it.
import { afterEach, beforeEach, expect, test } from "bun:test"
import { Fault } from "../../controller/core/fault.ts"
import type { Backup } from "../../schemas/backup.ts"
import { addGood, minute } from "../state/samples.ts"
import { aWorld, type World } from "./samples.ts"

let world: World
let handed: { asked: unknown; bytes: number }[]
beforeEach(() => {
  handed = []
  world = aWorld({
    async importDump(asked, file) {
      let bytes = 0
      for await (const chunk of file) bytes += (chunk as Uint8Array).length
      if (bytes === 3) throw new Fault("import-refused", "the file is a photo", { hint: "Send a dump." })
      handed.push({ asked, bytes })
      return world.catalogue.backup(addGood(world.catalogue, "b1")) as Backup
    },
  })
})
afterEach(() => world.remove())

const query = { serverId: "shop~db", database: "shop", fileName: "old.dump", madeAt: minute(0).toISOString() }
async function send(
  body: BodyInit | null,
  changes: Record<string, string> = {},
  type = "application/octet-stream",
) {
  const url = `http://localhost/api/backups/import?${new URLSearchParams({ ...query, ...changes })}`
  const response = await world.app.request(url, { method: "POST", headers: { "content-type": type }, body })
  return {
    status: response.status,
    body: (await response.json()) as { data: Backup; error: { message: string } },
  }
}

test("the file goes on as it comes, also when it is larger than other bodies may be", async () => {
  const { status, body } = await send(new Uint8Array(3 << 20))
  expect([status, body.data.id as string]).toEqual([200, "b1"])
  expect(handed).toEqual([{ asked: { ...query, madeAt: minute(0) }, bytes: 3 << 20 }])
})

test("what is wrong with the file, and with the request, is said", async () => {
  expect(await send("png")).toMatchObject({
    status: 400,
    body: { error: { message: "the file is a photo" } },
  })
  expect((await send("x", {}, "multipart/form-data")).status).toBe(415)
  expect((await send(null)).status).toBe(400)
  for (const changes of [{ madeAt: "yesterday" }, { database: "" }, { path: "/etc/passwd" }])
    expect((await send("x", changes as Record<string, string>)).status).toBe(400)
  expect(handed).toEqual([])
})

test("other paths keep their limit", async () => {
  const response = await world.app.request("http://localhost/api/restores", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "x".repeat((1 << 20) + 1),
  })
  expect(response.status).toBe(413)
})
