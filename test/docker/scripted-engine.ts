// A server on a Unix socket that answers as the test says, for what no real engine does on demand.
import { mkdtempSync, rmSync } from "node:fs"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"

export interface ScriptedEngine {
  readonly endpoint: string
  /** Method and path of every request so far. */
  readonly requests: string[]
  close(): void
}

export async function scriptedEngine(
  answer: (path: string, response: ServerResponse, request: IncomingMessage) => void,
): Promise<ScriptedEngine> {
  const folder = mkdtempSync(join(tmpdir(), "dbbackup-test-"))
  const path = join(folder, "docker.sock")
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`)
    answer(request.url ?? "", response, request)
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  return {
    endpoint: `unix://${path}`,
    requests,
    close() {
      server.closeAllConnections()
      server.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

export function json(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body))
}
