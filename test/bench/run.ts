// `bun run bench [image…]`: backups by the controller against the bare tool by hand, in turns on the same data; memory; start-up.
// `bun run bench scale`: many containers, see scale.ts. `bun run bench fingerprint [image]`: what one adds, see fingerprint.ts.
// `bun run bench history`: a long history, a rebuild, and how often a store is asked, see long-history.ts.
// `bun run bench lock [image]`: how long writers of a MySQL or MariaDB server are held up for one, see lock.ts.
// `bun run bench method [image]`: what the way from the tool to the file costs, see method.ts.
// `bun run bench restore [image…]`: restores against the bare tool, parallel jobs, a drill, see restore.ts.
// `bun run bench size [image]`: what size, a bucket, and other backups at the same time cost, see size.ts.
import { aptInstall } from "../support/apt.ts"
import { which } from "../support/command.ts"
import { type Controller, place, startController } from "../support/controller.ts"
import { ensureEngine, stopEngineIfStarted } from "../support/engine.ts"
import { ensureImages } from "../support/images.ts"
import { startServer, type TestServer } from "../support/servers.ts"
import { backUp, databaseIdOf, seconds } from "./back-up.ts"
import { bareDump, fillWith } from "./data.ts"
import { print, record } from "./figures.ts"
import { fingerprintCost } from "./fingerprint.ts"
import { lockLength } from "./lock.ts"
import { longHistory } from "./long-history.ts"
import { memory, resetPeak } from "./memory.ts"
import { methodCost } from "./method.ts"
import { restoreCost } from "./restore.ts"
import { scaleReal, scaleSimulated } from "./scale.ts"
import { sizes } from "./size.ts"

const runs = Number(process.env.BENCH_RUNS ?? 5)
const megabytes = Number(process.env.BENCH_MEGABYTES ?? 1000)
const images = ["postgres:17", "mysql:9", "mariadb:11.8"]

async function backUpSaying(controller: Controller, database: string): Promise<number> {
  const databaseId = await databaseIdOf(controller, database)
  let bytes = 0
  const took = await seconds(async () => {
    bytes = (await backUp(controller, databaseId)).proof.storedBytes
  })
  console.log(`  dbbackup: ${database} ${took.toFixed(2)} s, ${bytes} bytes`)
  return took
}

async function compare(image: string): Promise<void> {
  const here = place()
  const server: TestServer = await startServer(image, {
    [`${here.prefix}.enable`]: "true",
    [`${here.prefix}.schedule`]: "manual",
    // The bare tool takes none: see fingerprint.ts for what it adds.
    [`${here.prefix}.fingerprint`]: "off",
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
      await backUpSaying(controller, "small")
      const ours: number[] = []
      const bare: number[] = []
      for (let run = 0; run < runs; run++) {
        bare.push(await seconds(() => bareDump(server, "medium", `${here.folder}/bare.dump`)))
        console.log(`  bare: medium ${bare.at(-1)?.toFixed(2)} s`)
        ours.push(await backUpSaying(controller, "medium"))
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
        await backUpSaying(controller, database)
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

const needsServers = process.argv[2] !== "scale" && process.argv[2] !== "history"
if (process.argv[2] !== "history") await ensureEngine()
if (needsServers) await ensureImages(images)
if (needsServers && which("zstd") === undefined) await aptInstall(["zstd"], "the bare tool's compressor")
try {
  const chosen = process.argv.slice(2)
  if (chosen[0] === "scale") {
    await scaleReal()
    await scaleSimulated()
  } else if (chosen[0] === "history") {
    await longHistory()
  } else if (chosen[0] === "fingerprint") {
    await fingerprintCost(chosen[1] ?? "postgres:17", megabytes, runs)
  } else if (chosen[0] === "lock") {
    await lockLength(chosen[1] ?? "mysql:9", megabytes)
  } else if (chosen[0] === "method") {
    await methodCost(chosen[1] ?? "postgres:17", megabytes, runs)
  } else if (chosen[0] === "restore") {
    for (const image of chosen.length > 1 ? chosen.slice(1) : images)
      await restoreCost(image, megabytes, runs)
  } else if (chosen[0] === "size") {
    await sizes(chosen[1] ?? "postgres:17", runs)
  } else {
    await startUp()
    for (const image of chosen.length > 0 ? chosen : images) await compare(image)
  }
} finally {
  await stopEngineIfStarted()
}
print()
process.exit(0)
