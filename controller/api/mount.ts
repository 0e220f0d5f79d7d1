// Puts one endpoint of schemas/api.ts on the app: input parsed strictly, output checked against what was promised.
import type { z } from "zod"
import type { Endpoint } from "../../schemas/api.ts"
import { type Paging, succeed } from "./envelope.ts"
import { readBody, readParams, readQuery } from "./request.ts"
import type { Context, Router } from "./router.ts"

type Parsed<E, Key extends string> = E extends { readonly [K in Key]: infer S extends z.ZodType }
  ? z.output<S>
  : undefined

export interface Input<E> {
  readonly params: Parsed<E, "params">
  readonly query: Parsed<E, "query">
  readonly body: Parsed<E, "body">
}

type Frozen<T> = T extends string | number | boolean | null | undefined
  ? T
  : T extends readonly (infer Item)[]
    ? readonly Frozen<Item>[]
    : { readonly [Key in keyof T]: Frozen<T[Key]> }

export interface Answer<E extends Endpoint> {
  readonly data: Frozen<z.output<E["response"]>>
  /** For lists. */
  readonly paging?: Paging
  /** Path of what was created. */
  readonly location?: string
}

export type Handler<E extends Endpoint> = (input: Input<E>, c: Context) => Answer<E> | Promise<Answer<E>>

export function mount<E extends Endpoint>(app: Router, endpoint: E, handler: Handler<E>): void {
  app.on(endpoint.method.toUpperCase(), endpoint.path, (c) => answer(c, endpoint, handler))
}

/** Reads the request, asks the handler, and answers. Throws what the request or the handler got wrong. */
export async function answer<E extends Endpoint>(
  c: Context,
  endpoint: E,
  handler: Handler<E>,
): Promise<Response> {
  const input = {
    params: readParams(c, endpoint.params),
    query: readQuery(c, endpoint.query),
    body: endpoint.body === undefined ? undefined : await readBody(c, endpoint.body),
  }
  const { data, paging, location } = await handler(input as Input<E>, c)
  if (location !== undefined) c.header("Location", location)
  // Drops what the schema does not name, and turns an answer that breaks the promise into an error of ours.
  return succeed(c, endpoint.response.parse(data), endpoint.status ?? 200, paging)
}
