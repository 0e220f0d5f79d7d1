// Calls the controller's API from a shell: the same endpoint values as the dashboard, answers parsed by their schemas.
import type { z } from "zod"
import { ApiError, type Endpoint, type Meta, Meta as MetaSchema } from "../../schemas/api.ts"
import { Fault } from "../core/fault.ts"

type Input<E extends Endpoint> = {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly body?: E["body"] extends z.ZodType ? z.input<E["body"]> : never
}

export interface Answer<T> {
  readonly data: T
  readonly meta: Meta
}

export type Call = <E extends Endpoint>(
  endpoint: E,
  input?: Input<E>,
) => Promise<Answer<z.output<E["response"]>>>

/** The refusal of a request, in the API's own words. */
export class Refusal extends Error {
  override readonly name = "Refusal"
  constructor(readonly error: ApiError) {
    super(error.message)
  }
}

export function createClient(baseUrl: string): Call {
  return async (endpoint, input = {}) => {
    if (!/^https?:$/.test(URL.parse(baseUrl)?.protocol ?? ""))
      throw new Fault("request-invalid", `${baseUrl} is no address of a controller`, {
        hint: "Write it as http://127.0.0.1:3000.",
      })
    const path = Object.entries(input.params ?? {}).reduce(
      (path, [name, value]) => path.replace(`:${name}`, encodeURIComponent(value)),
      endpoint.path as string,
    )
    const url = new URL(path, baseUrl)
    for (const [name, value] of Object.entries(input.query ?? {}))
      if (value !== undefined) url.searchParams.set(name, value)
    return answerOf(endpoint, url, await send(url, endpoint.method, input.body))
  }
}

/** The endpoint's data. Throws the refusal, or a Fault for an answer that is none of dbbackup's. */
export async function answerOf<E extends Endpoint>(
  endpoint: E,
  url: URL,
  response: Response,
): Promise<Answer<z.output<E["response"]>>> {
  const answer = (await response.json().catch(() => undefined)) as
    | { success?: boolean; data?: unknown; error?: unknown; meta?: unknown }
    | undefined
  if (answer?.success === true)
    return { data: endpoint.response.parse(answer.data) as never, meta: MetaSchema.parse(answer.meta) }
  const error = ApiError.safeParse(answer?.error)
  if (error.success) throw new Refusal(error.data)
  throw new Fault("internal", `${url} answered ${response.status}, and not as dbbackup does`, {
    hint: "Check --url or DBBACKUP_URL.",
  })
}

async function send(url: URL, method: string, body: unknown): Promise<Response> {
  try {
    return await fetch(url, {
      method: method.toUpperCase(),
      ...(body === undefined
        ? {}
        : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(120_000),
    })
  } catch (cause) {
    throw silent(url, cause)
  }
}

/** The Fault for a controller that does not answer. */
export const silent = (url: URL, cause: unknown): Fault =>
  new Fault("server-down", `no controller answers at ${url.origin}`, {
    hint: "Start it with dbbackup serve, or name it with --url or DBBACKUP_URL.",
    cause,
  })
