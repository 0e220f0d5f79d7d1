// What a restore costs beside the bare tool reading a file inside the container, with and without parallel jobs; memory; and what a
// drill takes beside a restore.
import { join } from "node:path"
import {
  createRestore,
  getRestore,
  getRestoreLogs,
  getVerification,
  verifyBackup,
} from "../../schemas/api.ts"
import type { CompletedBackup } from "../../schemas/backup.ts"
import { must } from "../support/command.ts"
import { type Controller, place, startController } from "../support/controller.ts"
import { homeDatabase, startServer, type TestServer } from "../support/servers.ts"
import { backUp, databaseIdOf, seconds } from "./back-up.ts"
import { fillWith } from "./data.ts"
import { record } from "./figures.ts"
import { memory, resetPeak } from "./memory.ts"

const inside = "/tmp/bare.dump"
// Seldom: who asks competes for the processors. How long it took is told by the records.
const pauseMilliseconds = 250

/** The backup's bytes as the bare tool reads them: a file in the server's own container. */
async function putInside(server: TestServer, file: string): Promise<void> {
  const unpack = server.engine === "postgres" ? "cat" : "zstd -dc"
  await must([
    ...["bash", "-o", "pipefail", "-c"],
    `${unpack} "$1" | docker exec --interactive ${server.name} sh -c 'cat > ${inside}'`,
    ...["bash", file],
  ])
}

/** What a person would type: a new database, and the tool. */
function bareRestore(server: TestServer, name: string, jobs: number): Promise<unknown> {
  const client = server.engine === "mysql" ? "mysql" : "mariadb"
  const script =
    server.engine === "postgres"
      ? `createdb -U postgres "$1" && pg_restore -U postgres --exit-on-error --jobs=${jobs} -d "$1" ${inside}`
      : `export MYSQL_PWD="\${MARIADB_ROOT_PASSWORD:-$MYSQL_ROOT_PASSWORD}"; ${client} -uroot -e "create database $1" && ${client} -uroot "$1" < ${inside}`
  return must(["docker", "exec", server.name, "sh", "-c", script, "sh", name])
}

interface Restored {
  readonly took: number
  /** From the request to the end of the pass that proves the copy. */
  readonly proven: number
  readonly peakMegabytes: number
}

async function restored(
  controller: Controller,
  { id: backupId }: CompletedBackup,
  name: string,
  jobs?: number,
): Promise<Restored> {
  resetPeak(controller.pid)
  const asked = Date.now()
  const options = { mode: "new", name, ...(jobs === undefined ? {} : { jobs }) } as const
  const { data: begun } = await controller.call(createRestore, { body: { backupId, options } })
  const params = { id: begun.id }
  for (;;) {
    const { data } = await controller.call(getRestore, { params })
    if (data.status === "completed") {
      const took = (Date.parse(data.finishedAt) - asked) / 1000
      if (data.differences.length > 0) throw new Error(data.differences.join("; "))
      const { data: lines } = await controller.call(getRestoreLogs, { params, query: {} })
      const proof = lines.find(({ message }) => message.includes("is what left the server"))
      const proven = (Date.parse(proof?.at ?? "") - asked) / 1000
      return { took, proven, peakMegabytes: memory(controller.pid).peakMegabytes }
    }
    if (data.status !== "queued" && data.status !== "running") throw new Error(JSON.stringify(data))
    await Bun.sleep(pauseMilliseconds)
  }
}

async function drilled(controller: Controller, { id }: CompletedBackup): Promise<number> {
  return await seconds(async () => {
    const { data: begun } = await controller.call(verifyBackup, { params: { id }, body: { level: "drill" } })
    for (;;) {
      const { data } = await controller.call(getVerification, { params: { id: begun.id } })
      if (data.status === "completed") return
      if (data.status !== "queued" && data.status !== "running") throw new Error(JSON.stringify(data))
      await Bun.sleep(pauseMilliseconds)
    }
  })
}

const drop = async (server: TestServer, name: string): Promise<void> => {
  await server.sql(homeDatabase[server.engine], `drop database ${name}`)
  if (server.engine === "postgres") await server.sql("postgres", "checkpoint")
  // What one run has written is not to be the next one's wait.
  await must(["sync"])
}

const ratios = (ours: readonly number[], theirs: readonly number[]) =>
  ours.map((time, run) => time / (theirs[run] ?? Number.NaN))

export async function restoreCost(image: string, megabytes: number, runs: number): Promise<void> {
  const here = place()
  const server = await startServer(image, {
    [`${here.prefix}.enable`]: "true",
    [`${here.prefix}.schedule`]: "manual",
  })
  try {
    await server.ready()
    console.log(`${image}: filling large with about ${megabytes} MB`)
    await fillWith(server, "large", megabytes)
    const controller = await startController(here)
    try {
      const backup = await backUp(controller, await databaseIdOf(controller, "large"))
      await putInside(server, join(here.folder, "backups", backup.copies[0]?.key ?? ""))
      const times = new Map<string, number[]>()
      const note = (name: string, value: number): void => {
        console.log(`  ${name}: ${value.toFixed(2)}`)
        times.set(name, [...(times.get(name) ?? []), value])
      }
      const of = (name: string) => times.get(name) ?? []
      const ways = server.engine === "postgres" ? [undefined, 2] : [undefined]
      for (let run = 0; run < runs; run++) {
        for (const jobs of ways) {
          const with_ = jobs === undefined ? "" : `, ${jobs} jobs`
          note(`bare${with_}`, await seconds(() => bareRestore(server, "bare", jobs ?? 1)))
          await drop(server, "bare")
          const ours = await restored(controller, backup, "ours", jobs)
          note(`dbbackup${with_}`, ours.took)
          note(`proven${with_}`, ours.proven)
          note("memory", ours.peakMegabytes)
          await drop(server, "ours")
        }
      }
      note("drill", await drilled(controller, backup))
      const what = `${image} ${megabytes} MB`
      for (const jobs of ways) {
        const with_ = jobs === undefined ? "" : `, ${jobs} jobs`
        record(`${what}, the bare tool from a file inside${with_}`, of(`bare${with_}`), "s")
        record(
          `${what}, dbbackup${with_}`,
          of(`dbbackup${with_}`),
          "s",
          "from the request to the checked database",
        )
        record("  of that until the copy is proven", of(`proven${with_}`), "s")
        record(`  dbbackup / bare${with_}`, ratios(of(`dbbackup${with_}`), of(`bare${with_}`)), "×")
      }
      record(`${what}, peak memory of a restore`, [Math.max(...of("memory"))], "MB")
      const median = [...of("dbbackup")].sort((a, b) => a - b)[runs >> 1] ?? Number.NaN
      record(
        `${what}, a drill`,
        of("drill"),
        "s",
        `${((of("drill")[0] ?? 0) - median).toFixed(1)} s more than a restore`,
      )
    } finally {
      await controller.end("SIGTERM")
    }
  } finally {
    await server.remove()
    here.remove()
  }
}
