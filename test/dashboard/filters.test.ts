import { describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import {
  askedBy,
  changed,
  filtersOf,
  shownStatuses,
  withFilters,
} from "../../dashboard/src/features/backups/filters.ts"
import { backupTypes } from "../../schemas/job.ts"

setDefaultTimeout(120_000)

const day = fc
  .date({ min: new Date("2001-01-01"), max: new Date("2099-12-31"), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10))
const anyFilters = fc.record(
  {
    database: fc.string({ minLength: 1 }),
    status: fc.constantFrom(...shownStatuses),
    type: fc.constantFrom(...backupTypes),
    from: day,
    to: day,
    page: fc.integer({ min: 2, max: 999_999 }),
  },
  { requiredKeys: [] },
)

describe("filters in the address", () => {
  test("are read as they were written, whatever the database is called", () => {
    fc.assert(
      fc.property(anyFilters, (filters) => {
        expect(filtersOf(withFilters("", filters))).toEqual(filters)
      }),
    )
  })

  test("leave alone what else is in the address", () => {
    expect(withFilters("?restore=b1&status=failed", { type: "daily" })).toBe("?restore=b1&type=daily")
  })

  test("are left out when they make no sense", () => {
    expect(filtersOf("?status=broken&type=yearly&from=2026-02-31&to=soon&page=-1&database=")).toEqual({})
  })

  test("begin at the first page again when one changes, and go when they are lifted", () => {
    expect(changed({ status: "failed", page: 3 }, "type", "daily")).toEqual({
      status: "failed",
      type: "daily",
    })
    expect(changed({ status: "failed", page: 3 }, "status", undefined)).toEqual({})
    expect(changed({ status: "failed" }, "page", 2)).toEqual({ status: "failed", page: 2 })
  })
})

test("asks for whole days in the viewer's calendar, the last one included", () => {
  const asked = askedBy({ from: "2026-11-01", to: "2026-11-30" })
  expect(asked.startDate).toBe(new Date(2026, 10, 1).toISOString())
  expect(asked.endDate).toBe(new Date(2026, 11, 1).toISOString())
})
