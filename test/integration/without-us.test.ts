// The day on which this program is gone: in a container that has only docker's client, zstd, gzip, age, jq and curl, a person does
// what RESTORE.md says, line by line, with the manifests' own commands, and every row is there again. Databases and accounts were lost.
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test"
import { randomBytes } from "node:crypto"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as aws from "@aws-sdk/client-s3"
import { identityText, recipientOf } from "../../controller/core/age-key.ts"
import { guideKey } from "../../controller/core/restore-guide.ts"
import { createBackup } from "../../schemas/api.ts"
import type { CompletedBackup } from "../../schemas/backup.ts"
import type { Engine } from "../../schemas/scalar.ts"
import { type BucketStore, startBucketStore } from "../support/bucket-store.ts"
import { must, run } from "../support/command.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { ensureImage } from "../support/images.ts"
import { contents, fill } from "../support/samples.ts"
import { homeDatabase, startServer, type TestServer } from "../support/servers.ts"

setDefaultTimeout(300_000)

const byHand = "dbbackup-test-by-hand:1"
const person = `dbbackup-test-without-${Math.random().toString(36).slice(2, 8)}`
const bucket = "offsite"
const identity = identityText(randomBytes(32))
const keys = { accessKeyId: "test", secretAccessKey: "test-secret" }

let here: Place
let store: BucketStore
let controller: Controller
const servers: TestServer[] = []

/** The databases of each server: how they are stored, where the person finds them, and how the commands are run, if not as the guide says. */
const kept = [
  {
    how: "zstd, in a folder, the commands on a shell's standard input",
    ...({ job: "", compress: "zstd", from: "folder", shell: "bash -e < load.sh" } as const),
    name: () => "shop",
  },
  {
    how: "gzip, in a bucket, in a plain shell",
    ...({ job: "second.", compress: "gzip", from: "bucket", shell: "sh -e load.sh" } as const),
    name: () => "second",
  },
  {
    how: "encrypted, in a bucket",
    ...({ job: "sealed.", compress: "zstd", from: "bucket", shell: undefined } as const),
    // MariaDB's own tool cannot dump routines of a database with quotes in its name.
    name: (engine: Engine) =>
      engine === "postgres" ? `it's "a" 🐘` : engine === "mysql" ? `it's "ü` : "an ü",
  },
]

/** Shell lines in the person's container, in the folder to work in. Fails with what they said. */
const type = (lines: string) =>
  must(["docker", "exec", "--interactive", "--workdir", "/work", person, "bash", "-e"], { input: lines })

beforeAll(async () => {
  await ensureImage(byHand)
  here = place()
  store = await startBucketStore()
  const s3 = new aws.S3Client({
    ...{ endpoint: store.endpoint, region: "us-east-1", forcePathStyle: true, credentials: keys },
  })
  await s3.send(new aws.CreateBucketCommand({ Bucket: bucket }))
  mkdirSync(here.folder, { recursive: true })
  const settings = join(here.folder, "dbbackup.yaml")
  const [id, secret] = [join(here.folder, "id"), join(here.folder, "secret")]
  writeFileSync(id, keys.accessKeyId)
  writeFileSync(secret, keys.secretAccessKey)
  writeFileSync(
    settings,
    `encryption: {keys: {ops: {recipients: [${recipientOf(identity)}]}}}
destinations:
  offsite: {type: s3, bucket: ${bucket}, endpoint: "${store.endpoint}", accessKeyIdFile: ${id}, secretAccessKeyFile: ${secret}}
`,
  )
  for (const image of ["postgres:17", "mysql:9", "mariadb:11.8"]) {
    const engine = image.split(":")[0] as Engine
    const label = (key: string, value: string) => ({ [`${here.prefix}.${key}`]: value })
    const labels = kept.map(({ job, compress, name }) => ({
      ...label(`${job}schedule`, "manual"),
      ...label(`${job}compress`, compress),
      ...label(`${job}databases`, JSON.stringify([name(engine)])),
    }))
    servers.push(
      await startServer(
        image,
        Object.assign(label("enable", "true"), ...labels, label("sealed.encrypt", "ops"), {
          ...(engine === "postgres" && label("second.format", "plain")),
        }),
        ["--network", "none"],
      ),
    )
  }
  for (const server of servers) {
    await server.ready()
    for (const { name } of kept) await fill(server, name(server.engine))
    await server.sql("shop", accounts[server.engine])
  }
  // The engine's socket, as whoever types docker has it, and the network on which the bucket is.
  const mounts = ["--volume", "/var/run/docker.sock:/var/run/docker.sock", "--network", "host"]
  await must(["docker", "run", "--detach", "--name", person, ...mounts, byHand])
  await must(["docker", "exec", person, "mkdir", "/work"])
  controller = await startController(here, { DBBACKUP_SETTINGS: settings })
}, 300_000)
afterAll(async () => {
  await controller?.end("SIGTERM")
  await run(["docker", "rm", "--force", "--volumes", person])
  for (const server of servers) await server.remove()
  await store?.remove()
  here?.remove()
})

/** An account with rights, which owns something where the engine knows owners: what is restored needs it. */
const accounts: Readonly<Record<Engine, string>> = {
  postgres: `create role "the keeper" login password 'kept'; alter table item owner to "the keeper"; grant select on line to "the keeper";
    alter database shop owner to "the keeper"; alter database shop set search_path to public, "it's \\ me"; alter database shop set app.motto to E'it\\'s \\\\ me'`,
  mysql: `create user 'the keeper'@'%' identified by 'kept'; grant select on shop.* to 'the keeper'@'%';
    create definer='the keeper'@'%' view kept as select id from item`,
  mariadb: `create user 'the keeper'@'%' identified by 'kept'; grant select on shop.* to 'the keeper'@'%';
    create definer='the keeper'@'%' view kept as select id from item`,
}
const drop: Readonly<Record<Engine, readonly string[]>> = {
  postgres: ["drop database shop with (force)", 'drop role "the keeper"'],
  mysql: ["drop database shop", "drop user 'the keeper'@'%'"],
  mariadb: ["drop database shop", "drop user 'the keeper'@'%'"],
}
const rights: Readonly<Record<Engine, string>> = {
  postgres: `select r.rolpassword, has_table_privilege(r.rolname, 'line', 'select'), c.relowner::regrole, d.datdba::regrole, s.setconfig
    from pg_authid r, pg_class c, pg_database d left join pg_db_role_setting s on s.setdatabase = d.oid
    where r.rolname = 'the keeper' and c.relname = 'item' and d.datname = current_database()`,
  mysql:
    "show create user 'the keeper'@'%'; show grants for 'the keeper'@'%'; select * from kept order by id",
  mariadb:
    "show create user 'the keeper'@'%'; show grants for 'the keeper'@'%'; select * from kept order by id",
}

async function backedUp(databaseId: string): Promise<CompletedBackup> {
  const { data: begun } = await controller.call(createBackup, { body: { databaseId: databaseId as never } })
  const done = await controller.backupDone(begun.id)
  if (done.status !== "completed") throw new Error(`${JSON.stringify(done)}\n${controller.log()}`)
  return done
}

/** The lines of RESTORE.md that are to be typed, as the destination has it. */
async function guideLines(): Promise<{
  fetch: string
  check: readonly string[]
  list: string
  load: string
}> {
  const text = await Bun.file(join(here.folder, "backups", guideKey)).text()
  const typed = [...text.matchAll(/^ {4}(.+)$/gm)].map(([, line = ""]) => line)
  const [, , fetch = "", hash = "", trusted = "", list = "", load = "", ...rest] = typed
  expect(rest).toEqual([])
  expect(fetch).toStartWith("F=")
  return { fetch, check: [hash, trusted], list, load }
}

/** Both files of a backup, into the person's folder: out of the folder with the backups, or with curl out of the bucket. */
async function fetched(backup: CompletedBackup, from: "folder" | "bucket"): Promise<void> {
  const copy = backup.copies.find(
    ({ destination }) => destination === (from === "folder" ? "local" : "offsite"),
  )
  if (copy?.state !== "stored") throw new Error(JSON.stringify(backup.copies))
  for (const key of [copy.key, `${copy.key}.manifest.json`]) {
    const file = key.slice(key.lastIndexOf("/") + 1)
    if (from === "folder") {
      await must(["docker", "cp", join(here.folder, "backups", key), `${person}:/work/${file}`])
      continue
    }
    const url = `${store.endpoint}/${bucket}/${key.split("/").map(encodeURIComponent).join("/")}`
    const asked = `--aws-sigv4 aws:amz:us-east-1:s3 --user ${keys.accessKeyId}:${keys.secretAccessKey}`
    await type(`curl --silent --show-error --fail ${asked} --output '${file}' '${url}'`)
  }
}

/** What the person does; answers whether the loading ended well, and with what words. */
async function loaded(backup: CompletedBackup, name: string, key = identity, shell?: string) {
  const guide = await guideLines()
  await must(["docker", "exec", "-i", "--workdir", "/work", person, "sh", "-c", "cat > ops.key"], {
    input: key,
  })
  const file = guide.fetch.replace(/F=\S+/, `F='${backup.fileName}'`)
  expect(await type([file, ...guide.check].join("\n"))).toBe(`${backup.fileName}: OK\ntrusted\n`)
  await type(
    [file, guide.list, `sed -i 's/<new database>/${name}/g; s/KEY.txt/ops.key/g' load.sh`].join("\n"),
  )
  return await run(["docker", "exec", "--workdir", "/work", person, "bash", "-c", shell ?? guide.load])
}

test("the person has nothing of ours", async () => {
  const here = await type(
    "command -v bun node dbbackup || true; docker --version; zstd --version; age --version",
  )
  expect(here).toMatch(/^Docker version/)
})

for (const which of [0, 1, 2]) {
  const engine = (["postgres", "mysql", "mariadb"] as const)[which] ?? "postgres"
  describe(engine, () => {
    const before = new Map<string, string>()
    const backups = new Map<string, CompletedBackup>()
    const server = () => servers[which] as TestServer

    test("what there is is backed up, and then lost", async () => {
      const home = homeDatabase[engine]
      for (const name of [...kept.map(({ name }) => name(engine)), "globals"]) {
        const kind = name === "globals" ? "globals" : "database"
        const mine = (id: string) => id.startsWith(`${server().name}:`)
        const found = await controller.database(name, (one) => mine(one.id) && one.kind === kind)
        backups.set(name, await backedUp(found.id))
        if (kind === "database") before.set(name, await contents(server(), name))
      }
      before.set("rights", await server().sql("shop", rights[engine]))
      for (const statement of drop[engine]) await server().sql(home, statement)
      const names = kept.map(({ name }) => backups.get(name(engine))?.fileName.replace(/^[^.]*/, ""))
      expect(names).toEqual(
        engine === "postgres" ? [".dump", ".sql.gz", ".dump.age"] : [".sql.zst", ".sql.gz", ".sql.zst.age"],
      )
    })

    test("accounts come first", async () => {
      const backup = backups.get("globals") as CompletedBackup
      await fetched(backup, "bucket")
      expect(await loaded(backup, "")).toMatchObject({ code: 0 })
    })

    test.each([...kept])("every row is there again: $how", async ({ from, shell, name }) => {
      const backup = backups.get(name(engine)) as CompletedBackup
      await fetched(backup, from)
      // The lost one gets its own name again.
      const as = name(engine) === "shop" ? "shop" : "by_hand"
      const outcome = await loaded(backup, as, identity, shell)
      expect([outcome.code, outcome.stderr]).toEqual([0, ""])
      expect(await contents(server(), as)).toBe(before.get(name(engine)) ?? "?")
      if (as === "shop") expect(await server().sql("shop", rights[engine])).toBe(before.get("rights") ?? "?")
      else await server().sql(homeDatabase[engine], "drop database by_hand")
    })

    test("another key, or a file that was cut, is told, and nothing of it is taken for loaded", async () => {
      const sealed = backups.get(kept[2]?.name(engine) ?? "") as CompletedBackup
      const other = await loaded(sealed, "by_hand", identityText(randomBytes(32)))
      expect(other.code).not.toBe(0)
      expect(other.stderr).toContain("no identity matched")
      await server().sql(homeDatabase[engine], "drop database by_hand")
      await type(`truncate --size=-20 '${sealed.fileName}'`)
      await expect(loaded(sealed, "by_hand")).rejects.toThrow(`${sealed.fileName}: FAILED`)
    })
  })
}
