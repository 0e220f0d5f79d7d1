// Restores: a page of them, one, its log; planning one, starting it, stopping it.
import { keepPreviousData, mutationOptions, queryOptions } from "@tanstack/react-query"
import {
  cancelRestore,
  createRestore,
  getRestore,
  getRestoreLogs,
  listRestores,
  planRestore,
  undoRestore,
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

export interface SwapChoice {
  readonly endConnections: boolean
  readonly safetyBackup: boolean
}

export interface NewDatabase {
  readonly backupId: string
  /** Name of the database to create, or of the one whose place is taken. */
  readonly name: string
  /** In the place of one that is there; null: beside it. */
  readonly swap: SwapChoice | null
  /** What opens an encrypted backup; empty to leave that to the controller. */
  readonly identity: string
}

const asked = ({ backupId, name, swap, identity }: NewDatabase) => ({
  backupId,
  options: swap ? ({ mode: "swap", name, ...swap } as const) : ({ mode: "new", name } as const),
  ...(identity === "" ? {} : { identity }),
})

export const askForPlan = mutationOptions({
  mutationFn: (wanted: NewDatabase) => call(planRestore, { ...asked(wanted), dryRun: true }),
  // Neither what was given nor the answer is kept: an identity may be among it.
  gcTime: 0,
})

export const startRestore = mutationOptions({
  mutationFn: (wanted: NewDatabase) => call(createRestore, asked(wanted)),
  gcTime: 0,
  onSettled: (_data, _error, _input, _result, { client }) =>
    client.invalidateQueries({ queryKey: keys.restoreLists }),
})

export const undoSwap = mutationOptions({
  mutationFn: (asked: { readonly id: string; readonly endConnections: boolean }) => call(undoRestore, asked),
  onSettled: (_data, _error, { id }, _result, { client }) =>
    client.invalidateQueries({ queryKey: keys.restore(id) }),
})

export const stopRestore = mutationOptions({
  mutationFn: (restoreId: string) => call(cancelRestore, { id: restoreId }),
  onSettled: (_data, _error, restoreId, _result, { client }) =>
    client.invalidateQueries({ queryKey: keys.restore(restoreId) }),
})
