// What the clocks of a zone show is remembered by the hour, and is what the system says, to the minute, whenever.
import { expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { calendarOf } from "../../controller/core/calendar.ts"

setDefaultTimeout(120_000)

const zones = Intl.supportedValuesOf("timeZone")

/** As the system says. */
function said(timeZone: string, at: Date) {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" })
  const [, year, month, day, hour, minute] =
    /^(\d+)-(\d+)-(\d+) (\d+):(\d+)/.exec(format.format(at))?.map(Number) ?? []
  const local = Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute)
  return { year, month, day, hour, offsetMinutes: local / 60_000 - Math.floor(at.getTime() / 60_000) }
}

test("every zone, at any time", () => {
  const times = fc.date({ min: new Date("1950-01-01"), max: new Date("2100-01-01"), noInvalidDate: true })
  fc.assert(
    fc.property(fc.constantFrom(...zones), times, (zone, at) => {
      expect(calendarOf(zone)(at)).toEqual(said(zone, at) as never)
    }),
    { numRuns: 2000 },
  )
})

test.each([
  // Summer time begins and ends; half an hour of it; a zone that is not whole hours away; one that skipped a day; one that changed at odd minutes.
  ["Europe/Berlin", "2026-03-29T00:30:00Z"],
  ["Europe/Berlin", "2026-10-25T00:30:00Z"],
  ["Australia/Lord_Howe", "2026-04-04T14:30:00Z"],
  ["Asia/Kathmandu", "1985-12-31T18:00:00Z"],
  ["Pacific/Apia", "2011-12-30T09:30:00Z"],
  ["America/St_Johns", "2005-10-30T02:00:00Z"],
  ["Africa/Monrovia", "1972-01-07T00:30:00Z"],
])("%s around %s, minute by minute", (zone, around) => {
  const calendar = calendarOf(zone)
  for (let minute = -90; minute <= 90; minute++) {
    const at = new Date(Date.parse(around) + minute * 60_000 + 30_000)
    expect(calendar(at)).toEqual(said(zone, at) as never)
  }
})
