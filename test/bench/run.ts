// `bun run bench`: backups by the controller against the bare tool by hand, in turns on the same data; memory; start-up.
// Prints minimum, median and maximum. It judges nothing: figures depend on the machine.
import { createBackup, getBackup } from "../../schemas/api.ts"
import { aptInstall } from "../support/apt.ts"
import { which } from "../support/command.ts"
import { type Controller, place, startController } from "../support/controller.ts"
import { ensureEngine, stopEngineIfStarted } from "../support/engine.ts"
import { ensureImages } from "../support/images.ts"
import { startServer, type TestServer } from "../support/servers.ts"
import { bareDump, fillWith } from "./data.ts"
import { memory, resetPeak } from "./memory.ts"

const runs = Number(process.env.BENCH_RUNS ?? 5)
const megabytes = Number(process.env.BENCH_MEGABYTES ?? 1000)
const images = ["postgres:17", "mysql:9", "mariadb:11.8"]

type Row = readonly [string, string, string, string, string]
const rows: Row[] = []

function record(name: string, values: readonly number[], unit: string, note = ""): number {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (i: number) => sorted[i] ?? Number.NaN
  const median =
    sorted.length % 2 === 1
      ? at((sorted.length - 1) / 2)
      : (at(sorted.length / 2 - 1) + at(sorted.length / 2)) / 2
  const text = (value: number) => `${value.toFixed(unit === "s" || unit === "×" ? 2 : 0)} ${unit}`
  rows.push([name, text(at(0)), text(median), text(at(sorted.length - 1)), note])
  return median
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return (performance.now() - began) / 1000
}

async function backUp(controller: Controller, database: string): Promise<number> {
  const { id: databaseId } = await controller.database(database, () => true)
  let bytes = 0
  const took = await seconds(async () => {
    const { data: begun } = await controller.call(createBackup, { body: { databaseId } })
    for (;;) {
      const { data } = await controller.call(getBackup, { params: { id: begun.id } })
      if (data.status === "completed") bytes = data.proof.storedBytes
      if (data.status === "completed") break
      if (data.status !== "queued" && data.status !== "running") throw new Error(JSON.stringify(data))
      await Bun.sleep(20)
    }
  })
  console.log(`  dbbackup: ${database} ${took.toFixed(2)} s, ${bytes} bytes`)
  return took
}

async function compare(image: string): Promise<void> {
  const here = place()
  const server: TestServer = await startServer(image, {
    [`${here.prefix}.enable`]: "true",
    [`${here.prefix}.schedule`]: "manual",
  })
  try {
    await server.ready()
    for (const [database, size] of [
      ["small", megabytes / 10],
      ["medium", megabytes],
      ["large", megabytes * 2],
    ] as const) {
      console.log(`${image}: filling ${database} with about ${size} MB`)
      await fillWith(server, database, size)
    }
    const controller = await startController(here)
    try {
      await backUp(controller, "small")
      const ours: number[] = []
      const bare: number[] = []
      for (let run = 0; run < runs; run++) {
        bare.push(await seconds(() => bareDump(server, "medium", `${here.folder}/bare.dump`)))
        console.log(`  bare: medium ${bare.at(-1)?.toFixed(2)} s`)
        ours.push(await backUp(controller, "medium"))
      }
      const theirs = record(`${image} ${megabytes} MB, bare tool`, bare, "s")
      const mine = record(
        `${image} ${megabytes} MB, dbbackup`,
        ours,
        "s",
        "from the request to the listed backup",
      )
      record(
        `${image} dbbackup / bare`,
        ours.map((time, i) => time / (bare[i] ?? time)),
        "×",
        `ratio of medians ${(mine / theirs).toFixed(2)}`,
      )
      for (const database of ["small", "large"]) {
        resetPeak(controller.pid)
        await backUp(controller, database)
        record(`${image} peak memory, ${database}`, [memory(controller.pid).peakMegabytes], "MB")
      }
    } finally {
      await controller.end("SIGTERM")
    }
  } finally {
    await server.remove()
    here.remove()
  }
}

async function startUp(): Promise<void> {
  const ready: number[] = []
  const idle: number[] = []
  for (let run = 0; run < runs; run++) {
    const here = place()
    const began = performance.now()
    const controller = await startController(here)
    while (!(await fetch(`${controller.url}/api/health/ready`)).ok) await Bun.sleep(10)
    ready.push((performance.now() - began) / 1000)
    await Bun.sleep(5000)
    idle.push(memory(controller.pid).nowMegabytes)
    await controller.end("SIGTERM")
    here.remove()
  }
  record("process start to ready", ready, "s")
  record("idle memory, 5 s after start", idle, "MB")
}

function print(): void {
  const head: Row = ["", "min", "median", "max", ""]
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i]?.length ?? 0)))
  for (const row of [head, ...rows])
    console.log(
      row
        .map((cell, i) => (i === 0 || i === 4 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
        .join("  "),
    )
}

await ensureEngine()
await ensureImages(images)
if (which("zstd") === undefined) await aptInstall(["zstd"], "the bare tool's compressor")
try {
  await startUp()
  const chosen = process.argv.slice(2)
  for (const image of chosen.length > 0 ? chosen : images) await compare(image)
} finally {
  await stopEngineIfStarted()
}
print()
process.exit(0)
