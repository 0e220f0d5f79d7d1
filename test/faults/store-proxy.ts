// A proxy in front of an S3 store that can answer in its place, reset connections, or keep silent.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

export type Answer =
  | "reset"
  | "hang"
  | { readonly status: number; readonly code: string; readonly body: string }

export interface StoreRequest {
  readonly method: string
  readonly path: string
  /** Number of the part that is uploaded; null for every other request. */
  readonly part: number | null
}

export interface StoreProxy {
  readonly url: string
  /** Null: the request is passed on. */
  behave(rule: (request: StoreRequest) => Answer | null): void
  close(): void
}

export const refusal = (status: number, code: string): Answer => ({
  status,
  code,
  body: `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>made by a test</Message></Error>`,
})

export async function storeProxy(target: string): Promise<StoreProxy> {
  let rule: (request: StoreRequest) => Answer | null = () => null
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    request.on("error", () => {})
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const { method = "GET", url: path = "/" } = request
    const number = /[?&]partNumber=(\d+)/.exec(path)?.[1]
    const answer = rule({ method, path, part: number && method === "PUT" ? Number(number) : null })
    if (answer === "hang") return
    if (answer === "reset") return void request.socket.resetAndDestroy()
    if (answer !== null) {
      response.writeHead(answer.status, { "content-type": "application/xml" })
      return void response.end(answer.body)
    }
    await passOn(target, request, Buffer.concat(chunks), response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    behave(next) {
      rule = next
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}

async function passOn(
  target: string,
  { method = "GET", url = "/", headers }: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
): Promise<void> {
  const { host: _host, connection: _connection, "content-length": _length, ...kept } = headers
  const answer = await fetch(`${target}${url}`, {
    method,
    headers: kept as Record<string, string>,
    ...(body.length > 0 ? { body: new Uint8Array(body) } : {}),
  })
  const bytes = Buffer.from(await answer.arrayBuffer())
  const { "content-encoding": _encoding, ...own } = Object.fromEntries(answer.headers)
  response.writeHead(answer.status, {
    ...own,
    ...(method === "HEAD" ? {} : { "content-length": `${bytes.length}` }),
  })
  response.end(bytes)
}
