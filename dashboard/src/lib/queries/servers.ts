// Every database container seen, backed up or not.
import { queryOptions } from "@tanstack/react-query"
import { listServers } from "../../../../schemas/api.ts"
import { call } from "../api.ts"
import { keys } from "./keys.ts"

export const serversQuery = () =>
  queryOptions({ queryKey: keys.servers, queryFn: ({ signal }) => call(listServers, {}, signal) })
