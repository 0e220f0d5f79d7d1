// Logical databases: all of them, or one; and what one may decide about them.
import { type MutationFunctionContext, mutationOptions, queryOptions } from "@tanstack/react-query"
import { confirmPrune, getDatabase, listDatabases, lookAtRetention } from "../../../../schemas/api.ts"
import { call } from "../api.ts"
import { keys } from "./keys.ts"

export const databasesQuery = () =>
  queryOptions({ queryKey: keys.databases, queryFn: ({ signal }) => call(listDatabases, {}, signal) })

export const databaseQuery = (id: string) =>
  queryOptions({ queryKey: keys.database(id), queryFn: ({ signal }) => call(getDatabase, { id }, signal) })

/** What retention keeps and deletes of it: stale whenever a database is. */
export const retentionQuery = (databaseId: string) =>
  queryOptions({
    queryKey: keys.retention(databaseId),
    queryFn: ({ signal }) => call(lookAtRetention, { databaseId }, signal),
  })

/** What is deleted then is told by events. */
export const letPrune = mutationOptions({
  mutationFn: ({ id, backups }: { readonly id: string; readonly backups: number }) =>
    call(confirmPrune, { id, backups }),
  onSettled: (_data, _error, _input, _result, { client }: MutationFunctionContext) =>
    Promise.all([keys.databases, keys.status].map((queryKey) => client.invalidateQueries({ queryKey }))),
})
