// Restores: a page of them, one, its log; planning one, starting it, stopping it.
import { keepPreviousData, mutationOptions, queryOptions } from "@tanstack/react-query"
import {
  cancelRestore,
  createRestore,
  getRestore,
  getRestoreLogs,
  listRestores,
  planRestore,
} from "../../../../schemas/api.ts"
import { call, callList, type InputOf } from "../api.ts"
import { keys } from "./keys.ts"

export type RestoresAsked = InputOf<typeof listRestores>

export const restoresQuery = (asked: RestoresAsked) =>
  queryOptions({
    queryKey: [...keys.restoreLists, asked],
    queryFn: ({ signal }) => callList(listRestores, asked, signal),
    placeholderData: keepPreviousData,
  })

export const restoreQuery = (id: string) =>
  queryOptions({ queryKey: keys.restore(id), queryFn: ({ signal }) => call(getRestore, { id }, signal) })

export const restoreLogsQuery = (id: string) =>
  queryOptions({ queryKey: keys.logs(id), queryFn: ({ signal }) => call(getRestoreLogs, { id }, signal) })

export interface NewDatabase {
  readonly backupId: string
  /** Name of the database to create. */
  readonly name: string
}

export const askForPlan = mutationOptions({
  mutationFn: ({ backupId, name }: NewDatabase) =>
    call(planRestore, { backupId, options: { mode: "new", name }, dryRun: true }),
})

export const startRestore = mutationOptions({
  mutationFn: ({ backupId, name }: NewDatabase) =>
    call(createRestore, { backupId, options: { mode: "new", name } }),
  onSettled: (_data, _error, _input, _result, { client }) =>
    client.invalidateQueries({ queryKey: keys.restoreLists }),
})

export const stopRestore = mutationOptions({
  mutationFn: (restoreId: string) => call(cancelRestore, { id: restoreId }),
  onSettled: (_data, _error, restoreId, _result, { client }) =>
    client.invalidateQueries({ queryKey: keys.restore(restoreId) }),
})
