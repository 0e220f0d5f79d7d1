// A MySQL or MariaDB database in the place of another: broken off after each kind of statement, in the server's own midst, and with the
// controller killed. It is the old one or the restored one, whole, with every row and definition; the other one is beside it.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { rulesFor } from "../../controller/engines/registry.ts"
import type { ExchangeOrder, Swapping, SwapStep, SwapSteps } from "../../controller/engines/swapping.ts"
import {
  createBackup,
  createRestore,
  getRestore,
  listDatabases,
  listRestores,
  undoRestore,
} from "../../schemas/api.ts"
import type { Swap } from "../../schemas/swap.ts"
import { must } from "../support/command.ts"
import { type Controller, place, startController } from "../support/controller.ts"
import { runScript } from "../support/docker-cli.ts"
import { engineOf, startServer, type TestServer } from "../support/servers.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(300_000)
const images = process.env.MYSQL_IMAGES?.split(",") ?? ["mysql:9", "mariadb:11.8"]
const id = "0193aaaa-0000-7000-8000-000000000001"

/** Of every kind, and in another order than the one in which they can be made again. `mark` stands in what is to be told apart. */
const definitions = (mark: string, isMariadb: boolean) => [
  "create table item (id int auto_increment primary key, price decimal(10,2) not null default 1.5, body varchar(80), twice decimal(12,2) generated always as (price * 2) stored, constraint dear check (price >= 0), key by_body (body(10)))",
  "create table kid (id int primary key, item int, constraint of_item foreign key (item) references item (id) on delete cascade)",
  "create table `odd \"na'me` (i int primary key) partition by range (i) (partition low values less than (10), partition rest values less than maxvalue)",
  "create table said (id int primary key, words text, fulltext key by_words (words))",
  "create table log (what varchar(80))",
  `insert into item (price, body) values (1, '${mark}'), (2, 'x'), (3, 'y')`,
  "insert into kid values (1, 1), (2, 1)",
  `insert into said values (1, 'wie es ${mark} heißt')`,
  ...(isMariadb
    ? [
        "create sequence numbers start with 5",
        "create table past (i int primary key) with system versioning",
        "insert into past values (1), (2)",
        "delete from past where i = 1",
      ]
    : []),
  "create view seen as select i.id, i.body, k.id as kid from item i join kid k on k.item = i.id",
  `create view above as select s.id, '${mark}' as mark from seen s`,
  "create function dbl(a int) returns int deterministic return a * 2",
  "create view doubled as select id, dbl(id) as d from item",
  `create procedure fill(in n int) comment 'it''s' begin -- ${mark}
insert into kid values (n, 1); end`,
  "create procedure steady() select 1",
  "create trigger `lo``w` before insert on `item` for each row set new.body = lower(new.body)",
  `create trigger high after insert ON \`item\` for each row begin insert into log values ('${mark};; high'); insert into log values (new.body); end`,
  `create trigger first after insert ON \`item\` for each row precedes high insert into log values ('${mark} first')`,
  "set session sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT'",
  `create trigger ansi before update ON \`item\` for each row set new.body = old.body || '"${mark}"'`,
  "set session sql_mode = default, time_zone = '+03:00'",
  `create event later on schedule every 1 year starts '2030-01-01' comment '${mark}' do delete from log`,
  "create event never on schedule at '2037-01-01' on completion preserve disable do delete from kid",
]
/** What is a table in one is a view in the other; and what only one has. */
const onlyOld = [
  "create view changing as select 1 as one",
  "create table turning (i int primary key)",
  "create procedure gone() select 2",
  "create table leaving (i int)",
  "create trigger of_leaving before insert ON `leaving` for each row set @x = 1",
]
const onlyNew = [
  "create table changing (i int primary key)",
  "create view turning as select 2 as two",
  "create procedure come() select 3",
]

interface Broken {
  readonly statements: readonly string[]
  readonly ended: boolean
}

/** All of them start at the same time. */
const started = new Map<string, Promise<TestServer>>()
const here = place()

beforeAll(() => {
  const label = (key: string, value: string) => ({ [`${here.prefix}.${key}`]: value })
  const labels = { ...label("enable", "true"), ...label("schedule", "manual") }
  for (const image of images) started.set(image, startServer(image, labels, ["--network", "none"]))
})
afterAll(async () => {
  for (const server of started.values()) await (await server).remove()
  here.remove()
})

for (const image of images) {
  describe(image, () => {
    const rules = rulesFor(engineOf(image))
    const swap = rules.swap as Swapping
    const isMariadb = rules.engine === "mariadb"
    const dumpTool = isMariadb ? "mariadb-dump" : "mysqldump --set-gtid-purged=OFF --column-statistics=0"
    let server: TestServer

    const define = (database: string, statements: readonly string[]) =>
      server.sql(database, `delimiter //\n${statements.join("\n//\n")}\n//\n`)
    /** Rows and definitions, word for word, and what belongs to the name. */
    const whole = async (database: string) => {
      const script = `export MYSQL_PWD="\${MARIADB_ROOT_PASSWORD:-$MYSQL_ROOT_PASSWORD}"; exec ${dumpTool} -uroot --comments --skip-comments --skip-dump-date --routines --triggers --events --hex-blob "$1"`
      const text = await must(["docker", "exec", server.name, "sh", "-c", script, "sh", database])
      const defaults = await server.sql(
        "mysql",
        `select default_character_set_name, default_collation_name from information_schema.schemata where schema_name = '${database}'`,
      )
      // MariaDB writes the table of a trigger anew when that is renamed.
      return `${defaults}${text.replaceAll(/\bon [`"](item|leaving)[`"] for each/gi, "ON `$1` FOR EACH")}`
    }
    const names = async () =>
      (
        await server.sql(
          "mysql",
          "select schema_name from information_schema.schemata where schema_name like 'shop%' order by 1",
        )
      )
        .trim()
        .split("\n")
    const run = async ({ script, input, doing }: SwapStep): Promise<Buffer> => {
      const { code, bytes, stderr } = await runScript(server.name, script, input)
      if (code !== 0) throw new Error(`${doing}: ${stderr}`)
      return bytes
    }
    const carryOut = async <T>(steps: SwapSteps<T>): Promise<T> => {
      let next = steps.next()
      while (!next.done) next = steps.next(await run(next.value))
      return next.value
    }
    /** Up to so many statements of the exchange itself; undefined: all of it. Returns what it consists of. */
    const breakOff = async (steps: SwapSteps<void>, after: number | undefined): Promise<Broken> => {
      let statements: readonly string[] = []
      for (let next = steps.next(); !next.done; ) {
        const { value: step } = next
        if (step.doing.startsWith("putting")) {
          const [head = "", ...rest] = (step.input?.toString("latin1") ?? "").split("\n")
          const delimiter = head.replace("delimiter ", "")
          statements = rest.join("\n").split(`\n${delimiter}\n`)
          const end = statements.at(-1) ?? ""
          statements = statements.slice(0, -1)
          if (after !== undefined) {
            const some = [head, ...statements.slice(0, after).flatMap((each) => [each, delimiter]), end]
            await run({ ...step, input: Buffer.from(some.join("\n"), "latin1") })
            return { statements, ended: false }
          }
        }
        next = steps.next(await run(step))
      }
      return { statements, ended: true }
    }
    const order = (incomingName: string, keptName: string): ExchangeOrder => ({
      ...{
        restoreId: id,
        name: "shop",
        incomingName,
        keptName,
        outgoing: id,
        incoming: id,
        endConnections: false,
      },
    })

    beforeAll(async () => {
      server = (await started.get(image)) as TestServer
      await server.ready()
      await server.sql(
        "mysql",
        "create database shop character set latin1; create database shop_new; create user app@localhost",
      )
      await define("shop", [...definitions("old", isMariadb), ...onlyOld])
      await define("shop_new", [...definitions("new", isMariadb), ...onlyNew])
      await server.sql(
        "shop",
        "grant select, trigger on shop.* to app@localhost; grant update on shop.item to app@localhost; grant execute, alter routine on procedure shop.fill to app@localhost with grant option; grant execute on function shop.dbl to app@localhost; grant execute on procedure shop.gone to app@localhost",
      )
    })

    test("an exchange that is broken off is all or nothing once it was looked at again, and the other one is whole beside", async () => {
      let [inPlace, beside] = [await whole("shop"), await whole("shop_new")]
      const grants = () => server.sql("mysql", "show grants for app@localhost")
      const granted = await grants()
      let incoming = "shop_new"
      let round = 0
      let cuts: readonly number[] | undefined
      for (let i = 0; cuts === undefined || i < cuts.length; i++) {
        const kept = `shop_k${round++}`
        const to = order(incoming, kept)
        const after = cuts?.[i]
        const { statements } = await breakOff(swap.exchange(to, {}), after)
        const ran = statements.slice(0, after)
        const last = ran.at(-1) ?? "nothing"
        // The very statement that moves all tables.
        const decided = ran.some(
          (each) => each.startsWith("rename table") && each.includes("`.`dbbackup_kept`"),
        )
        const settled = await carryOut(swap.settle(to, {}))
        expect({ last, ...settled }).toEqual({ last, exchanged: decided, amiss: [] })
        if (decided) {
          ;[inPlace, beside] = [beside, inPlace]
          incoming = kept
        }
        expect(await whole("shop")).toBe(inPlace)
        expect(await names()).toEqual(["shop", incoming])
        cuts ??= turns(statements)
      }
      expect(cuts.length).toBeGreaterThan(8)
      // Back to the old one, with all that it had.
      if (!inPlace.includes("'old'")) {
        const to = order(incoming, "shop_kept")
        await carryOut(swap.exchange(to, {}))
        expect(await carryOut(swap.settle(to, {}))).toEqual({ exchanged: true, amiss: [] })
        ;[inPlace, beside] = [beside, inPlace]
        incoming = "shop_kept"
      }
      expect(await whole("shop")).toBe(inPlace)
      expect(await grants()).toBe(granted)
      expect(await runScript(server.name, swap.dropKept({ name: "shop", key: id }, id, {}))).toMatchObject({
        stdout: "",
      })
      expect(await runScript(server.name, swap.dropKept({ name: incoming, key: id }, id, {}))).toMatchObject({
        stdout: "dropped\n",
      })
      expect(await names()).toEqual(["shop"])
    })

    describe("by a restore", () => {
      let controller: Controller | undefined
      let backupId: string
      let dumped: string
      let changed: string
      const start = async (env = {}, entry?: string) => {
        await controller?.end("SIGTERM")
        controller = await startController(here, env, entry)
        return controller
      }
      const shop = (on: Controller) =>
        // The other server has one of that name, too.
        on.database(
          "shop",
          ({ server: { name, container } }) => name === server.name && container?.state === "running",
        )
      const swapIn = async (on: Controller, more = {}) => {
        const options = { mode: "swap" as const, name: "shop", safetyBackup: false, ...more }
        return (await on.call(createRestore, { body: { backupId: backupId as never, options } })).data.id
      }
      const settledSwap = (on: Controller, id: string) =>
        until("it is known which one is in place", async () => {
          const restore = (await on.call(getRestore, { params: { id } })).data
          const isOver = restore.status !== "queued" && restore.status !== "running"
          return isOver && restore.swap?.state !== "exchanging" && restore.swap
        })
      afterAll(() => controller?.end("SIGTERM"))

      test("is refused with who is connected, takes the place when told to end them, and is put back as it was", async () => {
        const on = await start()
        const { id: databaseId } = await shop(on)
        const done = await on.backupDone((await on.call(createBackup, { body: { databaseId } })).data.id)
        expect(done.status).toBe("completed")
        backupId = done.id
        dumped = await whole("shop")
        await define("shop", [
          "update item set body = 'changed'",
          "drop trigger first",
          "create view since as select 1 as one",
          "drop procedure fill",
          "create procedure fill() select 'since'",
        ])
        changed = await whole("shop")
        const somebody = server.sql("shop", "select sleep(300)").catch(() => "ended")
        await until(
          "somebody is connected",
          async () =>
            (
              await server.sql(
                "mysql",
                "select count(*) from information_schema.processlist where info like '%sleep(300)%' and db = 'shop'",
              )
            ).trim() === "1",
        )
        await expect(swapIn(on)).rejects.toMatchObject({
          error: { code: "CONFLICT", message: "shop has 1 connection, of root (localhost)" },
        })
        const restored = await on.restoreDone(await swapIn(on, { endConnections: true, safetyBackup: true }))
        expect(restored).toMatchObject({
          status: "completed",
          differences: [],
          swap: { state: "kept", inPlace: "restored" },
        })
        expect(await somebody).toBe("ended")
        expect(await whole("shop")).toBe(dumped)
        const { swap: kept } = restored
        if (kept?.state !== "kept") throw new Error(JSON.stringify(kept))
        expect(await names()).toContain(kept.keptName)
        const listed = (await on.call(listDatabases, { query: {} })).data.map(({ name }) => name)
        expect(listed).not.toContain(kept.keptName)
        await on.call(undoRestore, { params: { id: restored.id }, body: {} })
        await until("the undo has ended", async () => {
          const after = (await settledSwap(on, restored.id)) as Swap | false
          return after && after.state === "kept" && after.inPlace === "old"
        })
        expect(await whole("shop")).toBe(changed)
      })

      test("is all or nothing when the controller is killed in it", async () => {
        await server.sql("shop", "update item set body = 'changed again'")
        const again = await whole("shop")
        const before = await names()
        const point = isMariadb ? "after docker.exec putting" : "before catalogue.endExchange"
        const dying = await start({ CRASH_AT: point }, "test/faults/crashing-controller.ts")
        await shop(dying)
        void swapIn(dying).catch(() => undefined)
        await until(
          `it crashes ${point}`,
          () => Promise.race([dying.ended.then(() => true), Bun.sleep(50)]),
          120,
        )
        controller = undefined
        const on = await start()
        const [newest] = (await on.call(listRestores)).data
        expect(newest).toMatchObject({ mode: "swap", status: "interrupted" })
        const after = await settledSwap(on, newest?.id ?? "")
        if (!isMariadb) expect(after).toMatchObject({ state: "kept", inPlace: "restored" })
        const own = after.state === "kept" ? [after.keptName] : []
        await until(
          "nothing else is left of it",
          async () => JSON.stringify(await names()) === JSON.stringify([...before, ...own].sort()),
        )
        expect(await whole("shop")).toBe(after.state === "kept" ? dumped : again)
      })
    })
  })
}

/** After the first statement of each kind, and after each that renames: numbers of statements. */
function turns(statements: readonly string[]): readonly number[] {
  const kinds = /^(?:create|drop|alter)\b.*?\b(trigger|view|procedure|event|database)\b/is
  const found = new Map<string, number>()
  statements.forEach((statement, i) => {
    const [verb = ""] = statement.toLowerCase().split(/\s/, 1)
    const kind = kinds.exec(statement)?.[1]?.toLowerCase()
    const what = verb === "rename" ? `${verb} ${i}` : kind && `${verb} ${kind}`
    if (what && !found.has(what)) found.set(what, i + 1)
  })
  return [...found.values()]
}
