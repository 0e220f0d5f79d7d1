// What the size of a database, a bucket beside the folder, and other backups at the same time cost: peak memory, and time.
import { spawn } from "node:child_process"
import { once } from "node:events"
import { discoverDatabases } from "../../schemas/api.ts"
import { type Controller, place, startController } from "../support/controller.ts"
import { startServer, type TestServer } from "../support/servers.ts"
import { backUp, databaseIdOf, seconds } from "./back-up.ts"
import { fillWith } from "./data.ts"
import { record } from "./figures.ts"
import { memory, resetPeak } from "./memory.ts"

/** Resolves with the seconds from the request to the last listed backup. */
async function backUpAll(controller: Controller, databases: readonly string[]): Promise<number> {
  const ids = await Promise.all(databases.map((name) => databaseIdOf(controller, name)))
  return await seconds(async () => {
    const made = await Promise.all(ids.map((id) => backUp(controller, id)))
    const lacking = made.find(({ copies }) => copies.some(({ state }) => state !== "stored"))
    if (lacking) throw new Error(JSON.stringify(lacking))
  })
}

async function peakDuring(controller: Controller, databases: readonly string[]): Promise<number> {
  resetPeak(controller.pid)
  await backUpAll(controller, databases)
  return memory(controller.pid).peakMegabytes
}

/** Text that takes little room on the server's disk, and all of it in the dump before it is compressed. */
async function fillWithRepeats(server: TestServer, database: string, gigabytes: number): Promise<void> {
  await server.sql("postgres", `create database ${database}`)
  await server.sql(
    database,
    `create table pages (body text);
     insert into pages select repeat('page ' || i || ' of a very long book, ', 20000) from generate_series(1, ${gigabytes * 1900}) i`,
  )
}

async function startStore(): Promise<{ readonly endpoint: string; end(): void }> {
  const child = spawn(process.execPath, [new URL("fast-store.ts", import.meta.url).pathname], {
    stdio: ["ignore", "pipe", "inherit"],
  })
  const [port] = (await once(child.stdout, "data")) as [Buffer]
  return { endpoint: `http://127.0.0.1:${port.toString().trim()}`, end: () => child.kill() }
}

export async function sizes(image: string, runs: number): Promise<void> {
  const here = place()
  const both = place()
  const labels = [here, both].flatMap(({ prefix }) =>
    Object.entries({ enable: "true", schedule: "manual", fingerprint: "off" }).map(([key, value]) => [
      `${prefix}.${key}`,
      value,
    ]),
  )
  const servers: TestServer[] = []
  const store = await startStore()
  const controllers: Controller[] = []
  try {
    const server = await startServer(image, Object.fromEntries(labels))
    servers.push(server)
    await server.ready()
    console.log(`${image}: filling databases of about 100 MB, 1 GB and 10 GB`)
    await fillWith(server, "hundred", 100)
    await fillWith(server, "thousand", 1000)
    await fillWithRepeats(server, "ten_thousand", 10)
    const folder = await startController(here)
    controllers.push(folder)
    const bucket = await startController(both, {
      S3_BUCKET: "bench",
      S3_ENDPOINT: store.endpoint,
      S3_ACCESS_KEY_ID: "bench",
      S3_SECRET_ACCESS_KEY: "bench",
    })
    controllers.push(bucket)
    for (const database of ["hundred", "thousand", "ten_thousand"]) {
      record(`${image} peak memory, ${database} MB, a folder`, [await peakDuring(folder, [database])], "MB")
      record(
        `${image} peak memory, ${database} MB, a folder and a bucket`,
        [await peakDuring(bucket, [database])],
        "MB",
      )
    }
    const alone: number[] = []
    const together: number[] = []
    for (let run = 0; run < runs; run++) {
      alone.push(await backUpAll(folder, ["thousand"]))
      together.push(await backUpAll(bucket, ["thousand"]))
    }
    record(`${image} 1000 MB, a folder`, alone, "s")
    record(`${image} 1000 MB, a folder and a bucket`, together, "s")
    record(
      "  with the bucket / without",
      together.map((time, run) => time / (alone[run] ?? time)),
      "×",
    )
    // A server has one run at a time.
    for (let more = 1; more < 3; more++) {
      const other = await startServer(image, Object.fromEntries(labels))
      servers.push(other)
      await other.ready()
      await fillWith(other, `beside_${more}`, 500)
    }
    await folder.call(discoverDatabases)
    const one = await peakDuring(folder, ["thousand"])
    const three = await peakDuring(folder, ["thousand", "beside_1", "beside_2"])
    record(
      `${image} peak memory, three at once`,
      [three],
      "MB",
      `${((three - one) / 2).toFixed(0)} MB each more`,
    )
  } finally {
    for (const controller of controllers) await controller.end("SIGTERM")
    for (const server of servers) await server.remove()
    store.end()
    for (const one of [here, both]) one.remove()
  }
}
