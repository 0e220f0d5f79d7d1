// A controller's answers, given by the test and checked against the endpoint's schema before they are sent.
import { spyOn } from "bun:test"
import type { z } from "zod"
import type { ApiError, Endpoint } from "../../../schemas/api.ts"

/** What the page asked for. */
export interface Asked {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly body: unknown
}

export interface Answer {
  readonly endpoint: Endpoint
  readonly matches: (asked: Asked) => boolean
  readonly reply: (asked: Asked) => unknown
}

/** A reply that refuses. */
export class Refused extends Error {
  readonly status: number
  readonly error: ApiError
  constructor(status: number, error: ApiError) {
    super(error.message)
    this.status = status
    this.error = error
  }
}

/** The endpoint's data: a value, or what a function makes of the question. A list also gets its page and total. */
export function answer<E extends Endpoint>(
  endpoint: E,
  reply: z.input<E["response"]> | ((asked: Asked) => z.input<E["response"]>),
  when: (asked: Asked) => boolean = () => true,
): Answer {
  const pattern = new RegExp(`^${endpoint.path.replace(/:(id|name)/, "[^/]+")}$`)
  return {
    endpoint,
    matches: (asked) => asked.method === endpoint.method && pattern.test(asked.path) && when(asked),
    reply: typeof reply === "function" ? (reply as (asked: Asked) => unknown) : () => reply,
  }
}

/** Answers the page's calls until the test ends. The first answer that matches is used; what none matches is not found. */
export function controllerAnswers(...answers: readonly Answer[]): { readonly asked: readonly Asked[] } {
  const asked: Asked[] = []
  const respond = async (input: unknown, init?: RequestInit): Promise<Response> => {
    const url = new URL(String(input), "http://dashboard.test")
    const question: Asked = {
      method: (init?.method ?? "GET").toLowerCase(),
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      body: typeof init?.body === "string" ? JSON.parse(init.body) : undefined,
    }
    asked.push(question)
    return reply(question, answers)
  }
  spyOn(globalThis, "fetch").mockImplementation(respond as typeof fetch)
  return { asked }
}

function reply(question: Asked, answers: readonly Answer[]): Response {
  const meta = { timestamp: new Date().toISOString(), requestId: "test" }
  const found = answers.find(({ matches }) => matches(question))
  try {
    if (!found)
      throw new Refused(404, { code: "NOT_FOUND", message: `no ${question.path} in this test`, hint: null })
    const data = found.endpoint.response.parse(found.reply(question))
    const page = Array.isArray(data)
      ? {
          page: Number(question.query.page ?? 1),
          limit: Number(question.query.limit ?? 50),
          total: data.length,
        }
      : {}
    return Response.json(
      { success: true, data, meta: { ...meta, ...page } },
      { status: found.endpoint.status ?? 200 },
    )
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return Response.json({ success: false, error: error.error, meta }, { status: error.status })
  }
}
