// Dumps made by hand are taken in and restored row by row; and what stands at a folder and at a bucket beside the catalogue is found,
// cleaned, adopted and mended, all of it from the command line.
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test"
import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as aws from "@aws-sdk/client-s3"
import { createBackup, createRestore, getBackup, listBackups, listOrphans } from "../../schemas/api.ts"
import type { BackupId, CompletedBackup } from "../../schemas/backup.ts"
import { type BucketStore, startBucketStore } from "../support/bucket-store.ts"
import { run } from "../support/command.ts"
import { type Controller, type Place, place, startController } from "../support/controller.ts"
import { repository } from "../support/places.ts"
import { startServer, type TestServer } from "../support/servers.ts"
import { testKeys } from "../support/test-bucket.ts"
import { until } from "../support/until.ts"

setDefaultTimeout(240_000)

let here: Place
let postgres: TestServer
let mysql: TestServer
let store: BucketStore
let s3: aws.S3Client
let controller: Controller

const rows =
  "create table t (i int primary key, x varchar(60)); insert into t values (1, 'one'), (2, 'tw\\\\ö'), (3, null), (4, 'a''b\n\t\\\\!')"

beforeAll(async () => {
  here = place()
  store = await startBucketStore()
  s3 = new aws.S3Client({
    endpoint: store.endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: testKeys,
  })
  await s3.send(new aws.CreateBucketCommand({ Bucket: "backups" }))
  const label = (key: string, value: string) => ({ [`${here.prefix}.${key}`]: value })
  const labels = { ...label("enable", "true"), ...label("schedule", "manual") }
  ;[postgres, mysql] = await Promise.all([startServer("postgres:17", labels), startServer("mysql:9", labels)])
  await Promise.all([postgres.ready(), mysql.ready()])
  await postgres.sql("postgres", "create database shop")
  await postgres.sql("shop", `${rows}; create view v as select i from t; create sequence s`)
  await mysql.sql("mysql", "create database crm")
  await mysql.sql("crm", `${rows}; create view v as select i from t`)
  controller = await startController(here, {
    S3_BUCKET: "backups",
    S3_ENDPOINT: store.endpoint,
    S3_ACCESS_KEY_ID: testKeys.accessKeyId,
    S3_SECRET_ACCESS_KEY: testKeys.secretAccessKey,
    // What these tests lay down is minutes old at most.
    DBBACKUP_ORPHAN_GRACE: "1s",
  })
  await Promise.all(["shop", "crm"].map((name) => controller.database(name, ({ jobs }) => jobs.length > 0)))
})
afterAll(async () => {
  await controller?.end("SIGTERM")
  await Promise.all([postgres, mysql, store].map((one) => one?.remove()))
  here?.remove()
})

async function cli(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run([
    process.execPath,
    join(repository, "controller/cli.ts"),
    ...args,
    "--url",
    controller.url,
  ])
  return code === 0 ? stdout : `exit ${code}: ${stderr}`
}

/** What a person has typed in a shell. */
function dumpedByHand(server: TestServer, command: string): Buffer {
  const { stdout, status } = spawnSync("docker", ["exec", server.name, "sh", "-c", command], {
    maxBuffer: 1 << 26,
  })
  expect(status).toBe(0)
  return stdout
}
function file(name: string, bytes: Uint8Array): string {
  const path = join(here.folder, name)
  writeFileSync(path, bytes)
  const made = new Date(Date.now() - 3_600_000)
  utimesSync(path, made, made)
  return path
}
const packed = (pack: (bytes: Uint8Array) => Uint8Array, bytes: Buffer) => pack(new Uint8Array(bytes))

async function restored(server: TestServer, said: string, from: string, name: string): Promise<void> {
  const backupId = (/ is kept as backup (\S+) of /.exec(said)?.[1] ?? said) as BackupId
  const { data } = await controller.call(createRestore, {
    body: { backupId, options: { mode: "new", name } },
  })
  expect(await controller.restoreDone(data.id)).toMatchObject({ status: "completed", differences: [] })
  for (const query of ["select * from t order by i", "select * from v order by i"])
    expect(await server.sql(name, query)).toBe(await server.sql(from, query))
}

test("a custom archive, a gzip'd plain dump and a zstd'd mysqldump are taken in, and every row comes back", async () => {
  const custom = dumpedByHand(postgres, "pg_dump -U postgres -Fc shop")
  const plain = dumpedByHand(postgres, "pg_dump -U postgres shop")
  const text = dumpedByHand(
    mysql,
    'MYSQL_PWD="$MYSQL_ROOT_PASSWORD" mysqldump -uroot --routines --set-gtid-purged=OFF crm',
  )
  const files = [
    [postgres, "shop", file("shop.backup", custom)],
    [postgres, "shop", file("shop.sql.gz", packed(Bun.gzipSync as never, plain))],
    [mysql, "crm", file("no-name-that-tells", packed(Bun.zstdCompressSync as never, text))],
  ] as const
  for (const [server, database, path] of files) {
    const said = await cli("import", path, "--server", server.name, "--database", database)
    expect(said).toContain(`of ${server.name}/${database}: `)
    await restored(server, said, database, `again_${files.findIndex(([, , other]) => other === path)}`)
  }
  const { data } = await controller.call(listBackups, { query: {} })
  expect(data).toHaveLength(3)
  for (const backup of data)
    expect(backup).toMatchObject({
      status: "completed",
      pinned: { reason: expect.stringMatching(/^imported from /) },
    })
})

test("a dump that is cut, names its database, or is of another engine is refused, and nothing is stored of it", async () => {
  const stored = () =>
    readdirSync(join(here.folder, "backups"), { recursive: true, withFileTypes: true })
      .flatMap((entry) => (entry.isFile() ? [entry.name] : []))
      .sort()
  const ending = (end: string) => stored().filter((name) => name.endsWith(end)).length
  // They say that what was taken in is pinned, and are written a moment later.
  await until("the notes are there", async () => ending(".notes.json") === ending(".manifest.json"))
  const before = stored()
  const text = dumpedByHand(
    mysql,
    'MYSQL_PWD="$MYSQL_ROOT_PASSWORD" mysqldump -uroot --set-gtid-purged=OFF --databases crm',
  )
  const custom = dumpedByHand(postgres, "pg_dump -U postgres -Fc shop")
  const created = dumpedByHand(postgres, "pg_dump -U postgres --create shop")
  for (const [server, bytes, message] of [
    [postgres, custom.subarray(0, -9), "exit 1: dbbackup: the archive ends"],
    [
      postgres,
      created,
      "exit 1: dbbackup: the dump leaves the database that it is loaded into: \\connect shop",
    ],
    [mysql, text, "exit 1: dbbackup: the dump names the database it is loaded into"],
    [mysql, custom, "exit 1: dbbackup: the file is a dump of postgres, the server is mysql"],
  ] as const)
    expect(await cli("import", file("x", bytes), "--server", server.name, "--database", "x")).toStartWith(
      message,
    )
  expect(stored()).toEqual(before)
})

const objects = async () =>
  ((await s3.send(new aws.ListObjectsV2Command({ Bucket: "backups" }))).Contents ?? [])
    .map(({ Key = "" }) => Key)
    .sort()
const put = (Key: string, Body: string) => s3.send(new aws.PutObjectCommand({ Bucket: "backups", Key, Body }))
const remove = (Key: string) => s3.send(new aws.DeleteObjectCommand({ Bucket: "backups", Key }))
const copies = async (id: string) =>
  ((await controller.call(getBackup, { params: { id } })).data as CompletedBackup).copies

test("copies that are missing in the bucket are found, and made again from the folder", async () => {
  const shop = await controller.database("shop", () => true)
  const { data } = await controller.call(createBackup, { body: { databaseId: shop.id } })
  const done = (await controller.backupDone(data.id)) as CompletedBackup
  const key = done.copies.find(({ destination }) => destination === "s3")?.key ?? ""
  await remove(key)
  await remove(`${key}.manifest.json`)
  const [bare = ""] = (await objects()).filter((name) => name.endsWith(".dump"))
  await remove(`${bare}.manifest.json`)
  const { data: found } = await controller.call(listOrphans, { params: { name: "s3" } })
  expect(found).toMatchObject({ orphans: [], missingTotal: 2, halt: null })
  expect(await cli("orphans", "s3", "--mend")).toBe(
    "1 manifests written again\n1 copies are made again from other destinations\n",
  )
  await until("the copy is there again", async () =>
    (await copies(done.id)).every(({ state }) => state === "stored") ? true : undefined,
  )
  expect(await cli("orphans", "s3")).toBe("s3: what stands there and the catalogue agree\n")
})

test("what is not known goes only by its name, and a foreign object never", async () => {
  const [victim] = (await controller.call(listBackups, { query: { type: "manual" } })).data.slice(-1)
  const left = (await copies(victim?.id ?? "")).find(({ destination }) => destination === "local")?.key ?? ""
  const path = join(here.folder, "backups", left)
  const bytes = readFileSync(path)
  const unknown = left.replace(/_[0-9a-f]{8}\./, "_00000000.")
  writeFileSync(path.replace(left, unknown), bytes)
  await put(unknown, "somebody's")
  await put("photo.jpg", "somebody's")
  renameSync(`${path}.manifest.json`, `${path}.kept`)
  expect(await cli("orphans", "local")).toContain("manifest gone")
  renameSync(`${path}.kept`, `${path}.manifest.json`)
  await Bun.sleep(1100)
  expect(await cli("orphans", "s3", "--clean", "--yes")).toBe("nothing at s3 is to be cleaned\n")
  expect(await cli("orphans", "s3", unknown, "--clean", "--yes")).toContain("1 deleted")
  expect(await objects()).toContain("photo.jpg")
  expect(await objects()).not.toContain(unknown)
  expect(await cli("orphans", "local", unknown, "--clean", "--yes")).toContain("1 deleted")
  expect(readdirSync(join(here.folder, "backups"), { recursive: true })).not.toContain(unknown)
})

test("with the catalogue lost, one backup of the bucket is adopted by its key, and restored", async () => {
  await controller.end("SIGTERM")
  rmSync(join(here.folder, "db"), { recursive: true })
  rmSync(join(here.folder, "backups"), { recursive: true })
  controller = await startController(here, {
    S3_BUCKET: "backups",
    S3_ENDPOINT: store.endpoint,
    S3_ACCESS_KEY_ID: testKeys.accessKeyId,
    S3_SECRET_ACCESS_KEY: testKeys.secretAccessKey,
  })
  await controller.database("crm", ({ jobs }) => jobs.length > 0)
  const key = (await objects()).find((name) => name.includes("/crm/") && !name.endsWith(".json")) ?? ""
  expect(await cli("orphans", "s3", key, "--adopt")).toStartWith("1 backups added")
  const [adopted, ...more] = (await controller.call(listBackups, { query: {} })).data
  expect(more).toEqual([])
  await restored(mysql, ` is kept as backup ${adopted?.id} of `, "crm", "adopted")
})
