// The command line as a process of its own, against the real API on a port, with a small world behind it.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Listening, listen } from "../../controller/api/listen.ts"
import { databaseIdOf } from "../../controller/core/key.ts"
import type { Actions } from "../../controller/ports.ts"
import type { BackupId } from "../../schemas/backup.ts"
import type { Database } from "../../schemas/server.ts"
import { actionsOn } from "../api/recording-actions.ts"
import { aWorld, storeBackup, theDatabase, type World } from "../api/samples.ts"
import { aManifest, aProblem, minute, planned, storedCopy } from "../state/samples.ts"
import { type CommandResult, run } from "../support/command.ts"
import { repository } from "../support/places.ts"

let world: World
let server: Listening
let databases: Database[]
/** The options of every restore that was begun. */
const asked: unknown[] = []
/** What becomes of the next backups and restores. */
let outcome: "good" | "bad"
let folder: string

const lastBackup = {
  id: "b1",
  finishedAt: minute(2).toISOString(),
  storedBytes: 1536,
  durationSeconds: 75,
  copies: ["local"],
}
const named = (name: string, changes: Partial<Database> = {}): Database => ({
  ...theDatabase,
  id: databaseIdOf(theDatabase.server.id, { kind: "database", name }),
  name,
  ...changes,
})

/** Records are made as the API's tests make them, and the work behind them is over at once. */
function endingActions(): Actions {
  const { catalogue } = world
  const begin = actionsOn(catalogue)
  return {
    ...begin,
    backUp(databaseId) {
      const backup = begin.backUp(databaseId)
      const { id, runId } = backup
      catalogue.startRun(runId, minute(1))
      catalogue.startBackup(id, minute(1), planned(id))
      if (outcome === "good")
        catalogue.finishBackup(id, minute(2), {
          status: "completed",
          manifest: aManifest(id, runId),
          copies: [storedCopy(id)],
        })
      else catalogue.finishBackup(id, minute(2), { status: "failed", error: aProblem() })
      const error = aProblem()
      catalogue.finishRun(
        runId,
        minute(2),
        outcome === "good" ? { status: "completed" } : { status: "failed", error },
      )
      return backup
    },
    async restore(...request) {
      asked.push(request[2])
      const restore = await begin.restore(...request)
      catalogue.startRestore(restore.id, minute(3))
      catalogue.finishRestore(
        restore.id,
        minute(4),
        outcome === "good"
          ? { status: "completed", restoredBytes: 1000, tables: 3, differences: [] }
          : { status: "failed", error: aProblem({ code: "restore-failed", message: "psql exited 3" }) },
      )
      return restore
    },
  }
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dbbackup-cli-"))
  let actions: Actions | undefined
  const ready = () => (actions ??= endingActions())
  world = aWorld({
    actions: {
      backUp: (...request) => ready().backUp(...request),
      restore: (...request) => ready().restore(...request),
      planRestore: (...request) => ready().planRestore(...request),
      deleteBackup: (...request) => ready().deleteBackup(...request),
      cancelRun: (...request) => ready().cancelRun(...request),
      overrideSchedule: (...request) => ready().overrideSchedule(...request),
      pauseAll: (...request) => ready().pauseAll(...request),
      cancelRestore: (...request) => ready().cancelRestore(...request),
      undoRestore: (...request) => ready().undoRestore(...request),
    },
    view: {
      servers: () =>
        [theDatabase.server].map((server) => ({
          ...server,
          engine: "postgres",
          managed: "label",
          why: "",
          problems: [],
          jobs: ["default"],
          suggestedLabels: null,
        })),
      databases: () => databases,
      jobs: () => [],
      nextRuns: () => undefined,
      verdict: () => ({ level: "ok", sentence: "All 2 databases are backed up.", attention: [] }),
      pausedForAll: () => null,
    },
  })
  storeBackup(world, "b1", Buffer.from("dump"))
  server = listen(world.app, { hostname: "127.0.0.1", port: 0 })
})
beforeEach(() => {
  outcome = "good"
  databases = [named("shop", { lastBackup }), named("scratch", { jobs: [], state: "unprotected" })]
})
afterAll(async () => {
  await server.stop()
  world.remove()
  rmSync(folder, { recursive: true, force: true })
})

const cli = join(repository, "controller/cli.ts")
function dbbackup(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  input?: string,
): Promise<CommandResult> {
  return run([process.execPath, cli, ...args], {
    env: { DBBACKUP_URL: `http://127.0.0.1:${server.port}`, ...env },
    timeoutSeconds: 60,
    ...(input === undefined ? {} : { input }),
  })
}
/** The last restores are counted to see whether anything was begun. */
const restores = () => world.catalogue.restores({}, { page: 1, limit: 1 }).total

describe("what is typed", () => {
  test.each([[["--help"]], [[]]])("%p shows the commands", async (args) => {
    const { code, stdout, stderr } = await dbbackup(args)
    expect([code, stderr]).toEqual([0, ""])
    for (const word of [
      "serve",
      "servers --why",
      "discover",
      "backup SERVER",
      "restore",
      "schedules",
      "pause SERVER",
      "resume SERVER",
      "follow-label",
      "runs",
      "cancel RUN",
      "lint",
      "healthcheck",
    ])
      expect(stdout).toContain(word)
  })

  test.each([
    [["bakcup"], "there is no command bakcup"],
    [["constructor"], "there is no command constructor"],
    [["servers", "shop/db"], "what to do with shop/db is not clear"],
    [["lint", "a.yaml", "b.yaml"], "what to do with b.yaml is not clear"],
    [["servers", "--why", "shop/db", "crm"], "what to do with crm is not clear"],
    [["pause"], "a job, or --all, is missing"],
    [["resume", "shop/db", "--all"], "what to do with shop/db is not clear"],
    [["follow-label"], "a job is missing"],
    [["cancel"], "a run is missing"],
    [["schedules", "shop/db"], "what to do with shop/db is not clear"],
    [["backup"], "a server or database is missing"],
    [["restore", "b1"], "--as NAME is missing"],
    [["restore", "--as", "copy"], "a backup or file is missing"],
    [["servers", "--nonsense"], "--nonsense"],
  ])("%p is refused with a hint, and does nothing", async (args, message) => {
    const { code, stdout, stderr } = await dbbackup(args)
    expect([code, stdout]).toEqual([1, ""])
    expect(stderr).toStartWith("dbbackup: ")
    expect(stderr).toContain(message)
    expect(stderr).toContain("dbbackup --help lists the commands.")
    expect(stderr).not.toContain("    at ")
  })
})

describe("the controller's address", () => {
  test("that nobody answers at is named, with what to do", async () => {
    // A port that was free a moment ago.
    const gone = listen(world.app, { hostname: "127.0.0.1", port: 0 })
    await gone.stop()
    for (const command of [["servers"], ["backup", "shop/db"], ["healthcheck"]]) {
      const { code, stdout, stderr } = await dbbackup([...command, "--url", `http://127.0.0.1:${gone.port}`])
      expect([code, stdout]).toEqual([1, ""])
      expect(stderr).toBe(
        `dbbackup: no controller answers at http://127.0.0.1:${gone.port}\nStart it with dbbackup serve, or name it with --url or DBBACKUP_URL.\n`,
      )
    }
  })

  test("is PORT on this machine when nothing names it", async () => {
    const { code } = await dbbackup(["healthcheck"], { DBBACKUP_URL: "", PORT: String(server.port) })
    expect(code).toBe(0)
  })

  test.each(["nonsense", "ftp://host", "127.0.0.1:3000", ""])("%p is refused in words", async (url) => {
    const { code, stderr } = await dbbackup(["servers", "--url", url])
    expect(code).toBe(1)
    expect(stderr).toContain("Write it as http://127.0.0.1:3000.")
    expect(stderr).not.toContain("    at ")
  })

  test("of something that is no controller is called that", async () => {
    const other = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("<html>") })
    const { code, stderr } = await dbbackup(["servers", "--url", `http://127.0.0.1:${other.port}`])
    await other.stop(true)
    expect(code).toBe(1)
    expect(stderr).toContain("answered 200, and not as dbbackup does")
  })
})

describe("servers and backups", () => {
  test("are tables for people", async () => {
    const { code, stdout } = await dbbackup(["servers"])
    expect(code).toBe(0)
    const [verdict, , head, shop, scratch] = stdout.split("\n")
    expect(verdict).toBe("All 2 databases are backed up.")
    expect(head).toMatch(/^SERVER +DATABASE +STATE +LAST GOOD +SIZE +COPIES +NEXT RUN$/)
    expect(shop).toMatch(/^shop\/db +shop +fresh +.* ago +1\.5 KiB +local +2026-/)
    expect(scratch).toMatch(/^shop\/db +scratch +unprotected +never +- +- +2026-/)
  })

  test("can be asked for one database, and no more than one", async () => {
    const { code, stdout } = await dbbackup(["backups", "--database", "shop/db/shop"])
    expect(code).toBe(0)
    expect(stdout).toMatch(/^QUEUED +DATABASE +TYPE +STATUS +SIZE +TIME +ID\n/)
    expect(stdout).toContain("b1")
    const several = await dbbackup(["backups", "--database", "shop/db"])
    expect([several.code, several.stdout]).toEqual([1, ""])
    expect(several.stderr).toContain("shop/db has several databases")
  })

  test("with a filter the API refuses, in the API's words", async () => {
    for (const args of [
      ["--limit", "many"],
      ["--status", "great"],
    ]) {
      const { code, stderr } = await dbbackup(["backups", ...args])
      expect(code).toBe(1)
      expect(stderr).toStartWith("dbbackup: ")
      expect(stderr).not.toContain("    at ")
    }
  })
})

describe("backup", () => {
  test("backs up what the labels take on a server, and says how it was proven", async () => {
    const { code, stdout, stderr } = await dbbackup(["backup", "shop/db"])
    expect([code, stderr]).toEqual([0, ""])
    expect(stdout).toMatch(
      /^shop\/db\/shop: good, 1000 B in 1 min 0 s, all 14 data blocks .* sha256 a{64}\n$/,
    )
  })

  test("that fails says why, and the exit code tells scripts", async () => {
    outcome = "bad"
    const { code, stdout, stderr } = await dbbackup(["backup", "shop/db/shop"])
    expect(code).toBe(1)
    expect(stdout).toContain("shop/db/shop: failed: pg_dump exited 1 after 31 MiB. Look at the server's log.")
    expect(stderr).toContain("not backed up: shop")
  })

  test("of what no label takes does not end as if it had been made", async () => {
    const { code, stderr } = await dbbackup(["backup", "shop/db/scratch"])
    expect(code).toBe(1)
    expect(stderr).toContain("no label asks for a backup of shop/db/scratch")
  })

  test("of what there is not lists what there is", async () => {
    const { code, stderr } = await dbbackup(["backup", "shop/db/shpo"])
    expect(code).toBe(1)
    expect(stderr).toContain("There are: shop/db/shop, shop/db/scratch.")
  })
})

describe("restore", () => {
  test("shows the plan and goes on once the name is typed", async () => {
    const { code, stdout } = await dbbackup(["restore", "b1", "--as", "copy"], {}, "copy\n")
    expect(code).toBe(0)
    expect(stdout).toContain(
      "into the new database copy:\n  1. Create the database.\n  What is lost: nothing\n",
    )
    expect(stdout).toEndWith("copy is restored: 3 tables, nothing differs from the manifest\n")
  })

  test.each([
    ["another name", "shop\n"],
    ["nothing", "\n"],
    ["no answer at all", ""],
  ])("begins nothing after %s", async (_, input) => {
    const before = restores()
    const { code, stdout, stderr } = await dbbackup(["restore", "b1", "--as", "copy"], {}, input)
    expect(code).toBe(1)
    expect(stdout).toContain("Type copy to go on: ")
    expect(stderr).toContain("the name was not typed, nothing was done")
    expect(restores()).toBe(before)
  })

  test("in a script needs --yes, and does not wait for an answer without it", async () => {
    const before = restores()
    // No input: standard input is /dev/null, as it is under cron.
    const without = await dbbackup(["restore", "b1", "--as", "copy"])
    expect(without.code).toBe(1)
    expect(without.stderr).toContain("In a script, confirm with --yes.")
    expect(restores()).toBe(before)
    expect((await dbbackup(["restore", "b1", "--as", "copy", "--yes"])).code).toBe(0)
    expect(restores()).toBe(before + 1)
  })

  test("only shows the plan when asked to", async () => {
    const before = restores()
    const { code, stdout } = await dbbackup(["restore", "b1", "--as", "copy", "--dry-run"])
    expect([code, restores()]).toEqual([0, before])
    expect(stdout).not.toContain("Type copy")
  })

  test("of globals needs no name of a database, and says what was made", async () => {
    const { code, stdout } = await dbbackup(["restore", "b1", "--globals", "--yes"])
    expect(code).toBe(0)
    expect(stdout).toContain("Restore the globals of ")
    expect(stdout).toEndWith("the globals are restored: made nothing\n")
  })

  test("names the server by its name, and refuses what it does not know", async () => {
    const on = await dbbackup(["restore", "b1", "--as", "copy", "--on", "nowhere", "--yes"])
    expect(on.stderr).toContain("there is no server nowhere")
    const owners = await dbbackup(["restore", "b1", "--as", "copy", "--owners", "maybe", "--yes"])
    expect(owners.stderr).toContain("Write keep or drop.")
    const jobs = await dbbackup(["restore", "b1", "--as", "copy", "--jobs", "many", "--yes"])
    expect(jobs.stderr).toContain("Write a number, 1 to 16.")
  })

  test("takes the tables that are named, each by an option of its own, and never passes over them", async () => {
    expect(
      (await dbbackup(["restore", "b1", "--as", "copy", "--table", "a,b", "--table", "c", "--yes"])).code,
    ).toBe(0)
    expect(asked.at(-1)).toMatchObject({ mode: "new", tables: ["a,b", "c"] })
    const swap = await dbbackup(["restore", "b1", "--swap", "--table", "a", "--yes"])
    expect(swap.stderr).toContain("--table goes with --as NAME")
  })

  test("takes the newest good backup of a database by its name", async () => {
    expect((await dbbackup(["restore", "shop/db/shop", "--as", "copy", "--yes"])).code).toBe(0)
  })

  test("finds a backup by its id without any list", async () => {
    databases = []
    const old = world.catalogue.backup("b1" as BackupId)
    expect(old?.status).toBe("completed")
    expect((await dbbackup(["restore", "b1", "--as", "copy", "--yes"])).code).toBe(0)
  })

  test.each([
    ["a server with several databases", "shop/db", "shop/db has several databases"],
    ["a database without a good backup", "shop/db/scratch", "shop/db/scratch has no good backup"],
    ["a backup that there is not", "nope", "there is no server or database nope"],
  ])("of %s is refused", async (_, source, message) => {
    const { code, stderr } = await dbbackup(["restore", source, "--as", "copy", "--yes"])
    expect(code).toBe(1)
    expect(stderr).toContain(message)
  })

  test("that fails says why, and the exit code tells scripts", async () => {
    outcome = "bad"
    const { code, stderr } = await dbbackup(["restore", "b1", "--as", "copy", "--yes"])
    expect(code).toBe(1)
    expect(stderr).toContain("dbbackup: psql exited 3")
  })
})

describe("lint", () => {
  const file = (text: string) => {
    const path = join(folder, "compose.yaml")
    writeFileSync(path, text)
    return path
  }

  test("of good labels says so, and needs no controller", async () => {
    const path = file('services: { db: { labels: { dbbackup.enable: "true" } } }')
    const { code, stdout } = await dbbackup(["lint", path], { DBBACKUP_URL: "nonsense" })
    expect([code, stdout]).toEqual([0, `${path}: the labels are good\n`])
  })

  test("of mistakes prints file, line and service, and ends with 1", async () => {
    const path = file(
      'services:\n  db:\n    labels:\n      dbbackup.enable: "true"\n      dbbackup.shedule: daily\n',
    )
    const { code, stdout } = await dbbackup(["lint", path])
    expect(code).toBe(1)
    expect(stdout).toBe(`${path}:5: db: dbbackup.shedule: unknown label. Did you mean dbbackup.schedule?\n`)
  })

  test("of a note prints it as one, and ends well", async () => {
    const path = file(
      'services:\n  db:\n    labels:\n      dbbackup.enable: "true"\n      dbbackup.notify: team\n',
    )
    const { code, stdout } = await dbbackup(["lint", path])
    expect(code).toBe(0)
    expect(stdout).toStartWith(`${path}:5: note: db: dbbackup.notify: "team" is not in force yet`)
    expect(stdout).toEndWith(`${path}: the labels are good\n`)
  })

  test("of the example finds nothing", async () => {
    const { code } = await dbbackup(["lint", join(repository, "examples/quickstart/compose.yaml")])
    expect(code).toBe(0)
  })

  test.each([
    ["a file that is not there", () => join(folder, "nope.yaml"), "cannot be read"],
    ["a folder", () => folder, "cannot be read"],
    ["a file that is no compose file", () => file("x: y"), "the file has no services"],
  ])("of %s says so", async (_, path, message) => {
    const { code, stderr } = await dbbackup(["lint", path()])
    expect(code).toBe(1)
    expect(stderr).toContain(message)
    expect(stderr).not.toContain("    at ")
  })
})

test("healthcheck is 0 when the controller is ready, and lists what was checked", async () => {
  const { code, stdout } = await dbbackup(["healthcheck"])
  expect([code, stdout]).toEqual([0, "sqlite: writable\n"])
})

describe("pinning", () => {
  test("takes the reason as it is typed, and is told beside the state until it is taken back", async () => {
    const pinned = await dbbackup(["pin", "b1", "before", "the", "migration"])
    expect(pinned.code).toBe(0)
    expect(pinned.stdout).toContain("backup b1: pinned")
    expect(world.catalogue.backup("b1" as BackupId)).toMatchObject({
      pinned: { reason: "before the migration" },
    })
    expect((await dbbackup(["backups"])).stdout).toContain("completed, pinned")
    expect((await dbbackup(["unpin", "b1"])).stdout).toContain("not pinned any more")
    const again = await dbbackup(["unpin", "b1"])
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining("backup b1 is not pinned")])
  })

  test("without a reason changes nothing", async () => {
    const refused = await dbbackup(["pin", "b1"])
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringContaining("why it is to stay is missing"),
    ])
    expect(world.catalogue.backup("b1" as BackupId)).toMatchObject({ pinned: null })
  })
})

describe("retention", () => {
  test("lists the policies that have a name, with the jobs that use them", async () => {
    const { code, stdout } = await dbbackup(["retention"])
    expect(code).toBe(0)
    expect(stdout).toMatch(/NAME +RETENTION +FROM +JOBS/)
    expect(stdout).toMatch(/gold +30d +settings/)
  })

  test("tells of one database what stays and why, and what another policy would delete; of all, numbers", async () => {
    const one = await dbbackup(["retention", "preview", "shop/db/shop"])
    expect([one.code, one.stderr]).toEqual([0, ""])
    expect(one.stdout).toContain("job default: 30d")
    expect(one.stdout).toMatch(/newest, daily 1 of 30 +b1$/m)
    expect(one.stdout).toContain("None goes.")
    const all = await dbbackup(["retention", "preview", "--policy", "last=1"])
    expect(all.stdout).toMatch(/shop\/db\/shop +default +last=1/)
    const wrong = await dbbackup(["retention", "preview", "--policy", "golt"])
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining("Did you mean gold?")])
    expect((await dbbackup(["retention", "shop"])).stderr).toContain("what to do with shop is not clear")
  })
})
