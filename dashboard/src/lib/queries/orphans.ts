// What stands at a destination beside the catalogue: looked for when a person asks, and what may be done about it.
import { type MutationFunctionContext, mutationOptions, queryOptions } from "@tanstack/react-query"
import { adoptOrphans, cleanOrphans, listOrphans, mendMissing } from "../../../../schemas/api.ts"
import { call } from "../api.ts"
import { keys } from "./keys.ts"

/** A bucket with many objects takes its time: never asked for by itself. */
export const orphansQuery = (name: string) =>
  queryOptions({
    queryKey: keys.orphans(name),
    queryFn: ({ signal }) => call(listOrphans, { name }, signal),
    enabled: false,
    retry: false,
  })

interface Asked {
  readonly name: string
  readonly keys: string[]
}

const refreshed = (
  _data: unknown,
  _error: Error | null,
  { name }: Asked,
  _result: unknown,
  { client }: MutationFunctionContext,
): Promise<unknown> =>
  Promise.all([
    client.refetchQueries({ queryKey: keys.orphans(name) }),
    client.invalidateQueries({ queryKey: keys.backupLists }),
    client.invalidateQueries({ queryKey: keys.databases }),
    client.invalidateQueries({ queryKey: keys.buckets }),
  ])

export const adopt = mutationOptions({
  mutationFn: (asked: Asked) => call(adoptOrphans, asked),
  onSettled: refreshed,
})
/** Of backups that the catalogue knows. */
export const clean = mutationOptions({
  mutationFn: (asked: Asked) => call(cleanOrphans, asked),
  onSettled: refreshed,
})
export const mend = mutationOptions({
  mutationFn: (asked: Asked) => call(mendMissing, asked),
  onSettled: refreshed,
})
