// `bun run bench scale`: a hundred real containers on one engine, then thousands that a process of its own claims to have.
// What is measured is the real controller as a process: time until a start is scheduled, processor time, memory.
import { spawn } from "node:child_process"
import { rmSync } from "node:fs"
import { join } from "node:path"
import { getServer, listDatabases, listSchedules, listServers } from "../../schemas/api.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { repository } from "../support/places.ts"
import { until } from "../support/until.ts"
import { cpuDuring } from "./cpu.ts"
import { record } from "./figures.ts"
import { fillHistory } from "./history.ts"
import { memory } from "./memory.ts"

const real = Number(process.env.BENCH_REAL ?? 100)
const simulated = Number(process.env.BENCH_SIMULATED ?? 5000)
const idleSeconds = Number(process.env.BENCH_IDLE_SECONDS ?? 60)
/** Has a shell and `sleep`, and is there already. */
const image = "oven/bun:1.4.5-slim"
const socket = "/var/run/docker.sock"

const percentile = (values: readonly number[], part: number) =>
  values.toSorted((a, b) => a - b)[Math.ceil(values.length * part) - 1] ?? Number.NaN

async function engine(method: string, path: string, body?: unknown): Promise<Response> {
  return await fetch(`http://docker${path}`, {
    unix: socket,
    method,
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    }),
  })
}

/** Hears of changed servers as the dashboard does. */
async function follow(url: string, changed: (serverId: string) => void, signal: AbortSignal): Promise<void> {
  const response = await fetch(`${url}/api/events`, { signal })
  let text = ""
  for await (const chunk of response.body ?? []) {
    text += new TextDecoder().decode(chunk)
    for (const [, id] of text.matchAll(/"serverId":"([^"]+)"/g)) if (id !== undefined) changed(id)
    text = text.slice(text.lastIndexOf("\n") + 1)
  }
}

export async function scaleReal(): Promise<void> {
  const here = place()
  const controller = await startController(here)
  const stop = new AbortController()
  const waiting = new Map<string, () => void>()
  const following = follow(controller.url, (id) => waiting.get(id)?.(), stop.signal).catch(() => {})
  const names = Array.from({ length: real }, (_, i) => `dbbackup-test-scale-${here.prefix}-${i}`)
  try {
    const times: number[] = []
    for (const name of names) {
      await engine("POST", `/containers/create?name=${name}`, {
        Image: image,
        Entrypoint: ["sleep"],
        Cmd: ["infinity"],
        HostConfig: { NetworkMode: "none", Init: true },
        Labels: { [`${here.prefix}.enable`]: "true", [`${here.prefix}.type`]: "postgres" },
      })
      const began = performance.now()
      await engine("POST", `/containers/${name}/start`)
      await scheduled(controller, name, waiting)
      times.push((performance.now() - began) / 1000)
    }
    record(
      `docker start to scheduled, ${real} containers`,
      times,
      "s",
      `p95 ${percentile(times, 0.95).toFixed(2)} s`,
    )
    // Stopped, so that nobody looks inside them: their jobs stay.
    await Promise.all(names.map((name) => engine("POST", `/containers/${name}/kill`)))
    await Bun.sleep(10_000)
    await idle(controller, `${real} real containers`)
  } finally {
    stop.abort()
    await following
    await controller.end("SIGTERM")
    for (const name of names) await engine("DELETE", `/containers/${name}?force=true&v=true`)
    here.remove()
  }
}

/** Resolves once the controller says that the container runs and has a job with a next run. */
async function scheduled(
  controller: Controller,
  name: string,
  waiting: Map<string, () => void>,
): Promise<void> {
  for (;;) {
    let wake = () => {}
    const changed = new Promise<void>((resolve) => {
      wake = resolve
    })
    waiting.set(name, wake)
    const found = await controller.call(getServer, { params: { id: name } }).catch(() => undefined)
    const running = found?.data.container?.state === "running"
    if (running && found?.data.schedules.some(({ nextRunAt }) => nextRunAt !== null)) break
    await Promise.race([changed, Bun.sleep(5000)])
  }
  waiting.delete(name)
}

async function idle({ pid }: Controller, what: string): Promise<number> {
  const used = await cpuDuring(pid, () => Bun.sleep(idleSeconds * 1000))
  return record(`idle, ${what}`, [(used / idleSeconds) * 100], "%", `of one core, over ${idleSeconds} s`)
}

export async function scaleSimulated(): Promise<void> {
  const here = place()
  const path = join(here.folder, "engine.sock")
  const many = spawn(process.execPath, [join(repository, "test/bench/many-containers.ts"), path], {
    env: { ...process.env, BENCH_PREFIX: here.prefix },
    stdio: "inherit",
  })
  const claim = (method: string, body: unknown) =>
    fetch("http://many/bench", { unix: path, method, body: JSON.stringify(body) })
  try {
    await until(
      "the many containers answer",
      () =>
        claim("PUT", { count: 0, revision: 0 }).then(
          () => true,
          () => false,
        ),
      10,
    )
    await growth(here, path, claim)
  } finally {
    many.kill()
    rmSync(path, { force: true })
    here.remove()
  }
}

type Claim = (method: string, body: unknown) => Promise<Response>

async function growth(here: Place, path: string, claim: Claim): Promise<void> {
  const controller = await startController(here, { DOCKER_HOST: `unix://${path}` })
  const { pid } = controller
  const jobs = async () => (await controller.call(listSchedules)).data
  /** Long enough for the storm to be over, and the look after it. */
  const look = () => Bun.sleep(4000)
  try {
    await Bun.sleep(5000)
    const empty = memory(pid).nowMegabytes
    const first = await cpuDuring(pid, async () => {
      await claim("PUT", { count: simulated, revision: 0 })
      await until("all are scheduled", async () => (await jobs()).length === simulated, 60)
    })
    record(
      `${simulated} containers seen for the first time`,
      [first * 1000],
      "ms",
      "processor time, the list of jobs included",
    )
    const again = async (change: () => Promise<unknown>) => {
      const used: number[] = []
      for (let i = 0; i < 5; i++) used.push(1000 * (await cpuDuring(pid, () => change().then(look))))
      return used
    }
    let revision = 0
    const resync = async (which: string, change: () => Promise<unknown>) =>
      record(`resync of ${simulated}, ${which}`, await again(change), "ms", "processor time")
    await resync("none changed", () => claim("PUT", { count: simulated, revision }))
    await resync("one changed", () => claim("POST", { events: 1, seconds: 0 }))
    await resync("all changed", () => claim("PUT", { count: simulated, revision: ++revision }))
    const grown = ((memory(pid).nowMegabytes - empty) * 1e6) / simulated
    record("memory per container", [grown / 1000], "kB", "growth of the resident size, after those looks")
    await storm(controller, path, claim)
    await claim("PUT", { count: simulated, revision: 0 })
    await look()
    await idle(controller, `${simulated} simulated containers`)
  } finally {
    await controller.end("SIGTERM")
  }
  await lists(here, path)
}

async function storm(controller: Controller, path: string, claim: Claim): Promise<void> {
  const used = await cpuDuring(controller.pid, () => claim("POST", { events: 10_000, seconds: 10 }))
  const wanted: [string, string][] = (await fetch("http://many/wanted", { unix: path }).then((answer) =>
    answer.json(),
  )) as [string, string][]
  const began = performance.now()
  const want = JSON.stringify(wanted.toSorted())
  await until(
    "the schedule is what one listing wants",
    async () => {
      const { data } = await controller.call(listSchedules)
      return JSON.stringify(data.map(({ id, schedule }) => [id as string, schedule]).toSorted()) === want
    },
    30,
  )
  const settled = (performance.now() - began) / 1000
  record(
    "10,000 events in 10 s",
    [used * 1000],
    "ms",
    `processor time; level with one listing ${settled.toFixed(1)} s later`,
  )
}

/** The API's lists, with a history of a good backup for each of three databases on each server. */
async function lists(here: Place, path: string): Promise<void> {
  fillHistory(join(here.folder, "db/app.db"), 3)
  const controller = await startController(here, { DOCKER_HOST: `unix://${path}` })
  try {
    await until(
      "all are seen",
      async () => (await controller.call(listSchedules)).data.length === simulated,
      60,
    )
    for (const [name, endpoint] of [
      ["servers", listServers],
      ["databases", listDatabases],
      ["schedules", listSchedules],
    ] as const) {
      const times: number[] = []
      let rows = 0
      for (let i = 0; i < 5; i++) {
        const began = performance.now()
        const response = await fetch(controller.url + endpoint.path)
        rows = ((await response.json()) as { data: unknown[] }).data.length
        times.push(performance.now() - began)
      }
      record(`GET ${endpoint.path}`, times, "ms", `${rows} ${name}`)
    }
    await idle(controller, `${simulated} servers with three databases each`)
    record("memory, with that history", [memory(controller.pid).nowMegabytes], "MB")
  } finally {
    await controller.end("SIGTERM")
  }
}
