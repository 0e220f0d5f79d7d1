// Runs: a page of them, one with its backups; and ending one, or the try that one waits for.
import { keepPreviousData, mutationOptions, queryOptions } from "@tanstack/react-query"
import { cancelRun, getRun, listRuns } from "../../../../schemas/api.ts"
import { call, callList, type InputOf } from "../api.ts"
import { keys } from "./keys.ts"

export const runsQuery = (asked: InputOf<typeof listRuns>) =>
  queryOptions({
    queryKey: [...keys.runs, "list", asked],
    queryFn: ({ signal }) => callList(listRuns, asked, signal),
    placeholderData: keepPreviousData,
  })

/** The last runs of a server, to find the tries of one among them. */
export const recentRunsQuery = (serverId: string) => runsQuery({ serverId, limit: "200" })

export const runQuery = (id: string) =>
  queryOptions({ queryKey: keys.run(id), queryFn: ({ signal }) => call(getRun, { id }, signal) })

export const stopRun = mutationOptions({
  mutationFn: (id: string) => call(cancelRun, { id }),
  onSettled: (_data, _error, _id, _result, { client }) =>
    Promise.all(
      [keys.runs, keys.serverDetails, keys.backupLists, keys.databases, keys.status].map((queryKey) =>
        client.invalidateQueries({ queryKey }),
      ),
    ),
})
