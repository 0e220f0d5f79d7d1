// A real server with two databases, a real controller and a real browser, for the browser tests. Runs on Node: the browser's
// driver hangs under Bun.
import { execFileSync, spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { chromium } from "playwright-core"

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..")
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
]

export async function until(what, ask, limitSeconds = 120) {
  const end = Date.now() + limitSeconds * 1000
  while (Date.now() < end) {
    const value = await ask().catch(() => undefined)
    if (value) return value
    await sleep(200)
  }
  throw new Error(`waited ${limitSeconds} s in vain: ${what}`)
}

const docker = (...args) =>
  execFileSync("docker", args, {
    encoding: "utf8",
    timeout: 60_000,
    stdio: ["ignore", "pipe", "pipe"],
  }).trim()

/** Everything that runs, and `stop()` for all of it. */
export async function startStack() {
  const folder = mkdtempSync(join(tmpdir(), "dbbackup-e2e-"))
  const prefix = `e${Math.random().toString(36).slice(2, 10)}`
  const name = `dbbackup-test-browser-${prefix}`
  docker(
    "run",
    "--detach",
    "--name",
    name,
    "--label",
    `${prefix}.enable=true`,
    "--label",
    `${prefix}.id=webshop`,
    "--label",
    `${prefix}.encrypt=default`,
    "--env",
    "POSTGRES_PASSWORD=sample",
    "--env",
    "POSTGRES_DB=shop",
    "postgres:17",
  )
  // One that somebody meant to have backed up, and mistyped.
  const legacy = `${name}-legacy`
  const labels = ["--label", `${prefix}.id=legacy`, "--label", `${prefix}.shedule=hourly`]
  docker("run", "--detach", "--name", legacy, ...labels, "postgres:17", "sleep", "3600")
  const sql = (database, text) =>
    docker(
      "exec",
      name,
      "psql",
      "--username=postgres",
      "--no-psqlrc",
      "--tuples-only",
      "--no-align",
      `--dbname=${database}`,
      `--command=${text}`,
    )
  await until(
    "the server answers",
    async () => docker("exec", name, "pg_isready", "--quiet", "--host=127.0.0.1") === "",
  )
  sql("shop", "create table orders as select i as id, md5(i::text) as ref from generate_series(1, 5000) i")
  const controller = spawn(join(root, "node_modules/.bin/bun"), [join(root, "controller/main.ts")], {
    env: {
      ...process.env,
      PORT: "0",
      DATABASE_PATH: join(folder, "db/app.db"),
      BACKUP_STORAGE_PATH: join(folder, "backups"),
      DBBACKUP_LABEL_PREFIX: prefix,
      HOSTNAME: "127.0.0.1",
      // The key pair in the manual of age-keygen(1): everything in these tests is encrypted, and restored all the same.
      DBBACKUP_AGE_RECIPIENTS: "age1lvyvwawkr0mcnnnncaghunadrqkmuf9e6507x9y920xxpp866cnql7dp2z",
      DBBACKUP_AGE_IDENTITY: "AGE-SECRET-KEY-1N9JEPW6DWJ0ZQUDX63F5A03GX8QUW7PXDE39N8UYF82VZ9PC8UFS3M7XA9",
    },
    stdio: ["ignore", "pipe", "inherit"],
  })
  let log = ""
  controller.stdout.on("data", (chunk) => {
    log += chunk
  })
  const port = await until(
    "the controller listens",
    async () => /listens on http:\/\/[^"]*:(\d+)/.exec(log)?.[1],
  )
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: flags,
  })
  return {
    url: `http://127.0.0.1:${port}`,
    browser,
    sql,
    prefix,
    /** What pg_dump writes as statements, packed with gzip, in a file of that name. */
    dumpToFile(database, fileName) {
      const argv = ["exec", name, "pg_dump", "--username=postgres", `--dbname=${database}`]
      const path = join(folder, fileName)
      writeFileSync(
        path,
        gzipSync(execFileSync("docker", argv, { maxBuffer: 64 * 1024 ** 2, timeout: 60_000 })),
      )
      return path
    },
    async stop() {
      await browser.close()
      const ended = new Promise((resolve) => controller.on("exit", resolve))
      controller.kill("SIGTERM")
      await ended
      docker("rm", "--force", "--volumes", name, legacy)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
