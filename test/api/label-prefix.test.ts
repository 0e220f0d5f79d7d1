import { afterEach, beforeEach, expect, test } from "bun:test"
import { Fault } from "../../controller/core/fault.ts"
import { aRun, minute, shop } from "../state/samples.ts"
import { ask, aWorld, type World } from "./samples.ts"

let world: World
beforeEach(() => {
  const { services, remove } = aWorld()
  remove()
  world = aWorld({
    info: { ...services.info, labelPrefix: "staging" },
    confirmPrune() {
      throw new Fault("request-invalid", "too many", { hint: "Correct the label dbbackup.retention." })
    },
  })
})
afterEach(() => world.remove())

test("answers, refusals and events name labels by the prefix that is set", async () => {
  const { catalogue } = world
  catalogue.addRun(aRun("r1"))
  const stream = await world.app.request("/api/events")
  const reader = (stream.body as ReadableStream<Uint8Array>).getReader()
  await reader.read()
  catalogue.log("r1" as never, minute(1), "warn", "raise dbbackup.timeout")
  expect(new TextDecoder().decode((await reader.read()).value)).toContain("raise staging.timeout")
  await reader.cancel()
  const { body } = await ask(world, "/api/runs/r1/logs")
  expect(JSON.stringify(body)).toContain("raise staging.timeout")
  const refused = await ask(world, `/api/databases/${encodeURIComponent(shop)}/confirm-prune`, {
    method: "POST",
    json: { backups: 4 },
  })
  expect(refused.body.error?.hint).toBe("Correct the label staging.retention.")
})
