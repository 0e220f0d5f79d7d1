// Data, names and passwords that break tools which are not careful: each comes back as it was, row for row.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { createBackup, createRestore, discoverDatabases, getRestore } from "../../schemas/api.ts"
import type { CompletedBackup } from "../../schemas/backup.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { homeDatabase, startServer, type TestServer } from "../support/servers.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(900_000)
const images = process.env.FAULT_IMAGES?.split(",") ?? ["postgres:17", "mysql:9", "mariadb:11.8"]
const rowMebibytes = Number(process.env.FAULT_ROW_MIB ?? 256)

const oddPassword = "two\nlines, a 'quote', \"double\", $HOME, `id`, \\ and 🐘 "
const sqlText = (text: string) => `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`

for (const image of images) {
  describe(`a backup of ${image}`, () => {
    const postgres = image.startsWith("postgres")
    let here: Place
    let server: TestServer
    let controller: Controller

    beforeAll(async () => {
      here = place()
      const labels = {
        ...{ enable: "true", schedule: "manual", retention: "last=50" },
        ...(postgres ? {} : { user: "dumper", "password-env": "ODD_PASSWORD" }),
      }
      server = await startServer(
        image,
        Object.fromEntries(Object.entries(labels).map(([key, value]) => [`${here.prefix}.${key}`, value])),
        ["--env", `ODD_PASSWORD=${oddPassword}`],
      )
      await server.ready()
      if (!postgres)
        await server.sql(
          "mysql",
          `create user dumper@localhost identified by ${sqlText(oddPassword)}; grant all on *.* to dumper@localhost with grant option`,
        )
      controller = await startController(here)
    })
    afterAll(async () => {
      await controller?.end("SIGTERM")
      await server?.remove()
      here?.remove()
    })

    const make = async (name: string, ...statements: readonly string[]) => {
      const quoted = postgres ? `"${name.replaceAll('"', '""')}"` : `\`${name.replaceAll("`", "``")}\``
      await server.sql(homeDatabase[server.engine], `create database ${quoted}`)
      for (const statement of statements) await server.sql(name, statement)
    }
    const backUp = async (name: string): Promise<CompletedBackup> => {
      await controller.call(discoverDatabases)
      const { id: databaseId } = await controller.database(name, ({ jobs }) => jobs.length > 0)
      const { data } = await controller.call(createBackup, { body: { databaseId } })
      const done = await controller.backupDone(data.id)
      if (done.status !== "completed") throw new Error(JSON.stringify(done))
      return done
    }
    const restore = async ({ id: backupId }: CompletedBackup, name: string) => {
      const { data } = await controller.call(createRestore, {
        body: { backupId, options: { mode: "new", name } },
      })
      // Longer than others: half a gigabyte in one statement takes minutes on a busy machine.
      return until(
        `the restore into ${name} ends`,
        async () => {
          const { data: now } = await controller.call(getRestore, { params: { id: data.id } })
          return now.status !== "queued" && now.status !== "running" && now
        },
        500,
      )
    }
    /** Backed up, restored beside itself, and asked the same. */
    const comesBack = async (name: string, as: string, question: string) => {
      const wanted = await server.sql(name, question)
      expect(wanted.trim().length).toBeGreaterThan(0)
      expect(await restore(await backUp(name), as)).toMatchObject({ status: "completed", differences: [] })
      expect(await server.sql(as, question)).toBe(wanted)
    }

    test("holds every byte of blobs that hold all 256", async () => {
      const all = Buffer.from(Array.from({ length: 256 }, (_, n) => n))
      const rows = Array.from({ length: 64 }, (_, n) => {
        const turned = Buffer.concat([all.subarray(n * 4), all.subarray(0, n * 4)]).toString("hex")
        return postgres ? `(${n}, '\\x${turned}')` : `(${n}, x'${turned}')`
      })
      await make(
        "bytes",
        `create table b (i int primary key, x ${postgres ? "bytea" : "longblob"})`,
        `insert into b values ${rows.join(", ")}`,
      )
      const hex = postgres ? "encode(x, 'hex')" : "hex(x)"
      await comesBack("bytes", "bytes_again", `select i, ${hex} from b order by i`)
    })

    test("holds names with quotes, dollars, spaces and what else is no letter, of databases, tables and columns", async () => {
      const name = postgres ? 'we ird "na\'me" $HOME `id` 🐘' : "we ird $HOME; `id` 漢字"
      const quote = (word: string) =>
        postgres ? `"${word.replaceAll('"', '""')}"` : `\`${word.replaceAll("`", "``")}\``
      const table = quote(postgres ? "ta\nble \"'$`🐘" : "ta\nble \"'$` 漢")
      const column = quote('co l\'umn "$1"')
      await make(
        name,
        `create table ${table} (${column} int primary key, t text)`,
        `insert into ${table} values (1, ${sqlText("line\nbreak '\" $HOME 🐘")}), (2, null), (3, '')`,
      )
      await comesBack(name, "named_again", `select * from ${table} order by ${column}`)
    })

    // The other of the two dumps in the same way, and makes a thousand tables in half a minute less.
    test.skipIf(image === "mysql:9")("holds each of a thousand tables, with their rows", async () => {
      const numbers = Array.from({ length: 1000 }, (_, n) => n)
      await make(
        "many",
        numbers
          .map((n) => `create table t${n} (i int primary key); insert into t${n} values (${n});`)
          .join("\n"),
      )
      const sum = numbers.map((n) => `select i from t${n}`)
      await comesBack("many", "many_again", `select count(*), sum(i) from (${sum.join(" union all ")}) s`)
    })

    test("is of one moment while others write: what they move from table to table is neither lost nor doubled", async () => {
      const step = (n: number) =>
        `update a_first set n = n - 1 where i = 1 + ${n} % 10; update z_last set n = n + 1 where i = 1 + ${n} % 10;`
      await make(
        "bank",
        "create table a_first (i int primary key, n int); create table z_last (i int primary key, n int)",
        ...["a_first", "z_last"].map(
          (table) =>
            `insert into ${table} values ${Array.from({ length: 10 }, (_, n) => `(${n + 1}, 100000)`).join(", ")}`,
        ),
        "create table m_between (x text)",
        `insert into m_between values (${postgres ? "repeat(md5('x'), 200)" : "repeat(uuid(), 200)"})`,
        ...Array.from({ length: 11 }, () => "insert into m_between select x from m_between"),
      )
      let writing = true
      let moved = 0
      const writers = Array.from({ length: 2 }, async (_, writer) => {
        while (writing) {
          const steps = Array.from({ length: 200 }, (_, n) => `begin; ${step(n + writer)} commit;`)
          await server.sql("bank", steps.join("\n"))
          moved += 200
        }
      })
      const backups: CompletedBackup[] = []
      try {
        for (let n = 0; n < 3; n++) backups.push(await backUp("bank"))
      } finally {
        writing = false
        await Promise.all(writers)
      }
      expect(moved).toBeGreaterThan(0)
      const total = "select (select sum(n) from a_first) + (select sum(n) from z_last)"
      for (const [n, backup] of backups.entries()) {
        expect(await restore(backup, `bank_${n}`)).toMatchObject({ status: "completed" })
        expect((await server.sql(`bank_${n}`, total)).trim()).toBe("2000000")
      }
      expect((await server.sql("bank", total)).trim()).toBe("2000000")
    })

    // As above, the other way round.
    test.skipIf(image === "mariadb:11.8")(
      `holds one row of ${rowMebibytes} MiB; a limit of the server in the way of its restore is named`,
      async () => {
        const bytes = rowMebibytes * 2 ** 20
        if (server.engine === "mysql")
          await server.sql("mysql", "set global innodb_redo_log_capacity = 8589934592")
        if (server.engine === "mariadb")
          await server.sql("mysql", "set global innodb_log_file_size = 4294967296")
        if (!postgres) await server.sql("mysql", "set global max_allowed_packet = 1073741824")
        await make(
          "one_row",
          `create table r (i int primary key, x ${postgres ? "bytea" : "longblob"})`,
          postgres
            ? `insert into r values (1, convert_to(repeat('0123456789abcdef', ${bytes / 16}), 'UTF8'))`
            : `insert into r values (1, repeat('0123456789abcdef', ${bytes / 16}))`,
        )
        const question = postgres
          ? "select i, length(x), encode(sha256(x), 'hex') from r"
          : "select i, length(x), sha2(x, 256) from r"
        await comesBack("one_row", "one_row_again", question)
        if (postgres) return
        // A tenth of it is more than enough for the limit.
        await make(
          "long_row",
          "create table r (x longblob); insert into r values (repeat('0123456789abcdef', 1600000))",
        )
        const long = await backUp("long_row")
        await server.sql("mysql", "set global max_allowed_packet = 16777216")
        expect(await restore(long, "one_row_never")).toMatchObject({
          status: "failed",
          error: {
            code: server.engine === "mysql" ? "restore-failed" : "server-lost",
            hint: expect.stringContaining("max_allowed_packet"),
          },
        })
        expect(await server.sql("mysql", "show databases")).not.toContain("one_row_never")
      },
    )

    test.skipIf(postgres)(
      "says nothing of its own name, so that a restore beside it alters no other database",
      async () => {
        // Routines remember the collation that the database had when they were made.
        await make(
          "collated",
          "create table t (i int); insert into t values (7); create procedure p() select 1",
          "alter database collated character set latin1",
        )
        const kept = await backUp("collated")
        await server.sql("mysql", "drop database collated")
        expect(await restore(kept, "collated_again")).toMatchObject({ status: "completed", differences: [] })
        expect(await server.sql("collated_again", "select i from t; call p()")).toBe("7\n1\n")
        const named = "select schema_name, default_character_set_name from information_schema.schemata"
        expect(await server.sql("mysql", `${named} where schema_name like 'collated%'`)).toBe(
          "collated_again\tlatin1\n",
        )
      },
    )

    test("is made although another database's name holds a line break", async () => {
      if (postgres) await make("line\nbreak", "create table t (i int)")
      await comesBack("bytes", "bytes_once_more", "select count(*) from b")
    })
  })
}
