// `dbbackup orphans` against the real API with a small world behind it: what is printed, and what stands there afterwards.
import { afterEach, beforeEach, expect, test } from "bun:test"
import { type Listening, listen } from "../../controller/api/listen.ts"
import { createClient } from "../../controller/cli/client.ts"
import { orphans } from "../../controller/cli/orphans.ts"
import { aWorld, type World } from "../api/samples.ts"
import { aBackup, aProblem, aRun, keyOf, minute, runId } from "../state/samples.ts"

const [failed, unknown] = [keyOf("1a2b3c4d"), keyOf("5e6f7a8b")]
let world: World
let server: Listening
let said: string[]
beforeEach(() => {
  said = []
  world = aWorld()
  server = listen(world.app, { hostname: "127.0.0.1", port: 0 })
  const { catalogue, local } = world
  const backup = aBackup("1a2b3c4d", "run")
  catalogue.addRun(aRun("run"))
  catalogue.startRun(runId("run"), minute(0))
  catalogue.addBackup(backup)
  catalogue.startBackup(backup.id, minute(0), [{ destination: "local", key: failed }])
  catalogue.finishBackup(backup.id, minute(1), { status: "failed", error: aProblem() })
  for (const key of [failed, unknown, "photo.jpg"]) local.objects.set(key, Buffer.from("bytes"))
})
afterEach(async () => {
  await server.stop()
  world.remove()
})

const run = (args: readonly string[], asked: Partial<Parameters<typeof orphans>[2]> = {}) =>
  orphans(createClient(`http://127.0.0.1:${server.port}`), args, { confirm: null, ...asked }, (line) =>
    said.push(line),
  )
const there = () => [...world.local.objects.keys()]

test("what stands there is told with what can be done about it, and nothing is changed", async () => {
  await run(["local"])
  const lines = said.join("\n").split("\n")
  expect(lines.find((line) => line.includes(failed))).toMatch(/^bytes .* --clean /)
  expect(lines.find((line) => line.includes(unknown))).toContain("not known: KEY --clean")
  expect(lines.find((line) => line.includes("photo.jpg"))).toMatch(/^foreign .* left alone /)
  expect(there()).toHaveLength(3)
})

test("what is known goes once its number is typed, and what is not known once it is named", async () => {
  expect(run(["local"], { clean: true, confirm: async () => "yes" })).rejects.toThrow(
    "the number was not typed",
  )
  expect(there()).toHaveLength(3)
  await run(["local"], { clean: true, confirm: async () => "1" })
  expect(said).toContain("1 deleted, 5 B")
  expect(there()).toEqual([unknown, "photo.jpg"])
  await run(["local"], { clean: true })
  expect(said.at(-1)).toBe("nothing at local is to be cleaned")
  expect(run(["local", "photo.jpg"], { clean: true })).rejects.toThrow(
    "there is no orphan photo.jpg at local",
  )
  await run(["local", unknown], { clean: true })
  expect(there()).toEqual(["photo.jpg"])
})

test("what is not clear is refused before anything is changed", async () => {
  expect(run([], { clean: true })).rejects.toThrow("a destination is missing")
  expect(run(["local"], { clean: true, adopt: true })).rejects.toThrow("say one of")
  expect(run(["local", failed])).rejects.toThrow("say one of")
  expect(there()).toHaveLength(3)
})
