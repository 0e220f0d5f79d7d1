// Runs the real controller as a process of its own, on a data folder of its own, with a label prefix of its own.
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Call, createClient } from "../../controller/cli/client.ts"
import { getBackup, getRestore, listDatabases } from "../../schemas/api.ts"
import type { Backup } from "../../schemas/backup.ts"
import type { Restore } from "../../schemas/restore.ts"
import type { Database } from "../../schemas/server.ts"
import { repository } from "./places.ts"
import { until } from "./until.ts"

export interface Controller {
  readonly url: string
  readonly pid: number
  readonly call: Call
  /** Resolves with its exit code, null after a signal, once it is no more. */
  readonly ended: Promise<number | null>
  /** Everything it has written to its log so far. */
  log(): string
  /** The signal, and the end of the process. */
  end(signal: NodeJS.Signals): Promise<number | null>
  /** The database once it is listed and satisfies the condition. */
  database(name: string, ready: (database: Database) => boolean): Promise<Database>
  backupDone(id: string): Promise<Backup>
  restoreDone(id: string): Promise<Restore>
}

export interface Place {
  readonly folder: string
  readonly prefix: string
  remove(): void
}

/** A data folder, and a label prefix that no other controller on this engine listens to. */
export function place(): Place {
  const folder = mkdtempSync(join(tmpdir(), "dbbackup-test-"))
  return {
    folder,
    prefix: `t${Math.random().toString(36).slice(2, 10)}`,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

export async function startController(
  { folder, prefix }: Place,
  env: Readonly<Record<string, string>> = {},
  entry = "controller/main.ts",
): Promise<Controller> {
  const child = spawn(process.execPath, [join(repository, entry)], {
    env: {
      PATH: process.env.PATH ?? "",
      PORT: "0",
      DATABASE_PATH: join(folder, "db/app.db"),
      BACKUP_STORAGE_PATH: join(folder, "backups"),
      DBBACKUP_LABEL_PREFIX: prefix,
      ...(process.env.DOCKER_HOST ? { DOCKER_HOST: process.env.DOCKER_HOST } : {}),
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  })
  const lines = collect(child)
  const ended = new Promise<number | null>((resolve) => child.on("exit", resolve))
  void ended.then(() => lines.push("(the process has ended)"))
  const port = await until("the controller listens", () => {
    if (child.exitCode !== null) throw new Error(`the controller did not start:\n${lines.join("")}`)
    return /listens on http:\/\/[^"]*:(\d+)/.exec(lines.join(""))?.[1]
  })
  const url = `http://127.0.0.1:${port}`
  const call = createClient(url)
  return {
    url,
    pid: child.pid ?? 0,
    call,
    ended,
    log: () => lines.join(""),
    end(signal) {
      child.kill(signal)
      return ended
    },
    database: (name, ready) =>
      until(`database ${name}`, async () =>
        (await call(listDatabases)).data.find((database) => database.name === name && ready(database)),
      ),
    backupDone: (id) =>
      until(`backup ${id} ends`, () => settled(async () => (await call(getBackup, { params: { id } })).data)),
    restoreDone: (id) =>
      until(`restore ${id} ends`, () =>
        settled(async () => (await call(getRestore, { params: { id } })).data),
      ),
  }
}

function collect(child: ChildProcess): string[] {
  const lines: string[] = []
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => lines.push(chunk.toString()))
  return lines
}

async function settled<T extends { readonly status: string }>(ask: () => Promise<T>): Promise<T | undefined> {
  const record = await ask()
  return record.status === "queued" || record.status === "running" ? undefined : record
}
