// Dumps that leave something out and end well: a tool that is told to, without the controller's knowing. None becomes a backup.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { join } from "node:path"
import { createBackup, getManifest } from "../../schemas/api.ts"
import { must } from "../support/command.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { homeDatabase, startServer, type TestServer } from "../support/servers.ts"
import { storedFiles } from "../support/stored-files.ts"

setDefaultTimeout(180_000)
const images = process.env.INCOMPLETE_IMAGES?.split(",") ?? ["postgres:17", "mysql:9", "mariadb:11.8"]

const contents = {
  postgres: `create table item (id int primary key); create table other (id int);
    create view seen as select id from item; create materialized view counted as select count(*) from item;
    create function one() returns int language sql as 'select 1'; create sequence numbers;
    select lo_from_bytea(0, '\\x01')`,
  sql: `create table item (id int primary key); create table other (id int);
    create view seen as select id from item; create procedure p() select 1;
    create function one() returns int deterministic return 1;
    create event nothing on schedule every 1 day do select 1;
    create trigger before_item before insert on item for each row set new.id = abs(new.id)`,
}
const holds = {
  postgres: {
    tables: 2,
    views: 1,
    "materialized views": 1,
    functions: 1,
    sequences: 1,
    "large objects": 1,
  },
  sql: { tables: 2, views: 1, procedures: 1, functions: 1, events: 1, triggers: 1 },
}

/** Makes the server's own dump tool take one of its options for another. */
const bend = (server: TestServer, from: string, to: string) =>
  must([
    ...["docker", "exec", "--user", "root", server.name, "sh", "-c"],
    `for tool in pg_dump mysqldump mariadb-dump; do
       path=/usr/lib/postgresql/\${PG_MAJOR:-none}/bin/$tool
       [ -e "$path" ] || path=$(command -v $tool) || continue
       [ -e "$path.real" ] || mv "$path" "$path.real"
       cat >"$path" <<END
#!/bin/sh
for each; do
  shift
  if [ "\\$each" = '$1' ]; then each='$2'; fi
  set -- "\\$@" "\\$each"
done
exec $path.real "\\$@"
END
       chmod +x "$path"
     done`,
    "sh",
    from,
    to,
  ])

for (const image of images) {
  describe(`a dump of ${image} that ends well`, () => {
    let here: Place
    let controller: Controller
    let server: TestServer
    const family = image.startsWith("postgres") ? "postgres" : "sql"

    beforeAll(async () => {
      here = place()
      server = await startServer(image, {
        [`${here.prefix}.enable`]: "true",
        [`${here.prefix}.schedule`]: "manual",
      })
      await server.ready()
      await server.sql(homeDatabase[server.engine], "create database shop")
      await server.sql("shop", contents[family])
      controller = await startController(here)
    })
    afterAll(async () => {
      await controller?.end("SIGTERM")
      await server?.remove()
      here?.remove()
    })

    const backUp = async () => {
      const { id: databaseId } = await controller.database(
        "shop",
        ({ server }) => server.container?.state === "running",
      )
      const { data } = await controller.call(createBackup, { body: { databaseId } })
      return controller.backupDone(data.id)
    }
    const files = () => storedFiles(join(here.folder, "backups"))
    const bends: readonly (readonly [string, string, string, string])[] =
      family === "postgres"
        ? [
            ["one table", "--create", "--exclude-table=other", "1 of 2 tables"],
            ["everything", "--create", "--exclude-schema=*", "0 of 2 tables"],
            ["large objects", "--create", "--no-blobs", "0 of 1 large objects"],
          ]
        : [
            ["one table", "--quick", "--ignore-table=shop.other", "1 of 2 tables"],
            ["routines", "--routines", "--skip-routines", "0 of 1 procedures"],
            ["triggers", "--triggers", "--skip-triggers", "0 of 1 triggers"],
            ["events", "--events", "--skip-events", "0 of 1 events"],
          ]

    for (const [what, from, to, message] of bends)
      test(`without ${what} is no backup`, async () => {
        await bend(server, from, to)
        const done = await backUp()
        await bend(server, from, from)
        expect(done).toMatchObject({ status: "failed", error: { code: "dump-incomplete" } })
        expect("error" in done && done.error.message).toContain(message)
        expect(files()).toEqual([])
      })

    test("and holds all that is there is one, and its manifest says what it holds", async () => {
      const done = await backUp()
      expect(done.status).toBe("completed")
      const { data } = await controller.call(getManifest, { params: { id: done.id } })
      expect(data.holds).toEqual(holds[family])
    })
  })
}

for (const image of images.filter((each) => !each.startsWith("postgres"))) {
  describe(`a dump of ${image} by a user who sees only a part`, () => {
    let here: Place
    let controller: Controller
    let server: TestServer

    beforeAll(async () => {
      here = place()
      server = await startServer(
        image,
        {
          [`${here.prefix}.enable`]: "true",
          [`${here.prefix}.schedule`]: "manual",
          [`${here.prefix}.user`]: "dumper",
          [`${here.prefix}.password-env`]: "DUMPER_PASSWORD",
        },
        ["--env", "DUMPER_PASSWORD=its secret"],
      )
      await server.ready()
      await server.sql(
        homeDatabase[server.engine],
        "create database shop; create user dumper@localhost identified by 'its secret'; grant select, lock tables, show view, trigger, event on shop.* to dumper@localhost",
      )
      await server.sql("shop", contents.sql)
      controller = await startController(here)
    })
    afterAll(async () => {
      await controller?.end("SIGTERM")
      await server?.remove()
      here?.remove()
    })

    const backUp = async () => {
      const { id: databaseId } = await controller.database(
        "shop",
        ({ server }) => server.container?.state === "running",
      )
      const { data } = await controller.call(createBackup, { body: { databaseId } })
      return controller.backupDone(data.id)
    }

    test("is no backup, and says which right is missing and which label would help", async () => {
      expect(await backUp()).toMatchObject({
        status: "failed",
        error: {
          code: "dump-incomplete",
          message: expect.stringContaining("procedures and functions (it lacks"),
          hint: expect.stringContaining(`${here.prefix}.user`),
        },
      })
    })

    test("is one as soon as the right is granted", async () => {
      await server.sql(
        "shop",
        server.engine === "mysql"
          ? "grant show_routine on *.* to dumper@localhost"
          : "grant select on mysql.proc to dumper@localhost",
      )
      const done = await backUp()
      expect(done.status).toBe("completed")
      const { data } = await controller.call(getManifest, { params: { id: done.id } })
      expect(data.holds).toEqual(holds.sql)
    })
  })
}
