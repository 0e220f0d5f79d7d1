// Asks the controller over its REST API; answers are checked against the same schemas the controller serves.
import { setTimeout as sleep } from "node:timers/promises"
import {
  createBackup,
  createRestore,
  type Envelope,
  getBackup,
  getReady,
  getRestore,
  listDatabases,
  listServers,
} from "../../../schemas/api.ts"
import type { Backup } from "../../../schemas/backup.ts"
import type { Restore } from "../../../schemas/restore.ts"
import type { Database, Server } from "../../../schemas/server.ts"

const conflictStatus = 409

/** An answer that is not a success; `status` is HTTP's. */
export class ApiRefusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message)
  }
}

export class Controller {
  constructor(readonly address: string) {}

  async waitUntilReady(seconds: number): Promise<void> {
    const deadline = Date.now() + seconds * 1000
    let last = "it does not answer"
    while (Date.now() < deadline) {
      try {
        await this.#ask("GET", getReady.path)
        return
      } catch (error) {
        last = error instanceof Error ? error.message : String(error)
      }
      await sleep(250)
    }
    throw new Error(`the controller at ${this.address} is not ready after ${seconds} s: ${last}`)
  }

  async servers(): Promise<readonly Server[]> {
    return listServers.response.parse(await this.#ask("GET", listServers.path))
  }

  async databases(): Promise<readonly Database[]> {
    return listDatabases.response.parse(await this.#ask("GET", listDatabases.path))
  }

  async backup(id: string): Promise<Backup> {
    return getBackup.response.parse(await this.#ask("GET", at(getBackup.path, id)))
  }

  /** Asks again while another run of the same server is in the way. */
  async backUp(databaseId: string): Promise<Backup> {
    const asked = createBackup.response.parse(
      await this.#patiently(() => this.#ask("POST", createBackup.path, { databaseId })),
    )
    return await this.#follow(() => this.backup(asked.id))
  }

  async restore(backupId: string, databaseId: string, name: string): Promise<Restore> {
    const body = { backupId, databaseId, options: { mode: "new", name } }
    const asked = createRestore.response.parse(
      await this.#patiently(() => this.#ask("POST", createRestore.path, body)),
    )
    return await this.#follow(async () =>
      getRestore.response.parse(await this.#ask("GET", at(getRestore.path, asked.id))),
    )
  }

  async #ask(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.address}${path}`, {
      method,
      signal: AbortSignal.timeout(30_000),
      ...(body === undefined
        ? {}
        : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
    })
    const envelope = (await response.json()) as Envelope<unknown>
    if (envelope.success) return envelope.data
    const { code, message, hint } = envelope.error
    throw new ApiRefusal(response.status, `${method} ${path}: ${code}: ${message}${hint ? `. ${hint}` : ""}`)
  }

  async #patiently<T>(ask: () => Promise<T>): Promise<T> {
    for (let tries = 0; ; tries++) {
      try {
        return await ask()
      } catch (error) {
        if (!(error instanceof ApiRefusal) || error.status !== conflictStatus || tries > 240) throw error
        await sleep(250)
      }
    }
  }

  async #follow<T extends { readonly status: string }>(look: () => Promise<T>): Promise<T> {
    for (;;) {
      const record = await look()
      if (record.status !== "queued" && record.status !== "running") return record
      await sleep(200)
    }
  }
}

function at(path: string, id: string): string {
  return path.replace(":id", encodeURIComponent(id))
}
