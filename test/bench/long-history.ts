// `bun run bench history`: a hundred thousand backups of five hundred jobs. How long plans, lists and a rebuild take, and how often a
// store is asked. Containers are claimed by a process of its own (many-containers.ts), the bucket is quick-store.ts: out of memory.
import { spawn } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { s3Destination } from "../../controller/destinations/s3.ts"
import { deleteBackups } from "../../controller/jobs/delete-many.ts"
import { deleteCopy } from "../../controller/jobs/prune.ts"
import { rebuildFrom } from "../../controller/jobs/rebuild.ts"
import { openCatalogue } from "../../controller/state/open.ts"
import { listSchedules } from "../../schemas/api.ts"
import type { CompletedBackup } from "../../schemas/backup.ts"
import { must } from "../support/command.ts"
import { type Controller, place, startController } from "../support/controller.ts"
import { repository } from "../support/places.ts"
import { until } from "../support/until.ts"
import { cpuDuring } from "./cpu.ts"
import { record } from "./figures.ts"
import { memory } from "./memory.ts"
import { quickStore } from "./quick-store.ts"
import { fillYears, keyOf, manifest } from "./years.ts"

const servers = Number(process.env.BENCH_SERVERS ?? 500)
const backups = Number(process.env.BENCH_BACKUPS ?? 100_000)
const manifests = Number(process.env.BENCH_MANIFESTS ?? 10_000)
const { signal } = new AbortController()
const keys = { accessKeyId: "key", secretAccessKey: "secret" }
const inWords = (counts: Record<string, number>) =>
  Object.entries(counts)
    .map(([kind, n]) => `${n} ${kind}`)
    .join(", ")

export async function longHistory(): Promise<void> {
  await lists()
  for (const milliseconds of [0, 30]) await rebuild(milliseconds)
  await prunes()
}

/** Lists and plans, of the real controller as a process. */
async function lists(): Promise<void> {
  const here = place()
  const socket = join(here.folder, "engine.sock")
  const path = join(here.folder, "db/app.db")
  const many = spawn(process.execPath, [join(repository, "test/bench/many-containers.ts"), socket], {
    env: { ...process.env, BENCH_PREFIX: here.prefix },
    stdio: "inherit",
  })
  const claim = () =>
    fetch("http://many/bench", {
      unix: socket,
      method: "PUT",
      body: JSON.stringify({ count: servers, revision: 0 }),
    })
  const start = async () => {
    const controller = await startController(here, { DOCKER_HOST: `unix://${socket}` })
    const scheduled = async () => (await controller.call(listSchedules)).data.length === servers
    await until("all are scheduled", scheduled, 60)
    return controller
  }
  try {
    await until(
      "the containers are claimed",
      () =>
        claim().then(
          () => true,
          () => false,
        ),
      10,
    )
    await (await start()).end("SIGTERM")
    const began = performance.now()
    const made = fillYears({ path, backupsPerServer: backups / servers, tables: 60 })
    console.log(
      `${made} backups of ${servers} jobs put into the catalogue in ${((performance.now() - began) / 1000).toFixed(0)} s`,
    )
    const said = JSON.parse(await must([process.execPath, join(repository, "test/bench/plan-all.ts"), path]))
    const of = `${said.backups} good backups of ${said.jobs} jobs, ${said.pruned} to prune`
    record("retention plan of all", [said.planning], "s", of)
    record("reading them from the catalogue", [said.reading], "s")
    record("memory of both", [said.megabytes], "MB", "resident, the process's own included")
    const starting = performance.now()
    const controller = await start()
    record("start with that history", [(performance.now() - starting) / 1000], "s", "until all are scheduled")
    await askAll(controller)
    record("memory, after all of that", [memory(controller.pid).nowMegabytes], "MB")
    await controller.end("SIGTERM")
  } finally {
    many.kill()
    here.remove()
  }
}

async function askAll({ url, pid }: Controller): Promise<void> {
  const day = (ago: number) => new Date(Date.now() - ago * 86_400_000).toISOString()
  const first = `project7~db`
  const filters: Record<string, string> = {
    "no filter": "",
    database: `databaseId=${first}:shop`,
    "database, completed": `databaseId=${first}:shop&status=completed`,
    server: `serverId=${first}`,
    completed: "status=completed",
    failed: "status=failed",
    suspect: "suspect=true",
    weekly: "type=weekly",
    "weekly, completed": "type=weekly&status=completed",
    "ten days": `startDate=${day(20)}&endDate=${day(10)}`,
    "failed in ten days": `status=failed&startDate=${day(20)}&endDate=${day(10)}`,
  }
  for (const [name, query] of Object.entries(filters)) {
    const at = (page: number) => `/api/backups?${query}&page=${page}`
    const { meta } = (await (await fetch(url + at(1))).json()) as { meta: { total: number; limit: number } }
    const last = Math.max(1, Math.ceil(meta.total / meta.limit))
    const pages = [1, Math.ceil(last / 2), last]
    await ask(`backups, ${name}`, { url, pid }, pages.map(at), `first, middle and last page of ${meta.total}`)
  }
  for (const path of [
    "/api/databases",
    "/api/servers",
    "/api/schedules",
    "/api/system/status",
    "/api/system/stats",
    "/api/runs?page=2000",
  ])
    await ask(path, { url, pid }, [path], "")
  const wide = Array.from({ length: 40 }, (_, i) => `/api/backups?page=${1 + i * 50}`)
  await ask(
    "backups, 20 clients",
    { url, pid },
    wide,
    "each asks again half a second after its answer",
    20,
    500,
  )
  await ask(
    "backups, 20 clients that never rest",
    { url, pid },
    wide,
    "the time is their queue's: see requests a second",
    20,
  )
}

/** Asks each path again and again; records the time to the last byte, and what the controller worked for it. */
async function ask(
  ...[name, { url, pid }, paths, note, clients = 1, restMilliseconds = 0]: readonly [
    ...[name: string, of: Pick<Controller, "url" | "pid">, paths: readonly string[], note: string],
    ...[clients?: number, restMilliseconds?: number],
  ]
): Promise<void> {
  const times: number[] = []
  const queue = Array.from(
    { length: Math.max(60, clients * 10) },
    (_, i) => paths[i % paths.length] ?? "",
  ).values()
  const client = async (number: number) => {
    await Bun.sleep((restMilliseconds * number) / clients)
    for (const path of queue) {
      const began = performance.now()
      const response = await fetch(url + path)
      await response.arrayBuffer()
      if (!response.ok) throw new Error(`${path} answered ${response.status}`)
      times.push(performance.now() - began)
      await Bun.sleep(restMilliseconds)
    }
  }
  const began = performance.now()
  const used = await cpuDuring(pid, () =>
    Promise.all(Array.from({ length: clients }, (_, number) => client(number))),
  )
  const p95 = times.toSorted((a, b) => a - b)[Math.ceil(times.length * 0.95) - 1] ?? Number.NaN
  const rate =
    clients > 1 ? `; ${Math.round(times.length / ((performance.now() - began) / 1000))} a second` : ""
  record(
    `GET ${name}`,
    times,
    "ms",
    `p95 ${p95.toFixed(0)} ms, ${((used * 1000) / times.length).toFixed(1)} ms of processor time${note ? `; ${note}` : ""}${rate}`,
  )
}

/** A bucket with so many backups, and an empty catalogue. */
async function rebuild(milliseconds: number): Promise<void> {
  const store = quickStore("bucket", milliseconds)
  const folder = mkdtempSync(join(tmpdir(), "dbbackup-bench-"))
  const catalogue = openCatalogue(join(folder, "app.db"))
  try {
    const rows = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`public.table_number_${i}`, i]))
    const bytes = new Uint8Array(1000)
    for (let n = 0; n < manifests; n++) {
      const at = Date.UTC(2026, 0) + n * 60_000
      const id = `019a0000-0000-7000-8000-${n.toString(16).padStart(12, "0")}`
      const server = `project${n % servers}~db`
      const key = keyOf(server, "daily", at, id)
      store.objects.set(key, bytes)
      const text = manifest(id, `run-${n}`, server, `project${n % servers}/db`, "daily", at, rows, null)
      store.objects.set(`${key}.manifest.json`, Buffer.from(text))
    }
    let [steps, longest, last] = [0, 0, performance.now()]
    const began = performance.now()
    const used = process.cpuUsage()
    const report = await rebuildFrom(
      {
        catalogue,
        log: () => {},
        known: () => new Map(),
        remember: (server) => catalogue.saveServer(server),
      },
      bucketAt(store.url),
      signal,
      () => {
        steps++
        longest = Math.max(longest, performance.now() - last)
        last = performance.now()
      },
    )
    const seconds = (performance.now() - began) / 1000
    const { user, system } = process.cpuUsage(used)
    const worked = `${((user + system) / 1e6).toFixed(1)} s of processor time, the store's included`
    const counts = inWords(store.counts())
    const away = milliseconds === 0 ? "answers at once" : `answers after ${milliseconds} ms`
    record(
      `rebuild of ${report.added} manifests`,
      [seconds],
      "s",
      `the store ${away}; ${worked}; ${counts}; progress ${steps} times, at most ${longest.toFixed(0)} ms apart`,
    )
  } finally {
    catalogue.close()
    store.stop()
    rmSync(folder, { recursive: true })
  }
}

const bucketAt = (endpoint: string) =>
  s3Destination({ name: "s3", bucket: "bucket", endpoint, forcePathStyle: true, credentials: keys })

/** What a store is asked for one backup, and for a prune of few and of many. */
async function prunes(): Promise<void> {
  const store = quickStore("bucket")
  const at = bucketAt(store.url)
  const put = async (key: string, bytes: number) => {
    const writer = await at.create(key, signal)
    await writer.write(Buffer.alloc(bytes))
    await writer.commit()
    await writer.readBack?.(
      { bytes, sha256: new Bun.CryptoHasher("sha256").update(new Uint8Array(bytes)).digest("hex") },
      signal,
    )
    await at.put(`${key}.manifest.json`, Buffer.from("{}"), signal)
  }
  const backup = async (name: string, bytes: number) => {
    await put(`s/shop/2026/01/${name}.dump`, bytes)
    console.log(`S3, one copy of ${bytes / 1e6} MB: ${inWords(store.counts())}`)
  }
  await backup("small", 1_000_000)
  await backup("large", 100_000_000)
  for (const many of [1, 2, 10, 300]) {
    const going = Array.from({ length: many }, (_, i) => `s/shop/2026/01/x${i}.dump`)
    for (const key of going)
      for (const name of [key, `${key}.manifest.json`]) store.objects.set(name, new Uint8Array(1))
    const catalogue = { deletingCopy: () => {}, copyDeleted: () => {} } as never
    const clock = () => new Date()
    const copies = (key: string) =>
      [{ state: "stored", destination: "s3", key, storedAt: "" }] as CompletedBackup["copies"]
    const began = performance.now()
    await deleteBackups(
      { catalogue, destinations: new Map([["s3", at]]), clock },
      going.map((key) => ({ id: key as never, copies: copies(key) })),
      {
        remove: (id, destination, key, ending) =>
          deleteCopy({ catalogue, clock }, id, destination, key, ending),
        requireUnlocked: async (_, destination, key, ending) =>
          void (await destination.lockedUntil?.(key, ending)),
      },
      signal,
    )
    console.log(
      `S3, prune of ${many}: ${inWords(store.counts())}; ${((performance.now() - began) / 1000).toFixed(2)} s`,
    )
  }
  store.stop()
}
