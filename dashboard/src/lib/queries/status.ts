// The state of the whole: health, connections, the verdict; and counts.
import { queryOptions } from "@tanstack/react-query"
import { getStats, getStatus, type Verdict } from "../../../../schemas/api.ts"
import { call, type ResponseOf } from "../api.ts"
import { keys } from "./keys.ts"

export type Status = ResponseOf<typeof getStatus>
export type AttentionItem = Verdict["attention"][number]

/** Free space and reachability change without an event, so this one is asked for more often. */
const pollMs = 20_000

export const statusQuery = () =>
  queryOptions({
    queryKey: keys.status,
    queryFn: ({ signal }) => call(getStatus, {}, signal),
    refetchInterval: pollMs,
  })

export const statsQuery = () =>
  queryOptions({ queryKey: keys.stats, queryFn: ({ signal }) => call(getStats, {}, signal) })
