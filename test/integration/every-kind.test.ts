// An object of every kind that each engine knows, and values at the edge of every type: backed up, restored beside the original under a
// name that is hard to write, restored in its place, drilled with its accounts. Each time the bare dump tool finds no difference.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { rulesFor } from "../../controller/engines/registry.ts"
import {
  createBackup,
  createRestore,
  getDatabase,
  getRestore,
  getVerification,
  verifyBackup,
} from "../../schemas/api.ts"
import type { CompletedBackup } from "../../schemas/backup.ts"
import type { Engine } from "../../schemas/scalar.ts"
import { must } from "../support/command.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { runScript } from "../support/docker-cli.ts"
import { repository } from "../support/places.ts"
import { engineOf, homeDatabase, startServer, type TestServer } from "../support/servers.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(400_000)
const images = process.env.EVERY_KIND_IMAGES?.split(",") ?? ["postgres:18", "mysql:9", "mariadb:11.8"]

const hard: Readonly<Record<Engine, string>> = {
  postgres: `every "kind's" \`id\` \\ $HOME % 🐘 ${"é".repeat(14)}`.padEnd(44, "x"),
  mysql: 'every "kind\'s" `id` \\ $HOME % 漢'.padEnd(64, "x"),
  // Its dump tool cannot read routines of a database whose name holds a quote.
  mariadb: "every kind `id` $HOME % 漢".padEnd(64, "x"),
}
const quoted = (engine: Engine, name: string) =>
  engine === "postgres" ? `"${name.replaceAll('"', '""')}"` : `\`${name.replaceAll("`", "``")}\``

/** All that the engine's own tool says of it, without what is another each time and without the name. */
async function bareDump({ name: container, engine }: TestServer, name: string): Promise<readonly string[]> {
  const common =
    "--routines --triggers --events --hex-blob --single-transaction --skip-comments --no-tablespaces"
  const tool = {
    // Its own settings would change what is said.
    postgres: `PGOPTIONS='-c search_path=' PGDATABASE="$1" exec pg_dump -U postgres`,
    mysql: `MYSQL_PWD="$MYSQL_ROOT_PASSWORD" exec mysqldump --no-defaults -uroot ${common} --set-gtid-purged=OFF -- "$1"`,
    mariadb: `MYSQL_PWD="$MARIADB_ROOT_PASSWORD" exec mariadb-dump --no-defaults -uroot ${common} --dump-history -- "$1"`,
  }[engine]
  const text = await must(["docker", "exec", container, "sh", "-c", tool, "sh", name])
  const named = quoted(engine, name)
  return text
    .split("\n")
    .filter((line) => !/^\\(un)?restrict /.test(line))
    .map((line) => line.replaceAll(named, "(its name)"))
}

/** What is different, so that a failure shows that and not ten megabytes. */
function expectSame(found: readonly string[], wanted: readonly string[]): void {
  const [have, want] = [new Set(found), new Set(wanted)]
  const short = (line: string) => (line.length > 400 ? `${line.slice(0, 400)}…` : line)
  expect({
    missing: wanted.filter((line) => !have.has(line)).map(short),
    added: found.filter((line) => !want.has(line)).map(short),
    lines: found.length,
  }).toEqual({ missing: [], added: [], lines: wanted.length })
  expect(found.join("\n") === wanted.join("\n")).toBe(true)
}

for (const image of images) {
  const engine = engineOf(image)
  describe(`every kind of object of ${image}`, () => {
    let here: Place
    let server: TestServer
    let controller: Controller
    let backup: CompletedBackup
    let wanted: readonly string[]
    const home = homeDatabase[engine]

    beforeAll(async () => {
      here = place()
      const labels = { enable: "true", schedule: "manual", fingerprint: "exact" }
      server = await startServer(
        image,
        Object.fromEntries(Object.entries(labels).map(([key, value]) => [`${here.prefix}.${key}`, value])),
      )
      await server.ready()
      await server.sql(home, `create database every${engine === "postgres" ? "" : " character set utf8mb4"}`)
      await server.sql(
        "every",
        readFileSync(join(repository, `test/support/every-kind/${engine}.sql`), "utf8"),
      )
      wanted = await bareDump(server, "every")
      controller = await startController(here)
    })
    afterAll(async () => {
      await controller?.end("SIGTERM")
      await server?.remove()
      here?.remove()
    })

    const backUp = async (databaseId: string) => {
      const { data } = await controller.call(createBackup, { body: { databaseId } })
      const done = await controller.backupDone(data.id)
      if (done.status !== "completed") throw new Error(`${JSON.stringify(done)}\n${controller.log()}`)
      return done
    }
    const restore = async (options: {
      mode: "new" | "swap"
      name: string
      keepFor?: string
      safetyBackup?: boolean
    }) => {
      const { data } = await controller.call(createRestore, {
        body: { backupId: backup.id, options } as never,
      })
      const done = await controller.restoreDone(data.id)
      expect(done).toMatchObject({ status: "completed", differences: [] })
      return done
    }

    test("is backed up, with its accounts", async () => {
      const { id } = await controller.database("every", ({ server }) => server.container?.state === "running")
      const { data } = await controller.call(getDatabase, { params: { id } })
      await backUp(`${data.server.id}:@globals`)
      backup = await backUp(id)
      expectSame(await bareDump(server, "every"), wanted)
    })

    test("comes back beside it, and nothing else has changed", async () => {
      const name = hard[engine]
      await restore({ mode: "new", name })
      expectSame(await bareDump(server, name), wanted)
      expectSame(await bareDump(server, "every"), wanted)
      // As the controller does when a restore fails, whatever is in it by then.
      const { code, stderr } = await runScript(server.name, rulesFor(engine).dropDatabase(name, {}))
      expect({ code, stderr }).toMatchObject({ code: 0 })
    })

    test("comes back in a drill, with owners and grants", async () => {
      const body = { level: "drill" as const }
      const { data } = await controller.call(verifyBackup, { params: { id: backup.id }, body })
      const done = await until(
        "the drill ends",
        async () => {
          const { data: now } = await controller.call(getVerification, { params: { id: data.id } })
          return now.status !== "queued" && now.status !== "running" && now
        },
        300,
      )
      expect(done).toMatchObject({ status: "completed", results: [{ outcome: "passed" }] })
    })

    test.skipIf(engine !== "postgres")(
      "comes back in its place, and what was there is dropped without a trace",
      async () => {
        const { id } = await restore({ mode: "swap", name: "every", safetyBackup: false, keepFor: "0" })
        expectSame(await bareDump(server, "every"), wanted)
        await until("what was there is dropped", async () => {
          const { swap } = (await controller.call(getRestore, { params: { id } })).data
          return swap?.state === "gone"
        })
      },
    )
  })
}
