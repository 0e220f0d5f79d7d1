// Fingerprints in the manifests of real backups: of the very snapshot that was dumped, while the database is written to all along.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { cancelBackup, createBackup, createRestore, getManifest, getRunLogs } from "../../schemas/api.ts"
import type { Manifest } from "../../schemas/manifest.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { startServer, type TestServer } from "../support/servers.ts"
import { until } from "../support/until.ts"
import { proxy } from "./docker-fixture.ts"

setDefaultTimeout(300_000)
const images = process.env.POSTGRES_IMAGES?.split(",") ?? ["postgres:17", "postgres:13"]

const accounts = `create table account (id int primary key, cents bigint not null);
insert into account select i, 1000 from generate_series(1, 1000) i;
create table transfer (id bigserial primary key, cents int, note text);
create table ballast as select i, md5(i::text) || md5((i + 1)::text) as text from generate_series(1, 400000) i;
`
/** Adds rows to one table and takes from another, in small transactions, until it is told to stop. */
const writing = `create table stop (); truncate transfer;
create procedure write() language plpgsql as $$ begin
  while to_regclass('stop_now') is null loop
    insert into transfer (cents, note) select 1, repeat('x', 100) from generate_series(1, 20);
    delete from ballast where ctid in (select ctid from ballast limit 3);
    commit;
  end loop; end $$;`

for (const image of images) {
  describe(`a fingerprint of ${image}`, () => {
    let here: Place
    let controller: Controller
    let server: TestServer

    beforeAll(async () => {
      here = place()
      const variants: Readonly<Record<string, Readonly<Record<string, string>>>> = {
        [here.prefix]: { fingerprint: "exact" },
        [`${here.prefix}rough`]: {},
        [`${here.prefix}bare`]: { fingerprint: "off" },
        [`${here.prefix}humble`]: { user: "humble" },
      }
      const common = { enable: "true", schedule: "manual", globals: "false", databases: "bank" }
      const labels = Object.entries(variants).flatMap(([prefix, more]) =>
        Object.entries({ ...common, ...more }).map(([key, value]) => [`${prefix}.${key}`, value]),
      )
      server = await startServer(image, Object.fromEntries(labels))
      await server.ready()
      await server.sql("postgres", "create database bank")
      await server.sql("bank", accounts + writing)
      controller = await startController(here)
    })
    afterAll(async () => {
      await controller?.end("SIGTERM")
      await server?.remove()
      here?.remove()
    })

    const begin = async (by: Controller) => {
      const { id: databaseId } = await by.database(
        "bank",
        ({ server }) => server.container?.state === "running",
      )
      return (await by.call(createBackup, { body: { databaseId } })).data
    }
    const backUp = async (by = controller): Promise<{ id: string; manifest: Manifest; log: string }> => {
      const { id, runId } = await begin(by)
      const done = await by.backupDone(id)
      if (done.status !== "completed") throw new Error(`${JSON.stringify(done)}\n${by.log()}`)
      const { data: lines } = await by.call(getRunLogs, { params: { id: runId } })
      const { data: manifest } = await by.call(getManifest, { params: { id } })
      return { id, manifest, log: lines.map(({ level, message }) => `${level}: ${message}`).join("\n") }
    }
    /** What another controller on the same container makes of its own labels. */
    const backUpAs = async (variant: string, env: Readonly<Record<string, string>> = {}) => {
      const folder = place()
      const other = await startController({ ...folder, prefix: `${here.prefix}${variant}` }, env)
      try {
        return await backUp(other)
      } finally {
        await other.end("SIGTERM")
        folder.remove()
      }
    }
    const sessions = () =>
      server.sql(
        "postgres",
        "select state, query from pg_stat_activity where application_name = 'dbbackup' and pid <> pg_backend_pid()",
      )

    test("holds the very rows that the restored copy has, though all is being written to", async () => {
      const writer = server.sql("bank", "call write()")
      try {
        await until(
          "it writes",
          async () => (await server.sql("bank", "select count(*) from transfer")) > "100",
        )
        const { id, manifest, log } = await backUp()
        expect(manifest.fingerprint).toMatchObject({ level: "exact", sameSnapshot: true })
        expect(manifest.command.join(" ")).toContain(" --snapshot=")
        expect(manifest.snapshot).toMatchObject({
          scope: "database",
          secondsAfterFirst: 0,
          lockMilliseconds: null,
        })
        const openedAt = Date.parse(manifest.snapshot?.openedAt ?? "")
        expect(openedAt).toBeGreaterThanOrEqual(Date.parse(manifest.startedAt))
        expect(openedAt).toBeLessThanOrEqual(Date.parse(manifest.finishedAt))
        expect(log).not.toContain("warn: ")
        expect(await sessions()).toBe("")
        const options = { mode: "new", name: "bank_restored" } as const
        const { data: begun } = await controller.call(createRestore, { body: { backupId: id, options } })
        expect(await controller.restoreDone(begun.id)).toMatchObject({ status: "completed", differences: [] })
        for (const [table, rows] of Object.entries(manifest.fingerprint?.rows ?? {}))
          expect(`${table} ${await server.sql("bank_restored", `select count(*) from ${table}`)}`).toBe(
            `${table} ${rows}\n`,
          )
        expect(Object.keys(manifest.fingerprint?.rows ?? {})).toHaveLength(4)
        // Not by chance: it was written to meanwhile.
        const later = Number(await server.sql("bank", "select count(*) from transfer"))
        expect(later).toBeGreaterThan(manifest.fingerprint?.rows["public.transfer"] ?? later)
      } finally {
        await server.sql("bank", "create table stop_now ()")
        await writer
        await server.sql("bank", "drop table stop_now")
      }
    })

    test("can be of estimates, or not be at all", async () => {
      const { manifest } = await backUp()
      await server.sql("bank", "analyze")
      const { manifest: rough } = await backUpAs("rough")
      expect(rough.fingerprint).toMatchObject({ level: "estimates", sameSnapshot: true })
      expect(rough.fingerprint?.rows["public.account"]).toBe(1000)
      expect(rough.fingerprint?.schemaSha256).toBe(manifest.fingerprint?.schemaSha256 ?? "")
      const { manifest: bare } = await backUpAs("bare")
      expect(bare.fingerprint).toBeUndefined()
      expect(bare.command.join(" ")).not.toContain("snapshot")
      expect(bare.snapshot?.scope).toBe("database")
    })

    test("is of another snapshot, and says so, where nothing can be asked in the dump's own", async () => {
      // A proxy that does not know of upgrades: output passes, input does not.
      const at = await proxy({ request: (head) => head.replace(/^(Upgrade|Connection): .*\r\n/gim, "") })
      try {
        const { manifest, log } = await backUpAs("", { DOCKER_HOST: at.endpoint })
        expect(manifest.fingerprint).toMatchObject({ level: "exact", sameSnapshot: false })
        expect(manifest.fingerprint?.rows["public.account"]).toBe(1000)
        expect(manifest.command.join(" ")).not.toContain("--snapshot=")
        expect(log).toMatch(/warn: the fingerprint of bank will not be of the dump's own snapshot: .*input/)
      } finally {
        await at.close()
      }
    })

    test("that cannot be taken fails no backup, and the log says why", async () => {
      await server.sql(
        "bank",
        `revoke execute on function pg_database_size(name) from public; create role humble login;
         grant usage on schema public to humble; grant select on all tables in schema public to humble;
         grant select on all sequences in schema public to humble`,
      )
      const { manifest, log } = await backUpAs("humble")
      expect(manifest.fingerprint).toBeUndefined()
      expect(manifest.proof.exitCode).toBe(0)
      expect(log).toMatch(/warn: there is no fingerprint of bank: .*pg_database_size/)
      expect(await sessions()).toBe("")
    })

    /** While a table is locked, pg_dump waits, and the session that holds the snapshot is idle in its transaction. */
    const whileWaiting = async (then: (id: string) => Promise<unknown>) => {
      const lock = server.sql("bank", "begin; lock table account; select pg_sleep(600)").catch(() => "ended")
      await until("it is locked", async () =>
        (
          await server.sql(
            "postgres",
            "select 1 from pg_locks where mode = 'AccessExclusiveLock' and granted",
          )
        ).trim(),
      )
      const { id } = await begin(controller)
      await until("the dump waits", async () => /idle in transaction/.test(await sessions()))
      await then(id)
      const end =
        "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(600)%' and pid <> pg_backend_pid()"
      await server.sql("postgres", end)
      expect(await lock).toBe("ended")
    }

    test("leaves no session behind when the backup is cancelled", async () => {
      await whileWaiting(async (id) => {
        await controller.call(cancelBackup, { params: { id } })
        expect((await controller.backupDone(id)).status).toBe("cancelled")
        await until("no session is left", async () => (await sessions()) === "", 20)
      })
    })

    test("leaves no transaction open when the controller is killed", async () => {
      await whileWaiting(async () => {
        await controller.end("SIGKILL")
        await until("none is open", async () => !/idle in transaction/.test(await sessions()), 20)
      })
      controller = await startController(here)
    })
  })
}
