// Every database container seen, backed up or not; the whole story of one; and looking again.
import { mutationOptions, queryOptions } from "@tanstack/react-query"
import { discoverDatabases, getServer, listServers } from "../../../../schemas/api.ts"
import { call } from "../api.ts"
import { keys } from "./keys.ts"

export const serversQuery = () =>
  queryOptions({ queryKey: keys.servers, queryFn: ({ signal }) => call(listServers, {}, signal) })

export const serverQuery = (id: string) =>
  queryOptions({ queryKey: keys.server(id), queryFn: ({ signal }) => call(getServer, { id }, signal) })

export const lookAgain = mutationOptions({
  mutationFn: () => call(discoverDatabases, {}),
  onSettled: (_data, _error, _input, _result, { client }) =>
    Promise.all(
      [keys.servers, keys.serverDetails, keys.databases, keys.schedules, keys.status].map((queryKey) =>
        client.invalidateQueries({ queryKey }),
      ),
    ),
})
