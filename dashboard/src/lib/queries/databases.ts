// Logical databases: all of them, or one.
import { queryOptions } from "@tanstack/react-query"
import { getDatabase, listDatabases } from "../../../../schemas/api.ts"
import { call } from "../api.ts"
import { keys } from "./keys.ts"

export const databasesQuery = () =>
  queryOptions({ queryKey: keys.databases, queryFn: ({ signal }) => call(listDatabases, {}, signal) })

export const databaseQuery = (id: string) =>
  queryOptions({ queryKey: keys.database(id), queryFn: ({ signal }) => call(getDatabase, { id }, signal) })
