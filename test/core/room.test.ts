import { expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import type { Fault } from "../../controller/core/fault.ts"
import { requireRoom } from "../../controller/core/room.ts"

setDefaultTimeout(120_000)

const place = { name: "local", location: "/backups" }
const MiB = 2 ** 20
const refusal = (free: number | null, expected: number | null): Fault | undefined => {
  try {
    requireRoom(place, free, expected)
    return undefined
  } catch (error) {
    return error as Fault
  }
}

test("a dump as large as the last one that cannot fit is refused with both figures", () => {
  expect(refusal(100 * MiB, 200 * MiB)).toMatchObject({
    code: "disk-full",
    message: "local (/backups) has 100 MiB left, and a backup needs 211 MiB, the last good one took 200 MiB",
    hint: expect.stringContaining("Free some space"),
  })
})

test("without a last one, only what holds no backup at all is refused", () => {
  expect(refusal(MiB, null)).toBeUndefined()
  expect(refusal(MiB - 1, null)?.message).toBe(
    "local (/backups) has 1.0 MiB left, and a backup needs 1.0 MiB",
  )
})

test("where nobody can say how much is free, it is tried", () => {
  expect(refusal(null, 10 ** 12)).toBeUndefined()
})

test("twice the room of the last one is always enough, less than it never", () => {
  fc.assert(
    fc.property(fc.integer({ min: 2 * MiB, max: 10 ** 13 }), (last) => {
      expect(refusal(2 * last, last)).toBeUndefined()
      expect(refusal(last - 1, last)?.code).toBe("disk-full")
    }),
  )
})
