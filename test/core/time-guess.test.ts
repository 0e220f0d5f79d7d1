import { expect, test } from "bun:test"
import { guessTime } from "../../controller/core/time-guess.ts"

const none = { ofServer: [], ofEngine: [], dumps: [] }

test("goes by this server's restores, else by the engine's, else by dumps, else nobody knows", () => {
  const done = (seconds: number) => [{ bytes: 1000, seconds }]
  expect(guessTime(10_000, { ofServer: done(1), ofEngine: done(2), dumps: done(3) })).toEqual({
    seconds: 10,
    from: "restores of this server",
  })
  expect(guessTime(10_000, { ...none, ofEngine: done(2), dumps: done(3) })?.seconds).toBe(20)
  expect(guessTime(10_000, { ...none, dumps: done(3) })?.from).toBe("dumps of its server")
  expect(guessTime(10_000, none)).toBeNull()
})

test("lets large ones count for more than small ones, and is never less than a second", () => {
  const mixed = {
    ...none,
    ofServer: [
      { bytes: 1_000_000, seconds: 10 },
      { bytes: 10, seconds: 1 },
    ],
  }
  expect(guessTime(1_000_000, mixed)?.seconds).toBeCloseTo(11, 1)
  expect(guessTime(1, mixed)?.seconds).toBe(1)
  expect(guessTime(1, { ...none, ofServer: [{ bytes: 0, seconds: 2 }] })).toBeNull()
})
