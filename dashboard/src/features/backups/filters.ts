// The filters of the history, as they stand in the address; and what they ask the API for.
import { z } from "zod"
import { backupStatuses } from "../../../../schemas/backup.ts"
import { BackupType } from "../../../../schemas/job.ts"
import type { BackupsAsked } from "../../lib/queries/backups.ts"

/** A day as a date field writes it, in the viewer's calendar. */
const Day = z.iso.date()
const Page = z
  .string()
  .regex(/^[1-9]\d{0,5}$/)
  .transform(Number)

/** What the field offers: those that are suspect are completed ones that wait for a person. */
export const shownStatuses = [...backupStatuses, "suspect"] as const

const shape = {
  database: z.string().min(1),
  status: z.enum(shownStatuses),
  type: BackupType,
  from: Day,
  to: Day,
  page: Page,
} as const

export interface Filters {
  readonly database?: string
  readonly status?: z.output<(typeof shape)["status"]>
  readonly type?: BackupType
  /** First and last day, both included. */
  readonly from?: string
  readonly to?: string
  readonly page?: number
}
export type FilterName = keyof Filters

/** What cannot be understood is left out: an address is typed by people. */
export function filtersOf(search: string): Filters {
  const query = new URLSearchParams(search)
  const entries = Object.entries(shape).flatMap(([name, schema]) => {
    const parsed = schema.safeParse(query.get(name))
    return parsed.success ? [[name, parsed.data] as const] : []
  })
  return Object.fromEntries(entries)
}

/** The search part of an address with the filters put in; what is not a filter stays. */
export function withFilters(search: string, filters: Filters): string {
  const query = new URLSearchParams(search)
  for (const name of Object.keys(shape)) query.delete(name)
  for (const [name, value] of Object.entries(filters)) {
    if (value !== undefined && !(name === "page" && value === 1)) query.set(name, String(value))
  }
  return query.size > 0 ? `?${query}` : ""
}

/** One filter changed, undefined to lift it; the first page again unless it is the page that changes. */
export function changed<Name extends FilterName>(
  { page: _, ...rest }: Filters,
  name: Name,
  value: Filters[Name] | undefined,
): Filters {
  const next: Record<string, unknown> = { ...rest, [name]: value }
  if (value === undefined) delete next[name]
  return next
}

export const pageSize = 50

export function askedBy({ database, status, type, from, to, page }: Filters): BackupsAsked {
  return {
    ...(database ? { databaseId: database } : {}),
    ...(status === "suspect" ? { suspect: "true" as const } : status ? { status } : {}),
    ...(type ? { type } : {}),
    ...(from ? { startDate: midnight(from, 0) } : {}),
    ...(to ? { endDate: midnight(to, 1) } : {}),
    page: String(page ?? 1),
    limit: String(pageSize),
  }
}

/** The start of a day in the viewer's zone, `daysLater` on: a day lasts until the next one's midnight. */
function midnight(day: string, daysLater: number): string {
  const [year = 0, month = 1, date = 1] = day.split("-").map(Number)
  return new Date(year, month - 1, date + daysLater).toISOString()
}
