// Restores: a page of them, one, its log; planning one, starting it, stopping it.
import { keepPreviousData, mutationOptions, queryOptions } from "@tanstack/react-query"
import type { z } from "zod"
import {
  cancelRestore,
  createRestore,
  getRestore,
  getRestoreLogs,
  listRestores,
  planRestore,
  undoRestore,
} from "../../../../schemas/api.ts"
import type { RestoreOptions } from "../../../../schemas/restore.ts"
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

export type ChosenOptions = z.input<typeof RestoreOptions>

export interface WantedRestore {
  readonly from:
    | { readonly backupId: string }
    | { readonly sourceId: string; readonly sourceDatabase?: string }
  readonly options: ChosenOptions
  /** What opens it, where it is encrypted; empty to leave that to the controller. */
  readonly identity: string
}

const asked = ({ from, options, identity }: WantedRestore) => ({
  ...from,
  options,
  ...(identity === "" ? {} : { identity }),
})

export const askForPlan = mutationOptions({
  mutationFn: (wanted: WantedRestore) => call(planRestore, { ...asked(wanted), dryRun: true }),
  // Neither what was given nor the answer is kept: an identity may be among it.
  gcTime: 0,
})

export const startRestore = mutationOptions({
  /** `planHash`: of the plan that the person saw; the controller refuses another one. */
  mutationFn: ({ planHash, ...wanted }: WantedRestore & { readonly planHash: string }) =>
    call(createRestore, { ...asked(wanted), planHash }),
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
