import { expect, test } from "bun:test"
import { randomBytes } from "node:crypto"
import { pipeline } from "node:stream/promises"
import { Fault } from "../../controller/core/fault.ts"
import { fanOut } from "../../controller/pipeline/fan-out.ts"
import { memoryDestination } from "../support/memory-destination.ts"
import { failureOf, inChunks } from "./sample.ts"

const { signal } = new AbortController()
const bytes = randomBytes(1_000_000)
const full = new Fault("disk-full", "no space left")
const failingAfter = (limit: number) => ({
  onWrite(written: number) {
    if (written >= limit) throw full
  },
})

test("every destination gets every byte", async () => {
  const places = [memoryDestination("a"), memoryDestination("b"), memoryDestination("c")]
  const writers = await Promise.all(places.map((place) => place.create("x", signal)))
  const fan = fanOut(writers, () => {
    throw new Error("nothing fails here")
  })
  await pipeline([inChunks(bytes, 30_000), fan.stream])
  expect(fan.live()).toEqual(writers)
  for (const writer of writers) await writer.commit()
  for (const { files } of places) expect(files.get("x")?.equals(bytes)).toBe(true)
})

test("one that fails is aborted, reported once and left behind; the other gets every byte", async () => {
  const good = memoryDestination("good")
  const bad = memoryDestination("bad", failingAfter(100_000))
  const writers = await Promise.all([good.create("x", signal), bad.create("x", signal)])
  const failures: unknown[] = []
  const fan = fanOut(writers, (writer, fault) => failures.push([writer.destination, fault]))
  await pipeline([inChunks(bytes, 30_000), fan.stream])
  await fan.settled()
  expect(failures).toEqual([["bad", full]])
  expect(fan.live().map(({ destination }) => destination)).toEqual(["good"])
  expect(bad.unfinished()).toBe(0)
  await fan.live()[0]?.commit()
  expect(good.files.get("x")?.equals(bytes)).toBe(true)
})

test("it fails when the last one fails", async () => {
  const places = [
    memoryDestination("a", failingAfter(100_000)),
    memoryDestination("b", failingAfter(500_000)),
  ]
  const writers = await Promise.all(places.map((place) => place.create("x", signal)))
  const fan = fanOut(writers, () => {})
  expect(await failureOf(pipeline([inChunks(bytes, 30_000), fan.stream]))).toBe(full)
  expect(places.map((place) => place.unfinished())).toEqual([0, 0])
})

test("the slowest sets the pace: nobody runs ahead by more than a chunk", async () => {
  let letGo: () => void = () => {}
  const gate = new Promise<void>((resolve) => {
    letGo = resolve
  })
  let slowTook = 0
  let fastTook = 0
  const slow = memoryDestination("slow", {
    async onWrite() {
      if (slowTook === 3) await gate
      slowTook++
    },
  })
  const fast = memoryDestination("fast", { onWrite: () => void fastTook++ })
  const writers = await Promise.all([slow.create("x", signal), fast.create("x", signal)])
  const done = pipeline([inChunks(bytes, 1000), fanOut(writers, () => {}).stream])
  while (slowTook < 3) await new Promise((resolve) => setImmediate(resolve))
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve))
  expect([slowTook, fastTook]).toEqual([3, 4])
  letGo()
  await done
  expect([slowTook, fastTook]).toEqual([1000, 1000])
})

test("an unexpected error of one writer is a bug with a name, and does not cost the other copy", async () => {
  const odd = memoryDestination("odd", {
    onWrite() {
      throw new TypeError("x is undefined")
    },
  })
  const writers = await Promise.all([memoryDestination("good").create("x", signal), odd.create("x", signal)])
  const faults: Fault[] = []
  await pipeline([inChunks(bytes, 30_000), fanOut(writers, (_writer, fault) => faults.push(fault)).stream])
  expect(faults).toMatchObject([{ code: "internal", message: "unexpected: x is undefined" }])
})

test("one that takes nothing for too long is left behind, although it never fails; the other gets every byte", async () => {
  const good = memoryDestination("good")
  const hung = memoryDestination("hung", {
    onWrite: (written) => (written > 0 ? new Promise(() => {}) : undefined),
  })
  const writers = await Promise.all([good.create("x", signal), hung.create("x", signal)])
  const faults: Fault[] = []
  const fan = fanOut(writers, (_writer, fault) => faults.push(fault), 0.3)
  await pipeline([inChunks(bytes, 30_000), fan.stream])
  await fan.settled()
  expect(faults).toMatchObject([
    { code: "destination-unavailable", message: expect.stringContaining("hung took no byte for") },
  ])
  await fan.live()[0]?.commit()
  expect(good.files.get("x")?.equals(bytes)).toBe(true)
})
