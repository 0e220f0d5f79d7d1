// Jobs with what is in force, and when each fires next; pausing and resuming them.
import { type MutationFunctionContext, mutationOptions, queryOptions } from "@tanstack/react-query"
import {
  disableSchedule,
  enableSchedule,
  followLabel,
  listSchedules,
  nextRunsOf,
  pauseAll,
  resumeAll,
} from "../../../../schemas/api.ts"
import { call } from "../api.ts"
import { keys } from "./keys.ts"

export const schedulesQuery = (filter: { readonly databaseId?: string } = {}) =>
  queryOptions({
    queryKey: [...keys.schedules, "list", filter],
    queryFn: ({ signal }) => call(listSchedules, filter, signal),
  })

export const nextRunsQuery = (jobId: string, count: number) =>
  queryOptions({
    queryKey: [...keys.schedules, "next", jobId, count],
    queryFn: ({ signal }) => call(nextRunsOf, { id: jobId, count: String(count) }, signal),
  })

/** What shows whether schedules run, and when. */
function refreshed(
  _data: unknown,
  _error: Error | null,
  _input: unknown,
  _result: unknown,
  { client }: MutationFunctionContext,
): Promise<unknown> {
  const stale = [keys.schedules, keys.serverDetails, keys.databases, keys.status]
  return Promise.all(stale.map((queryKey) => client.invalidateQueries({ queryKey })))
}

const endpoints = { pause: disableSchedule, resume: enableSchedule, followLabel } as const

export const changeJob = mutationOptions({
  mutationFn: ({ id, change }: { readonly id: string; readonly change: keyof typeof endpoints }) =>
    call(endpoints[change], { id }),
  onSettled: refreshed,
})

export const changeAllJobs = mutationOptions({
  mutationFn: (change: "pause" | "resume") => call(change === "pause" ? pauseAll : resumeAll, {}),
  onSettled: refreshed,
})
