// Servers outside Docker by the command line, against the API on a port, with a recording of what it would do behind it.
import { afterEach, beforeEach, expect, setDefaultTimeout, test } from "bun:test"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Listening, listen } from "../../controller/api/listen.ts"
import { Fault } from "../../controller/core/fault.ts"
import type { OutsideServers } from "../../controller/ports.ts"
import type { Connection } from "../../schemas/kept-server.ts"
import { aWorld, theServer, type World } from "../api/samples.ts"
import { aProblem, minute } from "../state/samples.ts"
import { run } from "../support/command.ts"
import { repository } from "../support/places.ts"

setDefaultTimeout(120_000)

const up: Connection = {
  ...{ state: "up", milliseconds: 1234, engine: "mysql", serverVersion: "9.7.4" },
  ...{ tool: "mysqldump", toolVersion: "9.7.4", databases: ["shop", "wiki"], readsAll: false },
  ...{ warnings: ["The user x lacks EVENT."], tls: { version: "TLSv1.3", certificateChecked: true } },
}
let world: World
let server: Listening
let folder: string
let asked: unknown[]
let answer: Connection

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "dbbackup-cli-"))
  asked = []
  answer = up
  const outside: OutsideServers = {
    async add(request) {
      asked.push(request)
      if (request.name === "taken") throw new Fault("in-use", "there is one", { hint: "Choose another." })
      return theServer.id
    },
    change: async () => theServer.id,
    remove(id) {
      asked.push(id)
      return minute(1)
    },
    try: async () => answer,
    async test(id) {
      asked.push(id)
      return answer
    },
  }
  world = aWorld({ outside })
  server = listen(world.app, { hostname: "127.0.0.1", port: 0 })
})
afterEach(async () => {
  await server.stop()
  world.remove()
  rmSync(folder, { recursive: true, force: true })
})

const dbbackup = (args: readonly string[], input?: string) =>
  run([process.execPath, "controller/cli.ts", ...args, `--url=http://127.0.0.1:${server.port}`], {
    cwd: repository,
    ...(input === undefined ? {} : { input }),
  })
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

test("a server is added with a password and certificates that are read here, and its databases are told", async () => {
  const { code, stdout } = await dbbackup([
    ...["servers", "add", "legacy", "--type=postgres", "--host=db", "--user=backup", "--port=5433"],
    ...["--password-from", file("password", "s3cret\n"), "--ca", file("ca.pem", "PEM"), "--tls=verify-ca"],
    ...["--label", "schedule=hourly", "--label", "retention=last=3 min-keep=2"],
  ])
  expect([code, stdout]).toEqual([0, "shop/db: It has dbbackup.enable=true.\nshop/db/shop\n"])
  expect(asked).toMatchObject([
    {
      ...{ name: "legacy", check: true, type: "postgres", host: "db", port: 5433, user: "backup" },
      ...{ password: "s3cret", tls: { mode: "verify-ca", ca: "PEM" } },
      labels: { schedule: "hourly", retention: "last=3 min-keep=2" },
    },
  ])
})

test("the password may come by standard input, or be named as a variable of the controller", async () => {
  const place = ["--type=mysql", "--host=db", "--user=x", "--no-check"]
  await dbbackup(["servers", "add", "one", ...place, "--password-from", "-"], "from input")
  await dbbackup(["servers", "add", "two", ...place, "--password-variable=DBBACKUP_SERVER_TWO"])
  expect(asked).toMatchObject([
    { check: false, password: "from input" },
    { passwordVariable: "DBBACKUP_SERVER_TWO" },
  ])
})

test("what is missing, wrong or taken is said, with exit code 1", async () => {
  for (const [args, words] of [
    [["add", "x", "--host=db"], "type"],
    [["add", "x", "--type=oracle", "--host=db", "--user=y"], "type"],
    [["add", "x", "--type=mysql", "--host=db", "--user=y", "--port=z"], "port"],
    [["add", "x", "--type=mysql", "--host=db", "--user=y", "--label=daily"], "has no value"],
    [["add", "x", "--type=mysql", "--host=db", "--user=y", "--password-from=/none"], "cannot be read"],
    [["add", "taken", "--type=mysql", "--host=db", "--user=y"], "Choose another."],
    [["add"], "a server is missing"],
    [["drop", "x"], "what to do with drop"],
  ] as const) {
    const { code, stderr } = await dbbackup(["servers", ...args])
    expect([args, code, stderr]).toEqual([args, 1, expect.stringContaining(words)])
  }
})

test("a test tells what answered, and fails when nothing does", async () => {
  expect(await dbbackup(["servers", "test", "shop/db"])).toMatchObject({
    code: 0,
    stdout: [
      "shop/db: answers (1.2 s): mysql 9.7.4, by mysqldump 9.7.4; TLSv1.3, certificate checked",
      "databases: shop, wiki",
      "the account may not read everything",
      "The user x lacks EVENT.\n",
    ].join("\n"),
  })
  expect(asked).toEqual(["shop~db"])
  answer = { state: "down", milliseconds: 50, problem: aProblem({ message: "no", hint: "Check it." }) }
  expect(await dbbackup(["servers", "test", "shop/db"])).toMatchObject({
    code: 1,
    stdout: "shop/db: does not answer (0.1 s)\nno. Check it.\n",
  })
})

test("a server is removed by its name", async () => {
  expect(await dbbackup(["servers", "remove", "shop/db"])).toMatchObject({
    code: 0,
    stdout: "shop/db: removed. Its history and backups stay\n",
  })
  expect(asked).toEqual(["shop~db"])
})
