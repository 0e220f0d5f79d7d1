// What the tests of the fault matrix have in common: a server with a good backup, a fault, and what must be true after it.
import { expect } from "bun:test"
import { join } from "node:path"
import { createBackup, createRestore, getBackup } from "../../schemas/api.ts"
import type { Backup, CompletedBackup } from "../../schemas/backup.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { contents, fill } from "../support/samples.ts"
import { homeDatabase, startServer, type TestServer } from "../support/servers.ts"
import { storedFiles } from "../support/stored-files.ts"
import { dumpTools } from "../support/tools.ts"
import { until } from "../support/until.ts"
import { faultRows } from "./matrix.ts"

export interface Stage {
  readonly here: Place
  readonly server: TestServer
  readonly controller: Controller
  /** Of the database `shop`, made before any fault. */
  readonly good: CompletedBackup
  begin(database: string): Promise<Backup>
  /** Begins, and resolves once some of it has arrived. */
  flowing(database: string): Promise<Backup>
  backUp(database: string): Promise<Backup>
  /** It ended as the row of the matrix says; no tool is left, no session, no file. */
  fails(row: string, backup: Backup): Promise<void>
  /** Restores the good backup into a database of that name, on that server, and compares every row. */
  stillRestores(as: string, on?: TestServer): Promise<void>
  end(): Promise<void>
}

interface Setting {
  readonly labels?: Readonly<Record<string, string>>
  readonly flags?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
  readonly entry?: string
  readonly here?: Place
}

/** Dumped after `first`: several, as a server may let a dump have the lock of the next one before whoever drops them all. */
const later = Array.from({ length: 12 }, (_, at) => `create table later_${at} (i int)`).join("; ")

/** Rows that take a dump long enough to break it in the middle, twice. */
async function fillLarge(server: TestServer): Promise<void> {
  await server.sql(homeDatabase[server.engine], "create database large")
  if (server.engine === "postgres") {
    await server.sql(
      "large",
      "create table first as select i, md5(i::text) || md5((i+1)::text) || md5((i+2)::text) as x from generate_series(1, 600000) i; create table later (i int)",
    )
    await server.sql("postgres", "create database large_two template large")
    return
  }
  await server.sql(
    "large",
    `create table first (i int auto_increment primary key, x text); insert into first (x) values (repeat(uuid(), 40)); ${later}`,
  )
  for (let n = 0; n < 15; n++)
    await server.sql("large", "insert into first (x) select repeat(concat(uuid(), i), 38) from first")
  await server.sql("mysql", "create database large_two")
  await server.sql("large_two", `create table first as select * from large.first; ${later}`)
}

/** The labels' values are added to those of a job that runs on request, keeps everything, and compresses nothing. */
export async function stage(image: string, setting: Setting = {}): Promise<Stage> {
  const here = setting.here ?? place()
  const labels = {
    ...{ enable: "true", schedule: "manual", compress: "none", retention: "last=50", "rate-limit": "8MiB" },
    id: `${here.prefix}-${image.split(":")[0]}`,
    ...setting.labels,
  }
  const server = await startServer(
    image,
    Object.fromEntries(Object.entries(labels).map(([key, value]) => [`${here.prefix}.${key}`, value])),
    setting.flags,
  )
  await server.ready()
  await fill(server, "shop")
  await fillLarge(server)
  const wanted = await contents(server, "shop")
  const controller = await startController(here, setting.env, setting.entry)

  const begin = async (name: string) => {
    const { id: databaseId } = await controller.database(
      name,
      (database) => database.server.container?.state === "running" && database.jobs.length > 0,
    )
    return (await controller.call(createBackup, { body: { databaseId } })).data
  }
  const backUp = async (name: string) => controller.backupDone((await begin(name)).id)
  const good = await backUp("shop")
  if (good.status !== "completed") throw new Error(`no good backup to begin with: ${JSON.stringify(good)}`)
  let kept = storedFiles(join(here.folder, "backups"))

  return {
    here,
    server,
    controller,
    good,
    begin,
    async flowing(name) {
      const begun = await begin(name)
      await until("bytes flow", async () => {
        const { data: now } = await controller.call(getBackup, { params: { id: begun.id } })
        if (now.status === "failed") throw new Error(now.error.message)
        return now.status === "running" && now.progress.rawBytes > 2_000_000
      })
      return begun
    },
    async backUp(name) {
      const done = await backUp(name)
      if (done.status === "completed") kept = storedFiles(join(here.folder, "backups"))
      return done
    },
    async fails(name, backup) {
      const row = faultRows[name]
      if (row === undefined || row.code === null) throw new Error(`the matrix has no row ${name}`)
      const done = await controller.backupDone(backup.id)
      if (!("error" in done)) throw new Error(`it completed: ${JSON.stringify(done)}`)
      const { message, code } = done.error
      expect({ message, status: done.status, code }).toEqual({ message, status: "failed", code: row.code })
      expect(done.error.message.length).toBeGreaterThan(10)
      expect(done.error.hint ?? "").toContain(row.hint)
      await until("no tool is left", async () => (await dumpTools(server)).length === 0, 60)
      expect(storedFiles(join(here.folder, "backups"))).toEqual(kept)
    },
    async stillRestores(as, on = server) {
      const options = { mode: "new", name: as } as const
      const { data } = await controller.call(createRestore, { body: { backupId: good.id, options } })
      expect(await controller.restoreDone(data.id)).toMatchObject({ status: "completed", differences: [] })
      expect(await contents(on, as)).toBe(wanted)
    },
    async end() {
      await controller.end("SIGTERM")
      await server.remove()
      here.remove()
    },
  }
}
