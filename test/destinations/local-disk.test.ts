// What a full and a read-only disk do to a folder, on real ones.
import { afterAll, expect, test } from "bun:test"
import { randomBytes } from "node:crypto"
import { readdirSync } from "node:fs"
import { Fault } from "../../controller/core/fault.ts"
import { localDestination } from "../../controller/destinations/local.ts"
import { faultOf } from "../contract/destination.ts"
import { mountTmpfs } from "./mounted.ts"

const mounted = mountTmpfs("size=8m")
afterAll(() => mounted?.unmount())
const { signal } = new AbortController()
const at = localDestination("local", mounted?.root ?? "/nonexistent")
const onDisk = test.skipIf(mounted === null)

async function fill(key: string): Promise<unknown> {
  const writer = await at.create(key, signal)
  try {
    for (;;) await writer.write(randomBytes(64 << 10))
  } catch (error) {
    expect(await faultOf(writer.write(Buffer.from("more")))).toBe("disk-full")
    expect(await faultOf(writer.commit())).toBe("disk-full")
    await writer.abort(error)
    return error
  }
}

onDisk("a full disk breaks the writer with what to do, stays broken, and leaves nothing", async () => {
  const error = await fill("a/x.dump")
  expect(error).toBeInstanceOf(Fault)
  expect(error).toMatchObject({ code: "disk-full", hint: expect.stringContaining("space") })
  expect(readdirSync(mounted?.root ?? "", { recursive: true })).toEqual(["a"])
})

onDisk("what is still gathered in memory is found not to fit at commit", async () => {
  const first = await at.create("first.dump", signal)
  await first.write(randomBytes((8 << 20) - (256 << 10)))
  const second = await at.create("second.dump", signal)
  await second.write(randomBytes(512 << 10))
  expect(await faultOf(second.commit())).toBe("disk-full")
  await second.abort(new Error("full"))
  await first.commit()
  expect(await Array.fromAsync(at.list("", signal))).toEqual(["first.dump"])
  expect(await faultOf(at.put("manifest.json", randomBytes(512 << 10), signal))).toBe("disk-full")
  expect(await Array.fromAsync(at.list("", signal))).toEqual(["first.dump"])
  await at.remove("first.dump", signal)
})

onDisk("an object that cannot be replaced for lack of space stays as it was", async () => {
  await at.put("manifest.json", Buffer.from("old"), signal)
  expect(await faultOf(at.put("manifest.json", randomBytes(9 << 20), signal))).toBe("disk-full")
  expect((await (await at.read("manifest.json", signal)).toArray()).join("")).toBe("old")
})

onDisk("a read-only disk can be read, and refuses the rest with what to do", async () => {
  await at.put("x.dump", Buffer.from("x"), signal)
  mounted?.remount("ro")
  try {
    expect(await at.size("x.dump", signal)).toBe(1)
    expect(await faultOf(at.create("y.dump", signal))).toBe("destination-unavailable")
    expect(await faultOf(at.remove("x.dump", signal))).toBe("destination-unavailable")
    const { state, problem } = await at.check(signal)
    expect({ state, problem }).toMatchObject({
      state: "down",
      problem: { hint: expect.stringContaining(":ro") },
    })
  } finally {
    mounted?.remount("rw")
  }
  expect(await at.check(signal)).toMatchObject({ state: "up", freeBytes: expect.any(Number) })
})
