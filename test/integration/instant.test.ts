// One instant for all databases of a server: what holds across databases holds in the backups, whatever is written meanwhile.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { createRestore, getManifest, getRun, getRunLogs, listRuns } from "../../schemas/api.ts"
import type { Manifest } from "../../schemas/manifest.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { homeDatabase, startServer, type TestServer } from "../support/servers.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(400_000)
const images = process.env.MYSQL_IMAGES?.split(",") ?? ["mysql:9", "mariadb:11.8"]
const cents = 100_000
const quoted = (name: string) => `\`${name.replaceAll("`", "``")}\``

const accounts = (name: string) => `create database ${name}; use ${name};
  create table account (id int primary key, cents bigint not null);
  create table moved (i int auto_increment primary key);
  insert into account values ${Array.from({ length: 100 }, (_, id) => `(${id}, ${cents / 200})`).join(",")};`

/** Moves amounts from one database to the other, and notes it in both, each time in one transaction, until the table `stop` has a row. */
const mover = `create database mover; use mover; create table stop (i int primary key);
delimiter //
create procedure move_on() begin
  declare one int default 0;
  while not exists (select 1 from stop) do
    set one = (one + 1) % 100;
    start transaction;
    update a_bank.account set cents = cents - 1 where id = one;
    update z_shop.account set cents = cents + 1 where id = one;
    insert into a_bank.moved values (); insert into z_shop.moved values ();
    commit;
  end while;
end //
delimiter ;`

const ballast = `create database m_ballast; use m_ballast;
  create table t (i int auto_increment primary key, x text); insert into t (x) values (repeat(uuid(), 20));
  ${"insert into t (x) select repeat(concat(uuid(), i), 19) from t;".repeat(16)}`

const odd = ["back`tick", "we ird", "$HOME", "-dash", "漢字", `quo"te`, "o'clock", "back\\slash", "a.b"]
/** mariadb-dump fails for routines and events of a database that is called so. */
const isUnable = (image: string, name: string) => image.startsWith("mariadb") && /['"\\]/.test(name)
/** Bodies that look like what the tool prints between two databases. */
const trap = `create table item (id int primary key auto_increment, body text);
  insert into item (body) values ('\\n--\\n-- Current Database: \`we ird\`\\n--\\n\\nUSE \`we ird\`;\\n');
  create view seen as select id, body, 'x\n-- Current Database: \`we ird\`' as trap from item;
  delimiter //
  create procedure trap() begin
/*
DELIMITER ;;
--
-- Current Database: \`we ird\`
--

USE \`we ird\`;
*/
    select 1; end //
  create trigger before_item before insert on item for each row begin
-- DELIMITER ;
    set new.body = concat(new.body, ''); end //
  delimiter ;`

for (const image of images) {
  describe(`${image} at one instant`, () => {
    let server: TestServer
    const places: Place[] = []
    const controllers: Controller[] = []

    const labels = (here: Place, more: Readonly<Record<string, string>>) =>
      Object.entries({ enable: "true", schedule: "monthly", compress: "none", ...more }).map(
        ([key, value]) => [`${here.prefix}.${key}`, value] as const,
      )
    const newPlace = (): Place => {
      const here = place()
      places.push(here)
      return here
    }
    const [together, apart, many, broken] = [newPlace(), newPlace(), newPlace(), newPlace()]

    beforeAll(async () => {
      server = await startServer(
        image,
        Object.fromEntries([
          ...labels(together, { databases: "a_bank,m_ballast,z_shop,mover", fingerprint: "exact" }),
          ...labels(apart, {
            databases: "a_bank,m_ballast,z_shop",
            snapshot: "database",
            fingerprint: "exact",
          }),
          ...labels(many, { databases: JSON.stringify(["n*", ...odd]) }),
          ...labels(broken, { databases: "a_bank,broken,z_shop", retries: "0", "snapshot.lock": "false" }),
        ]),
      )
      await server.ready()
    })
    afterAll(async () => {
      for (const controller of controllers) await controller.end("SIGTERM")
      await server?.remove()
      for (const here of places) here.remove()
    })
    const run = (sql: string) => server.sql(homeDatabase[server.engine], sql)

    /** The first run of the job, which begins by itself, and the manifests of what it made. */
    const firstRun = async (here: Place) => {
      const controller = await startController(here)
      controllers.push(controller)
      const ended = await until(
        "the first run has ended",
        async () => (await controller.call(listRuns)).data.find((one) => "finishedAt" in one),
        300,
      )
      const { data } = await controller.call(getRun, { params: { id: ended.id } })
      const { data: lines } = await controller.call(getRunLogs, { params: { id: ended.id } })
      const log = lines.map(({ level, message }) => `${level}: ${message}`).join("\n")
      const manifests = new Map<string, Manifest>()
      for (const { id, status, database } of data.backups)
        if (status === "completed")
          manifests.set(database, (await controller.call(getManifest, { params: { id } })).data)
      return { controller, run: data.run, backups: data.backups, manifests, log }
    }
    const bytesOf = (here: Place, { fileName }: Manifest) => {
      const folder = join(here.folder, "backups")
      const file = readdirSync(folder, { recursive: true }).find((path) => String(path).endsWith(fileName))
      return readFileSync(join(folder, String(file)), "utf8")
    }
    const restored = async (here: Place, manifest: Manifest | undefined, name: string) => {
      if (!manifest) throw new Error("there is no such backup")
      await run(`create database ${quoted(name)}`)
      await server.sql(name, bytesOf(here, manifest))
    }
    const total = async (here: Place, manifests: ReadonlyMap<string, Manifest>, mark: string) => {
      await restored(here, manifests.get("a_bank"), `bank_${mark}`)
      await restored(here, manifests.get("z_shop"), `shop_${mark}`)
      return Number(
        await run(
          `select (select sum(cents) from bank_${mark}.account) + (select sum(cents) from shop_${mark}.account)`,
        ),
      )
    }

    /** The rows that were counted beside each dump are those of the dump, although more come in all the time. */
    const isCounted = async (manifests: ReadonlyMap<string, Manifest>, mark: string, log: string) => {
      for (const [name, into] of [
        ["a_bank", "bank"],
        ["z_shop", "shop"],
      ] as const) {
        const { fingerprint, snapshot } = manifests.get(name) ?? {}
        expect([fingerprint?.sameSnapshot, log]).toEqual([true, log])
        const rows = Number(await run(`select count(*) from ${into}_${mark}.moved`))
        expect(rows).toBeGreaterThan(0)
        expect(fingerprint?.rows).toEqual({ account: 100, moved: rows })
        expect(snapshot?.lockMilliseconds).toBeGreaterThan(0)
        expect(snapshot?.lockMilliseconds).toBeLessThan(5000)
      }
    }

    test("keeps what holds across databases, which dumps one after the other break", async () => {
      await run(`${accounts("a_bank")}${accounts("z_shop")}${ballast}${mover}`)
      const moving = run("call mover.move_on()")
      try {
        const one = await firstRun(together)
        expect([one.run.status, one.log]).toEqual(["completed", one.log])
        const snapshots = ["a_bank", "m_ballast", "mover", "z_shop"].map(
          (name) => one.manifests.get(name)?.snapshot,
        )
        expect(snapshots[0], one.log).toMatchObject({ scope: "server" })
        expect(new Set(snapshots.map((snapshot) => JSON.stringify(snapshot))).size).toBe(1)
        expect(snapshots[0]).toMatchObject({ scope: "server", secondsAfterFirst: 0 })
        expect(await total(together, one.manifests, "together")).toBe(cents)
        await isCounted(one.manifests, "together", one.log)

        const backupId = one.backups.find(({ database }) => database === "a_bank")?.id ?? ""
        const options = { mode: "new", name: "bank_compared" } as const
        const { data: begun } = await one.controller.call(createRestore, { body: { backupId, options } })
        expect(await one.controller.restoreDone(begun.id)).toMatchObject({ differences: [] })
        expect(one.controller.log()).toContain(
          "tables, rows, definitions, sequences and extensions of bank_compared are those that were dumped",
        )

        const two = await firstRun(apart)
        expect([two.run.status, two.log]).toEqual(["completed", two.log])
        expect(two.manifests.get("z_shop")?.snapshot).toMatchObject({ scope: "database" })
        expect(await total(apart, two.manifests, "apart")).not.toBe(cents)
        await isCounted(two.manifests, "apart", two.log)
      } finally {
        await run("insert into mover.stop values (1)")
        await moving
      }
    })

    test("takes fifty databases with odd names and bodies, whole", async () => {
      for (const name of odd) {
        await run(`create database ${quoted(name)}`)
        await server.sql(
          name,
          isUnable(image, name) ? trap.replace(/ {2}create procedure[\s\S]*?end \/\//, "") : trap,
        )
      }
      await run(
        Array.from({ length: 41 }, (_, i) => {
          const name = `n${String(i).padStart(2, "0")}`
          return `create database ${name}; create table ${name}.t (i int); insert into ${name}.t values (${i});`
        }).join("\n"),
      )
      const { run: one, manifests, backups, log } = await firstRun(many)
      expect([one.status, log]).toEqual(["completed", log])
      expect(backups).toHaveLength(51)
      const scopes = [...manifests].map(([name, { snapshot }]) => [name, snapshot?.scope ?? null])
      const ofDatabases = scopes.filter(([name]) => name !== "").map(([, scope]) => scope)
      expect(new Set(ofDatabases)).toEqual(new Set(["server", null])) // null: the globals, which have no snapshot
      for (const name of odd) {
        await restored(many, manifests.get(name), "again")
        const call = isUnable(image, name) ? "" : "call trap(); "
        const ask = `select body from item; select count(*), min(trap) from seen; ${call}insert into item (body) values (null)`
        expect(await server.sql("again", ask)).toBe(await server.sql(name, ask))
        await run("drop database again")
      }
      await restored(many, manifests.get("n40"), "again")
      expect(await server.sql("again", "select * from t; show tables")).toBe("40\nt\n")
    })

    test("leaves out a database that cannot be dumped, and keeps the others together", async () => {
      await run(
        "create database broken; create table broken.t (i int); create view broken.v as select i from broken.t; drop table broken.t",
      )
      const { run: one, backups, manifests, log } = await firstRun(broken)
      expect([one.status, log]).toEqual(["partial", log])
      expect(backups.filter(({ status }) => status === "failed").map(({ database }) => database)).toEqual([
        "broken",
      ])
      // Without a lock, as the label says, the fingerprint is of another snapshot; the dumps are still of one.
      expect(manifests.get("a_bank")?.snapshot).toMatchObject({ scope: "server", lockMilliseconds: null })
      expect(manifests.get("a_bank")?.fingerprint?.sameSnapshot).toBe(false)
      expect(manifests.get("z_shop")?.snapshot).toEqual(manifests.get("a_bank")?.snapshot as never)
      expect(log).toContain("failed at broken")
      expect(
        readdirSync(join(broken.folder, "backups"), { recursive: true }).filter((path) =>
          String(path).includes("broken_"),
        ),
      ).toEqual([])
    })
  })
}
