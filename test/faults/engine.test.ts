// Faults between the controller and the Docker engine in the middle of a dump. A proxy in front of the engine's socket makes them:
// an engine that is restarted looks the same from here, its containers running on.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { setTimeout as sleep } from "node:timers/promises"
import { type EngineProxy, type Passage, proxy } from "../integration/docker-fixture.ts"
import { until } from "../support/until.ts"
import { type Stage, stage } from "./stage.ts"

setDefaultTimeout(240_000)

let on: Stage
let way: EngineProxy
/** How the proxy behaves to a dump; null: as if it were not there. */
let cut: "cleanly" | "lose-code" | null = null
const halfBytes = 3_000_000

/** Ids of the execs that printed so much: dumps, no answer is that large. */
const dumps = new Set<string>()

function answer({ request, bytes, client }: Passage): boolean {
  const [, id] = /\/exec\/([0-9a-f]+)\/start/.exec(request) ?? []
  if (id === undefined || bytes < halfBytes) return true
  dumps.add(id)
  if (cut !== "cleanly") return true
  client.end()
  return false
}
function request(head: string): string {
  const [, id] = /^GET \/exec\/([0-9a-f]+)\/json/.exec(head) ?? []
  return cut === "lose-code" && id !== undefined && dumps.has(id) ? head.replace(id, "0000") : head
}

beforeAll(async () => {
  way = await proxy({ answer, request })
  on = await stage("postgres:17", { env: { DOCKER_HOST: way.endpoint } })
})
afterAll(async () => {
  await on?.end()
  await way?.close()
})

test("a dump's stream that ends cleanly at half of it is no backup", async () => {
  cut = "cleanly"
  const backup = await on.begin("large")
  await on.fails("stream-cut", backup)
  cut = null
})

test("a dump whose exit code is lost is no backup, however whole it looks", async () => {
  cut = "lose-code"
  const backup = await on.begin("large")
  await on.fails("exit-code-lost", backup)
  cut = null
})

test("an engine that is restarted under a dump: it fails, its tool is ended as soon as that is possible, and the next one is good", async () => {
  const backup = await on.flowing("large")
  await way.down()
  await sleep(3000)
  await way.up()
  await on.fails("engine-restarted", backup)
  await until(
    "the engine is seen again",
    async () => (await on.controller.database("large", () => true)).server.container?.state === "running",
  )
  expect((await on.backUp("large")).status).toBe("completed")
})

test("after all of it the last good backup is as it was: every row comes back", async () => {
  await on.stillRestores("shop_again")
})
