// What a fingerprint adds to a dump: the same database in turns without, with estimates and with exact rows; and a thousand small tables.
import { getManifest } from "../../schemas/api.ts"
import { type Controller, place, startController } from "../support/controller.ts"
import { homeDatabase, startServer, type TestServer } from "../support/servers.ts"
import { backUp, databaseIdOf } from "./back-up.ts"
import { fillWith } from "./data.ts"
import { record } from "./figures.ts"

const levels = ["off", "estimates", "exact"] as const

export async function fingerprinted(
  controller: Controller,
  database: string,
): Promise<{ took: number; fingerprint: number; lockMilliseconds: number | null }> {
  const databaseId = await databaseIdOf(controller, database)
  const began = performance.now()
  const { id } = await backUp(controller, databaseId)
  const took = (performance.now() - began) / 1000
  const { data: manifest } = await controller.call(getManifest, { params: { id } })
  const lockMilliseconds = manifest.snapshot?.lockMilliseconds ?? null
  return { took, fingerprint: manifest.fingerprint?.seconds ?? 0, lockMilliseconds }
}

const manyTables =
  "do $$ begin for i in 1..1000 loop execute format('create table t%s as select generate_series(1, 20) a', i); end loop; end $$"

const manyTablesOfMysql = Array.from(
  { length: 1000 },
  (_, i) =>
    `create table t${i + 1} (a int primary key); insert into t${i + 1} values ${Array.from({ length: 20 }, (_, a) => `(${a})`).join(",")};`,
).join("\n")

/** One controller for each level, all on one server by prefixes of their own. */
export async function fingerprintCost(image: string, megabytes: number, runs: number): Promise<void> {
  const places = levels.map((level) => ({ level, ...place() }))
  const labels = places.flatMap(({ level, prefix }) =>
    Object.entries({ enable: "true", schedule: "manual", fingerprint: level }).map(([key, value]) => [
      `${prefix}.${key}`,
      value,
    ]),
  )
  const server: TestServer = await startServer(image, Object.fromEntries(labels))
  const controllers: { level: (typeof levels)[number]; controller: Controller }[] = []
  try {
    await server.ready()
    console.log(`${image}: filling large with about ${megabytes} MB, and many with 1000 tables`)
    await fillWith(server, "large", megabytes)
    await server.sql(homeDatabase[server.engine], "create database many")
    await server.sql("many", server.engine === "postgres" ? manyTables : manyTablesOfMysql)
    for (const { level, ...here } of places)
      controllers.push({ level, controller: await startController(here) })
    for (const database of ["large", "many"]) {
      const times = new Map<string, number[]>(levels.map((level) => [level, []]))
      const own = new Map<string, number[]>(levels.map((level) => [level, []]))
      for (let run = 0; run <= runs; run++)
        for (const { level, controller } of controllers) {
          const { took, fingerprint } = await fingerprinted(controller, database)
          console.log(
            `  ${database}, fingerprint=${level}: ${took.toFixed(2)} s, of that in ${fingerprint} s`,
          )
          // The first round warms the caches.
          if (run > 0) times.get(level)?.push(took)
          if (run > 0) own.get(level)?.push(fingerprint)
        }
      const name = database === "large" ? `${megabytes} MB` : "1000 tables"
      const off = record(`${image} ${name}, fingerprint=off`, times.get("off") ?? [], "s")
      for (const level of ["estimates", "exact"]) {
        const median = record(`${image} ${name}, fingerprint=${level}`, times.get(level) ?? [], "s")
        record(`  ${level}: to take it`, own.get(level) ?? [], "s", `× ${(median / off).toFixed(3)} of off`)
      }
    }
  } finally {
    for (const { controller } of controllers) await controller.end("SIGTERM")
    await server.remove()
    for (const here of places) here.remove()
  }
}
