// Calls an endpoint of schemas/api.ts and returns its answer, checked at run time against the endpoint's own schema.
import { z } from "zod"
import { ApiError, type Endpoint, Meta } from "../../../schemas/api.ts"
import { ApiFailure, noAnswer, notUnderstood } from "./api-failure.ts"

type Part<E, Key extends "params" | "query"> =
  E extends Record<Key, infer S extends z.ZodObject> ? z.input<S> : unknown
type Body<E> = E extends { readonly body: infer S extends z.ZodType } ? z.input<S> : unknown

/** Path parameters, query and body of an endpoint as one flat object. */
export type InputOf<E extends Endpoint> = Part<E, "params"> & Part<E, "query"> & Body<E>
export type ResponseOf<E extends Endpoint> = z.output<E["response"]>

/** One page of a list; `page` starts at 1. */
export interface Listed<Rows> {
  readonly rows: Rows
  readonly page: number
  readonly limit: number
  readonly total: number
}

const Answer = z.discriminatedUnion("success", [
  z.object({ success: z.literal(true), data: z.unknown(), meta: Meta }),
  z.object({ success: z.literal(false), error: ApiError, meta: Meta }),
])

/** The endpoint's data. Throws an ApiFailure: no answer, refused, or an answer that is not what the schema says. */
export async function call<E extends Endpoint>(
  endpoint: E,
  input: InputOf<E>,
  signal?: AbortSignal,
): Promise<ResponseOf<E>> {
  return (await exchange(endpoint, input, signal)).data
}

/** A paged list, with the page and the total that the envelope's meta carries. */
export async function callList<E extends Endpoint>(
  endpoint: E,
  input: InputOf<E>,
  signal?: AbortSignal,
): Promise<Listed<ResponseOf<E>>> {
  const { data, meta } = await exchange(endpoint, input, signal)
  const length = Array.isArray(data) ? data.length : 0
  return { rows: data, page: meta.page ?? 1, limit: meta.limit ?? length, total: meta.total ?? length }
}

/** The same for an endpoint whose body is a file. */
export async function callWithFile<E extends Endpoint>(
  endpoint: E,
  input: InputOf<E>,
  file: Blob,
): Promise<ResponseOf<E>> {
  return (await exchange(endpoint, input, undefined, file)).data
}

async function exchange<E extends Endpoint>(
  endpoint: E,
  input: InputOf<E>,
  signal?: AbortSignal,
  file?: Blob,
): Promise<{ data: ResponseOf<E>; meta: Meta }> {
  const { url, body } = requestOf(endpoint, input as Readonly<Record<string, unknown>>)
  const response = await fetch(url, {
    method: endpoint.method.toUpperCase(),
    headers: file ? fileHeaders : body === undefined ? {} : { "content-type": "application/json" },
    ...(file ? { body: file } : body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error
    throw noAnswer(error)
  })
  return understood(endpoint, response.status, await response.json().catch(() => undefined))
}

/** What an answer says. Throws an ApiFailure when it is a refusal, or has another shape. @param json undefined when it was none */
export function understood<E extends Endpoint>(
  endpoint: E,
  status: number,
  json: unknown,
): { data: ResponseOf<E>; meta: Meta } {
  const answer = Answer.safeParse(json)
  if (!answer.success) throw notUnderstood(status, answer.error)
  if (!answer.data.success) throw new ApiFailure({ ...answer.data.error, status })
  const data = endpoint.response.safeParse(answer.data.data)
  if (!data.success) throw notUnderstood(status, data.error)
  return { data: data.data as ResponseOf<E>, meta: answer.data.meta }
}

const fileHeaders = { "content-type": "application/octet-stream" } as const

/** Sorts a flat input into path, query and body, by the names the endpoint's schemas give. */
export function requestOf(
  endpoint: Endpoint,
  input: Readonly<Record<string, unknown>>,
): { url: string; body: Record<string, unknown> | undefined } {
  const inPath = Object.keys(endpoint.params?.shape ?? {})
  const inQuery = Object.keys(endpoint.query?.shape ?? {})
  const path = inPath.reduce(
    (path, key) => path.replace(`:${key}`, encodeURIComponent(String(input[key]))),
    endpoint.path as string,
  )
  const query = new URLSearchParams()
  for (const key of inQuery) if (input[key] !== undefined) query.set(key, String(input[key]))
  const rest = Object.entries(input).filter(([key]) => !inPath.includes(key) && !inQuery.includes(key))
  return {
    url: query.size > 0 ? `${path}?${query}` : path,
    body: endpoint.body ? Object.fromEntries(rest) : undefined,
  }
}
