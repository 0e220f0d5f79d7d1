// The one shape of every JSON answer (specification, 6.2.1).
import type { ContentfulStatusCode } from "hono/utils/http-status"
import type { ApiError, Envelope, Meta } from "../../schemas/api.ts"
import { textsWithPrefix } from "../core/label-prefix.ts"
import type { Context } from "./router.ts"

export type Paging = Required<Pick<Meta, "page" | "limit" | "total">>

export function succeed(
  c: Context,
  data: unknown,
  status: ContentfulStatusCode = 200,
  paging?: Paging,
): Response {
  const body: Envelope<unknown> = { success: true, data, meta: { ...metaOf(c), ...paging } }
  return c.json(textsWithPrefix(body, c.get("labelPrefix")), status)
}

export function fail(c: Context, error: ApiError, status: ContentfulStatusCode): Response {
  const body: Envelope<never> = { success: false, error, meta: metaOf(c) }
  return c.json(textsWithPrefix(body, c.get("labelPrefix")), status)
}

function metaOf(c: Context): Pick<Meta, "timestamp" | "requestId"> {
  return { timestamp: new Date().toISOString(), requestId: c.get("requestId") }
}
