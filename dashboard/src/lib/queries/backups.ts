// Backups: a filtered page of them, one, its manifest; and what to do with one.
import {
  keepPreviousData,
  type MutationFunctionContext,
  mutationOptions,
  queryOptions,
} from "@tanstack/react-query"
import {
  acceptBackup,
  cancelBackup,
  createBackup,
  deleteBackup,
  getBackup,
  getManifest,
  getRunLogs,
  importBackup,
  listBackups,
  pinBackup,
  unpinBackup,
} from "../../../../schemas/api.ts"
import { call, callList, callWithFile, type InputOf } from "../api.ts"
import { keys } from "./keys.ts"

export type BackupsAsked = InputOf<typeof listBackups>

export const backupsQuery = (asked: BackupsAsked) =>
  queryOptions({
    queryKey: [...keys.backupLists, asked],
    queryFn: ({ signal }) => callList(listBackups, asked, signal),
    placeholderData: keepPreviousData,
  })

export const backupQuery = (id: string) =>
  queryOptions({ queryKey: keys.backup(id), queryFn: ({ signal }) => call(getBackup, { id }, signal) })

/** A manifest never changes once it is there. */
export const manifestQuery = (id: string) =>
  queryOptions({
    queryKey: keys.manifest(id),
    queryFn: ({ signal }) => call(getManifest, { id }, signal),
    staleTime: Number.POSITIVE_INFINITY,
    refetchInterval: false,
  })

export const runLogsQuery = (runId: string) =>
  queryOptions({
    queryKey: keys.logs(runId),
    queryFn: ({ signal }) => call(getRunLogs, { id: runId }, signal),
  })

function refreshed(
  _data: unknown,
  _error: Error | null,
  _input: unknown,
  _result: unknown,
  { client }: MutationFunctionContext,
): Promise<unknown> {
  return Promise.all([
    client.invalidateQueries({ queryKey: keys.backupLists }),
    client.invalidateQueries({ queryKey: keys.databases }),
  ])
}

export const backUpNow = mutationOptions({
  mutationFn: (databaseId: string) => call(createBackup, { databaseId }),
  onSettled: refreshed,
})

export const cancelRun = mutationOptions({
  mutationFn: (backupId: string) => call(cancelBackup, { id: backupId }),
  onSettled: refreshed,
})

export const acceptSuspect = mutationOptions({
  mutationFn: (backupId: string) => call(acceptBackup, { id: backupId }),
  onSettled: (data, error, backupId: string, result, context: MutationFunctionContext) =>
    Promise.all([
      refreshed(data, error, backupId, result, context),
      context.client.invalidateQueries({ queryKey: keys.backup(backupId) }),
      context.client.invalidateQueries({ queryKey: keys.status }),
    ]),
})

export interface FileToImport {
  readonly serverId: string
  readonly database: string
  readonly file: File
}

export const importFile = mutationOptions({
  mutationFn: ({ file, ...where }: FileToImport) =>
    callWithFile(
      importBackup,
      { ...where, fileName: file.name, madeAt: new Date(file.lastModified).toISOString() },
      file,
    ),
  onSettled: refreshed,
})

const pinChanged = (
  _data: unknown,
  _error: Error | null,
  input: string | { readonly id: string },
  _result: unknown,
  { client }: MutationFunctionContext,
) =>
  Promise.all([
    client.invalidateQueries({ queryKey: keys.backupLists }),
    client.invalidateQueries({ queryKey: keys.backup(typeof input === "string" ? input : input.id) }),
    client.invalidateQueries({ queryKey: keys.databases }),
  ])

export const pin = mutationOptions({
  mutationFn: (asked: { readonly id: string; readonly reason: string }) => call(pinBackup, asked),
  onSettled: pinChanged,
})

export const unpin = mutationOptions({
  mutationFn: (id: string) => call(unpinBackup, { id }),
  onSettled: pinChanged,
})

export const removeBackup = mutationOptions({
  mutationFn: (backupId: string) => call(deleteBackup, { id: backupId }),
  onSettled: refreshed,
})
