import { describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { coversAllTime, postponed, windowAt } from "../../controller/core/blackout.ts"
import { BlackoutWindow } from "../../schemas/window.ts"

setDefaultTimeout(120_000)

type Written = { days?: string; from: string; to: string; timezone?: string }
const windows = (...written: Written[]) => written.map((window) => BlackoutWindow.parse(window))
const until = (at: string, list: readonly BlackoutWindow[], zone = "UTC") =>
  postponed(new Date(at), list, zone).toISOString()

const office = windows({ days: "mon-fri", from: "08:00", to: "18:00" })
const night = windows({ days: "fri", from: "22:00", to: "06:00" })

describe("a moment", () => {
  test("outside every window stays, to the millisecond", () => {
    expect(until("2026-03-02T07:59:59.999Z", office)).toBe("2026-03-02T07:59:59.999Z")
    expect(until("2026-03-02T18:00:00.000Z", office)).toBe("2026-03-02T18:00:00.000Z")
    // A Saturday.
    expect(until("2026-03-07T12:00:00.000Z", office)).toBe("2026-03-07T12:00:00.000Z")
    expect(until("2026-03-07T12:00:00.000Z", [])).toBe("2026-03-07T12:00:00.000Z")
  })

  test("in a window waits for its end, at the full minute", () => {
    expect(until("2026-03-02T08:00:00.000Z", office)).toBe("2026-03-02T18:00:00.000Z")
    expect(until("2026-03-02T17:59:59.999Z", office)).toBe("2026-03-02T18:00:00.000Z")
  })

  test("in a window over midnight waits for the next day, and only after the day on which it begins", () => {
    expect(until("2026-03-06T23:30:00Z", night)).toBe("2026-03-07T06:00:00.000Z")
    expect(until("2026-03-07T05:59:00Z", night)).toBe("2026-03-07T06:00:00.000Z")
    expect(until("2026-03-06T05:00:00Z", night)).toBe("2026-03-06T05:00:00.000Z")
    expect(until("2026-03-07T23:30:00Z", night)).toBe("2026-03-07T23:30:00.000Z")
  })

  test("in windows that join waits for the end of the last", () => {
    const chain = windows(
      { from: "01:00", to: "03:00" },
      { from: "03:00", to: "04:00" },
      { from: "03:30", to: "05:15" },
    )
    expect(until("2026-03-02T01:30:00Z", chain)).toBe("2026-03-02T05:15:00.000Z")
    const weekend = windows({ days: "sat-sun", from: "00:00", to: "24:00" })
    expect(until("2026-03-07T12:00:00Z", weekend)).toBe("2026-03-09T00:00:00.000Z")
  })

  test("counts by the window's own zone, else by the controller's", () => {
    const berlin = windows({ from: "08:00", to: "18:00", timezone: "Europe/Berlin" })
    expect(until("2026-03-02T07:00:00Z", berlin)).toBe("2026-03-02T17:00:00.000Z")
    expect(until("2026-03-02T12:00:00Z", windows({ from: "08:00", to: "18:00" }), "Asia/Kolkata")).toBe(
      "2026-03-02T12:30:00.000Z",
    )
  })
})

describe("when the clocks change", () => {
  const berlin = (from: string, to: string) => windows({ from, to, timezone: "Europe/Berlin" })

  test("in spring the window is an hour shorter", () => {
    // 29 March 2026: 02:00 becomes 03:00, at 01:00 UTC.
    expect(until("2026-03-29T00:30:00Z", berlin("01:00", "05:00"))).toBe("2026-03-29T03:00:00.000Z")
  })

  test("an end that the clocks jump over is where they jump", () => {
    expect(until("2026-03-29T00:30:00Z", berlin("01:00", "02:30"))).toBe("2026-03-29T01:00:00.000Z")
  })

  test("a window that the clocks jump over does not happen", () => {
    expect(until("2026-03-29T01:00:00Z", berlin("02:00", "03:00"))).toBe("2026-03-29T01:00:00.000Z")
  })

  test("in autumn the window is an hour longer", () => {
    // 25 October 2026: 03:00 becomes 02:00, at 01:00 UTC.
    expect(until("2026-10-24T23:30:00Z", berlin("01:00", "05:00"))).toBe("2026-10-25T04:00:00.000Z")
  })

  test("an end that the clocks show twice ends it twice", () => {
    expect(until("2026-10-25T00:10:00Z", berlin("01:00", "02:30"))).toBe("2026-10-25T00:30:00.000Z")
    expect(until("2026-10-25T01:10:00Z", berlin("01:00", "02:30"))).toBe("2026-10-25T01:30:00.000Z")
  })
})

describe("windows that cover all time", () => {
  test("are found, in one zone or in several", () => {
    expect(coversAllTime(windows({ from: "00:00", to: "24:00" }), "UTC")).toBe(true)
    expect(
      coversAllTime(windows({ from: "00:00", to: "12:00" }, { from: "12:00", to: "00:00" }), "UTC"),
    ).toBe(true)
    const apart = windows(
      { from: "00:00", to: "13:00", timezone: "UTC" },
      { from: "00:00", to: "13:00", timezone: "Pacific/Auckland" },
    )
    expect(coversAllTime(apart, "UTC")).toBe(true)
  })

  test("are none when one minute of the week is left", () => {
    const almost = windows(
      { days: "mon-sat", from: "00:00", to: "24:00" },
      { days: "sun", from: "00:00", to: "02:30" },
      { days: "sun", from: "02:31", to: "24:00" },
    )
    expect(coversAllTime(almost, "Europe/Berlin")).toBe(false)
    expect(until("2026-03-02T00:00:00Z", almost)).toBe("2026-03-08T02:30:00.000Z")
    // The one minute of that week is in the hour that the clocks jump over: it is the next week's.
    expect(until("2026-03-25T00:00:00Z", almost, "Europe/Berlin")).toBe("2026-04-05T00:30:00.000Z")
  })

  test("do not hang what asks nevertheless", () => {
    expect(until("2026-03-02T01:00:00Z", windows({ from: "00:00", to: "24:00" }))).toBe(
      "2026-03-02T01:00:00.000Z",
    )
  })
})

describe("for any windows and moments", () => {
  const time = fc
    .integer({ min: 0, max: 1439 })
    .map((m) => `${Math.floor(m / 60)}:${String(m % 60).padStart(2, "0")}`)
  const zones = [
    "UTC",
    "Europe/Berlin",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Pacific/Apia",
  ]
  const zone = fc.constantFrom(...zones)
  const days = fc.constantFrom("mon-fri", "sat,sun", "daily", "fri-mon", "wed", "sun")
  const aWindow = fc
    .record({ days, from: time, to: time, timezone: zone })
    .filter(({ from, to }) => from !== to)
  const someWindows = fc
    .array(aWindow, { minLength: 1, maxLength: 4 })
    .map((written) => windows(...written))
    .filter((list) => !coversAllTime(list, "UTC"))
  // Half of the moments are around a change of the clocks.
  const change = fc.constantFrom(
    "2026-03-29T01:00Z",
    "2026-10-25T01:00Z",
    "2026-11-01T04:31Z",
    "2026-04-04T15:00Z",
  )
  const near = fc
    .tuple(change, fc.integer({ min: -1500, max: 1500 }))
    .map(([at, minutes]) => new Date(new Date(at).getTime() + minutes * 60_000))
  const moment = fc.oneof(
    near,
    fc.date({ min: new Date("2025-01-01"), max: new Date("2028-01-01"), noInvalidDate: true }),
  )

  /** What a clock on the wall says, asked in another way than the code under test asks. */
  const inside = (at: Date, list: readonly BlackoutWindow[]) =>
    list.some(({ days, from, to, timezone = "UTC" }) => {
      const [name = "", clock = ""] = at
        .toLocaleString("en-GB", {
          timeZone: timezone,
          weekday: "short",
          hour: "2-digit",
          minute: "2-digit",
          hourCycle: "h23",
        })
        .split(/,? /)
      const today = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].indexOf(name) + 1
      const minutes = Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5))
      if (from < to) return days.includes(today) && minutes >= from && minutes < to
      return (
        (minutes >= from && days.includes(today)) || (minutes < to && days.includes(((today + 5) % 7) + 1))
      )
    })

  test("what is postponed starts at the first minute outside of them all, and stays there", () => {
    fc.assert(
      fc.property(moment, someWindows, (at, list) => {
        const start = postponed(at, list, "UTC")
        expect(windowAt(start, list, "UTC")).toBeUndefined()
        expect(inside(start, list)).toBe(false)
        expect(postponed(start, list, "UTC")).toEqual(start)
        if (!inside(at, list)) return expect(start).toEqual(at)
        expect(start.getTime() % 60_000).toBe(0)
        expect(inside(new Date(start.getTime() - 1), list)).toBe(true)
        // Every so many minutes of the wait, and of an hour before its end, were inside.
        for (let t = at.getTime(); t < start.getTime(); t += 37 * 60_000)
          expect(inside(new Date(t), list)).toBe(true)
        for (let t = Math.max(at.getTime(), start.getTime() - 3_600_000); t < start.getTime(); t += 60_000)
          expect(inside(new Date(t), list)).toBe(true)
      }),
      { numRuns: 150 },
    )
  })
})
