import { expect, setDefaultTimeout, test } from "bun:test"
import { setTimeout as sleep } from "node:timers/promises"
import { Fault } from "../../controller/core/fault.ts"
import { type Silence, watchSilence } from "../../controller/pipeline/stall.ts"
import { type StoreRequest, storeDump } from "../../controller/pipeline/store.ts"
import { memoryDestination } from "../support/memory-destination.ts"
import { type ChildTool, childTool } from "./child-tool.ts"
import { explain, failureOf, trailer } from "./sample.ts"

setDefaultTimeout(120_000)

const stalled = new Fault("dump-stalled", "no byte came", { hint: "Look." })

/** A silence with a limit in tenths of a second, and what it was asked. */
function silence(tenths: number, verdict: Fault | null = stalled) {
  const heard = { noticed: 0, judged: 0 }
  const rule: Silence = {
    limitSeconds: tenths / 10,
    notice: () => void heard.noticed++,
    async verdict() {
      heard.judged++
      return verdict
    },
  }
  return { rule, heard }
}

function request(tool: ChildTool, changes: Partial<StoreRequest>): StoreRequest {
  return {
    start: async () => tool,
    end: trailer(),
    compression: { algorithm: "none", level: 0 },
    recipients: null,
    destinations: [{ destination: memoryDestination(), key: "x" }],
    signal: new AbortController().signal,
    onProgress: () => {},
    explain,
    ...changes,
  }
}

test("a tool that prints nothing for too long is ended, and the verdict is the failure", async () => {
  const tool = childTool("echo rows; exec sleep 1000")
  const place = memoryDestination()
  const { rule, heard } = silence(4)
  const destinations = [{ destination: place, key: "x" }]
  expect(await failureOf(storeDump(request(tool, { silence: rule, destinations })))).toBe(stalled)
  expect(heard).toEqual({ noticed: 1, judged: 1 })
  expect(await tool.exit).toBe(143)
  expect(place.unfinished()).toBe(0)
})

test("a tool that prints now and then is left alone", async () => {
  const tool = childTool("for i in 1 2 3 4 5 6; do echo rows; sleep 0.2; done; echo '-- done'")
  const { rule, heard } = silence(10)
  const { proof } = await storeDump(request(tool, { silence: rule }))
  expect(proof.rawBytes).toBe(38)
  expect(heard.judged).toBe(0)
})

test("a slow destination is not the tool's silence", async () => {
  const tool = childTool("seq 1 100000; echo '-- done'")
  const slow = memoryDestination("slow", { onWrite: (written) => (written === 0 ? sleep(1500) : undefined) })
  const { rule, heard } = silence(5)
  const destinations = [{ destination: slow, key: "x" }]
  const { proof } = await storeDump(request(tool, { silence: rule, destinations }))
  expect(proof.rawBytes).toBe(588_903)
  expect(heard).toEqual({ noticed: 0, judged: 0 })
})

test("a verdict of going on waits as long again", async () => {
  const tool = childTool("echo rows; sleep 1.5; echo '-- done'")
  const { rule, heard } = silence(4, null)
  expect((await storeDump(request(tool, { silence: rule }))).proof.rawBytes).toBe(13)
  expect(heard.judged).toBeGreaterThanOrEqual(2)
})

test("what comes while the verdict is being found counts for more than the verdict", async () => {
  const ended: Fault[] = []
  const found = Promise.withResolvers<Fault | null>()
  let asked = false
  const verdict = () => {
    asked = true
    return found.promise
  }
  const watch = watchSilence({ limitSeconds: 0.1, notice: () => {}, verdict }, (fault) => ended.push(fault))
  watch.waits()
  while (!asked) await sleep(10)
  watch.moved()
  watch.waits()
  found.resolve(stalled)
  await sleep(20)
  watch.stop()
  expect(ended).toEqual([])
})
