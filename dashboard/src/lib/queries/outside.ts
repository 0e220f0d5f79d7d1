// Servers outside Docker: adding one, trying the way to it, removing it. And whether a server answers now.
import { mutationOptions, type QueryClient } from "@tanstack/react-query"
import { addDatabases, deleteDatabases, testConnection, tryConnection } from "../../../../schemas/api.ts"
import { call, type InputOf } from "../api.ts"
import { keys } from "./keys.ts"

export type NewServer = InputOf<typeof addDatabases>

const stale = (client: QueryClient) =>
  Promise.all(
    [keys.servers, keys.serverDetails, keys.databases, keys.schedules, keys.status].map((queryKey) =>
      client.invalidateQueries({ queryKey }),
    ),
  )

export const addServer = mutationOptions({
  mutationFn: (server: NewServer) => call(addDatabases, server),
  // Neither what was given nor the answer is kept: a password is among it.
  gcTime: 0,
  onSettled: (_data, _error, _input, _result, { client }) => stale(client),
})

export const tryServer = mutationOptions({
  mutationFn: (server: NewServer) => call(tryConnection, server),
  gcTime: 0,
})

export const testServer = mutationOptions({ mutationFn: (id: string) => call(testConnection, { id }) })

export const removeServer = mutationOptions({
  mutationFn: (id: string) => call(deleteDatabases, { id }),
  onSettled: (_data, _error, _id, _result, { client }) => stale(client),
})
