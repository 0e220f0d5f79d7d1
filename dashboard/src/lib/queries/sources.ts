// Files to restore that are no backups of ours: those that were looked through, a new one, and what lies at a destination.
import {
  infiniteQueryOptions,
  type MutationFunctionContext,
  mutationOptions,
  queryOptions,
} from "@tanstack/react-query"
import {
  addSource,
  browseDestination,
  getSource,
  listSources,
  removeSource,
  uploadSource,
} from "../../../../schemas/api.ts"
import { call, type InputOf } from "../api.ts"
import { type Sent, upload } from "../upload.ts"
import { keys } from "./keys.ts"

export const sourcesQuery = () =>
  queryOptions({ queryKey: keys.sources, queryFn: ({ signal }) => call(listSources, {}, signal) })

export const sourceQuery = (id: string) =>
  queryOptions({ queryKey: keys.source(id), queryFn: ({ signal }) => call(getSource, { id }, signal) })

const changed = (
  _data: unknown,
  _error: Error | null,
  _input: unknown,
  _result: unknown,
  { client }: MutationFunctionContext,
): Promise<unknown> => client.invalidateQueries({ queryKey: keys.sources })

export interface FileToSend {
  readonly file: File
  /** What opens it, where it is encrypted; empty to leave that to the controller. */
  readonly identity: string
  readonly onSent: (sent: Sent) => void
  readonly signal: AbortSignal
}

export const sendFile = mutationOptions({
  mutationFn: ({ identity, ...rest }: FileToSend) =>
    upload(uploadSource, { ...rest, fields: identity === "" ? {} : { identity } }),
  // Neither what was given nor the answer is kept: an identity may be among it.
  gcTime: 0,
  onSettled: changed,
})

export const lookThrough = mutationOptions({
  mutationFn: (asked: InputOf<typeof addSource>) => call(addSource, asked),
  gcTime: 0,
  onSettled: changed,
})

export const forgetSource = mutationOptions({
  mutationFn: (id: string) => call(removeSource, { id }),
  onSettled: changed,
})

/** As many as the controller tells at a time. */
const filesPerPage = 200

/** A folder's files, a page at a time: each begins after the last key of the one before. */
export const filesQuery = (destination: string, prefix: string) =>
  infiniteQueryOptions({
    queryKey: keys.files(destination, prefix),
    queryFn: ({ signal, pageParam }) =>
      call(
        browseDestination,
        { name: destination, prefix, ...(pageParam === "" ? {} : { after: pageParam }) },
        signal,
      ),
    initialPageParam: "",
    getNextPageParam: (page) => (page.length < filesPerPage ? undefined : page.at(-1)?.key),
  })
