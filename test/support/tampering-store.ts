// Stands between a bucket's client and a real store, and does what broken networks, stores and permissions do.
export interface StoreRequest {
  readonly method: string
  /** `/bucket/key`, decoded. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Headers
  readonly body: Buffer
}

export interface Tampering {
  /** Another body to pass on, or an answer in the store's place. */
  onRequest?(request: StoreRequest): Buffer | Response | undefined | Promise<Buffer | Response | undefined>
  /** Another answer than the store's. */
  onResponse?(request: StoreRequest, response: Response): Response | undefined
}

/** @param tls its key and certificate, to be spoken to by https */
export function tamperingStore(
  target: string,
  tampering: Tampering,
  tls?: { readonly key: string; readonly cert: string },
) {
  const server = Bun.serve({
    ...(tls && { tls }),
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    async fetch(original) {
      const url = new URL(original.url)
      const { method, headers } = original
      const body = Buffer.from(await original.arrayBuffer())
      const request = {
        method,
        path: decodeURIComponent(url.pathname),
        query: url.searchParams,
        headers,
        body,
      }
      const changed = await tampering.onRequest?.(request)
      if (changed instanceof Response) return changed
      const passedOn = new Headers(headers)
      passedOn.delete("host")
      if (changed) passedOn.delete("content-md5")
      const hasBody = method !== "GET" && method !== "HEAD"
      const response = await fetch(`${target}${url.pathname}${url.search}`, {
        method,
        headers: passedOn,
        ...(hasBody && { body: new Uint8Array(changed ?? body) }),
      })
      return tampering.onResponse?.(request, response) ?? response
    },
  })
  return { url: server.url.origin, [Symbol.dispose]: () => void server.stop(true) }
}

/** A store's refusal. */
export const refusal = (status: number, code: string, message = "says the store") =>
  new Response(`<Error><Code>${code}</Code><Message>${message}</Message></Error>`, { status })

export const isPart = ({ method, query }: StoreRequest) => method === "PUT" && query.has("partNumber")

/** One bit of it is another. */
export function flipped(body: Buffer, at = Math.floor(body.length / 2)): Buffer {
  const other = Buffer.from(body)
  other[at] = (other[at] ?? 0) ^ 1
  return other
}
