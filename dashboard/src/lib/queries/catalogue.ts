// The catalogue as a file: its copies, and how far it is when it is being made again.
import { mutationOptions, queryOptions } from "@tanstack/react-query"
import { copyCatalogue, getCatalogue } from "../../../../schemas/api.ts"
import { call } from "../api.ts"
import { keys } from "./keys.ts"

/** What it reads goes on without an event. */
const pollMs = 20_000

export const catalogueQuery = () =>
  queryOptions({
    queryKey: keys.catalogue,
    queryFn: ({ signal }) => call(getCatalogue, {}, signal),
    refetchInterval: pollMs,
  })

export const copyCatalogueNow = mutationOptions({
  mutationFn: () => call(copyCatalogue, {}),
  onSettled: (_data, _error, _input, _result, { client }) =>
    client.invalidateQueries({ queryKey: keys.catalogue }),
})
