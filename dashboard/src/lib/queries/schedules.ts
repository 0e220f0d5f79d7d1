// Jobs with what is in force, and when each fires next.
import { queryOptions } from "@tanstack/react-query"
import { listSchedules, nextRunsOf } from "../../../../schemas/api.ts"
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
