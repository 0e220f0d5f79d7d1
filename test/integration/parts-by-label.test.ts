// From labels that ask for a part of a database to its restored tables: the whole product, nothing faked.
import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test"
import { createBackup, createRestore, getManifest, getStatus, planRestore } from "../../schemas/api.ts"
import type { Backup } from "../../schemas/backup.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { homeDatabase, startServer, type TestServer } from "../support/servers.ts"

setDefaultTimeout(240_000)

for (const image of ["postgres:17", "mysql:9"]) {
  describe(image, () => {
    let here: Place
    let controller: Controller
    let server: TestServer

    /** A server with these labels and the database shop, and the outcome of a backup of it. */
    const backedUp = async (labels: Record<string, string>) => {
      here = place()
      const own = { enable: "true", schedule: "weekly", "on-missed": "skip", ...labels }
      server = await startServer(
        image,
        Object.fromEntries(Object.entries(own).map(([key, value]) => [`${here.prefix}.${key}`, value])),
      )
      await server.ready()
      const home = homeDatabase[server.engine]
      await server.sql(home, "create database shop")
      await server.sql(
        "shop",
        `create table orders (id int); insert into orders values (1), (2);
         create table items (id int); insert into items values (3);
         create table log (t int); insert into log values (4); create view logs as select t from log;`,
      )
      controller = await startController(here)
      const database = await controller.database("shop", () => true)
      const { data: begun } = await controller.call(createBackup, { body: { databaseId: database.id } })
      return { database, backup: await controller.backupDone(begun.id) }
    }
    const good = (backup: Backup) => {
      if (backup.status !== "completed") throw new Error(`${JSON.stringify(backup)}\n${controller.log()}`)
      return backup
    }
    const restore = async (backup: Backup) => {
      const options = { mode: "new", name: "again" } as const
      const { data: begun } = await controller.call(createRestore, { body: { backupId: backup.id, options } })
      return controller.restoreDone(begun.id)
    }

    afterEach(async () => {
      await controller?.end("SIGTERM")
      await server?.remove()
      here?.remove()
    })

    test("a part is dumped, told as one, restored, and does not stand for the database", async () => {
      const { backup, database } = await backedUp({
        "exclude-tables": "log",
        "exclude-data": "items",
      })
      expect(good(backup).part).toBe("without 2 tables and views, 1 tables without rows")
      const { data: manifest } = await controller.call(getManifest, { params: { id: backup.id } })
      const schema = server.engine === "postgres" ? "public" : "shop"
      expect(manifest.part).toMatchObject({
        leftOut: [`${schema}.log`, `${schema}.logs`],
        withoutRows: [`${schema}.items`],
        wanted: { tables: 2, "tables' rows": 1 },
      })
      expect(manifest.holds).toMatchObject({ tables: 2, "tables' rows": 1 })
      const options = { mode: "new", name: "again" } as const
      const body = { backupId: backup.id, options, dryRun: true } as const
      const { data: plan } = await controller.call(planRestore, { body })
      expect(plan.warnings.join()).toContain(`made without ${schema}.log`)
      const restored = await restore(backup)
      expect(restored).toMatchObject({ status: "completed", tables: 2, differences: [] })
      expect(
        await server.sql("again", "select (select count(*) from orders), (select count(*) from items)"),
      ).toBe("2\t0\n")
      const after = await controller.database(
        "shop",
        ({ id, lastAttempt }) => id === database.id && lastAttempt !== null,
      )
      expect(after).toMatchObject({ state: "unprotected", lastBackup: null })
      const { data: status } = await controller.call(getStatus)
      expect(status.verdict.sentence).toContain("backed up only in part")
    })

    test("a name that matches nothing fails, with the nearest", async () => {
      const { backup } = await backedUp({ tables: "ordres" })
      expect(backup).toMatchObject({
        status: "failed",
        error: {
          code: "label-invalid",
          message: `nothing in shop matches "ordres" of the label ${here.prefix}.tables`,
          suggestion: "orders",
        },
      })
    })

    test("rows alone are refused as a database of their own", async () => {
      const { backup } = await backedUp({ content: "data" })
      expect(good(backup).part).toBe("data only")
      expect(restore(backup)).rejects.toThrow("rows and no tables")
    })
  })
}
