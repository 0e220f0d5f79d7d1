// The settings in force, on real files that change in the ways in which editors, Docker and Kubernetes change them.
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test"
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs"
import { join } from "node:path"
import fc from "fast-check"
import { Fault } from "../../controller/core/fault.ts"
import { openSettings, type SettingsSource } from "../../controller/settings/source.ts"
import { SettingsView } from "../../schemas/settings-view.ts"
import { until } from "../support/until.ts"
import { type Folder, folder } from "./folder.ts"

setDefaultTimeout(120_000)

let here: Folder
let stop: AbortController
beforeEach(() => {
  here = folder()
  mkdirSync(here.at("db"))
  stop = new AbortController()
})
afterEach(() => {
  stop.abort()
  here.remove()
})

const file = () => here.at("dbbackup.yaml")
const env = (more: Record<string, string> = {}) => ({
  DBBACKUP_SETTINGS: file(),
  DATABASE_PATH: here.at("db/app.db"),
  ...more,
})
const open = (more?: Record<string, string>) =>
  openSettings(env(more), "box", () => new Date("2026-03-01T12:00:00Z"))
const kept = () => here.at("db/settings.last-good.yaml")

function refusal(more?: Record<string, string>): string {
  try {
    open(more)
  } catch (error) {
    if (error instanceof Fault && error.code === "settings-invalid") return error.message
    throw error
  }
  throw new Error("it was accepted")
}

const slowPoll = { quietMilliseconds: 20, pollMilliseconds: 600_000, emptyMilliseconds: 50 }
const pollOnly = { quietMilliseconds: 600_000, pollMilliseconds: 30, emptyMilliseconds: 50 }

interface Followed {
  readonly source: SettingsSource
  readonly log: readonly string[]
  changes: number
}

function follow(source: SettingsSource, pace = slowPoll): Followed {
  const log: string[] = []
  const followed = { source, log, changes: 0 }
  source.follow(
    (level, message) => void log.push(`${level} ${message}`),
    () => {
      followed.changes += 1
    },
    stop.signal,
    pace,
  )
  return followed
}

const runs = (count: number | string) => `backup: {maxConcurrent: ${count}}\n`
const becomes = ({ source }: Followed, count: number) =>
  until(`${count} runs at a time`, () => source.current().maxConcurrent === count, 10)
const line = ({ source }: { source: SettingsSource }, key: string) =>
  source.view().settings.find((setting) => setting.key === key)

describe("at the start", () => {
  test("a file, the environment before it, and defaults, each shown with where it is from", () => {
    here.write("dbbackup.yaml", `${runs(7)}server: {port: 1111}\nretention: {policies: {gold: 7d}}\n`)
    const source = open({ PORT: "2222", S3_ACCESS_KEY_ID: "key-id", S3_SECRET_ACCESS_KEY: "s3cret" })
    expect(source.current()).toMatchObject({ port: 2222, maxConcurrent: 7, hostname: "127.0.0.1" })
    expect(SettingsView.parse(source.view())).toEqual(source.view())
    expect(source.view()).toMatchObject({
      file: { path: file(), state: "loaded", loadedAt: "2026-03-01T12:00:00.000Z" },
      problem: null,
      mistakes: [],
    })
    expect(line({ source }, "server.port")).toMatchObject({
      value: "2222",
      source: "environment",
      variable: "PORT",
    })
    expect(line({ source }, "backup.maxConcurrent")).toMatchObject({
      value: "7",
      source: "file",
      needsRestart: false,
    })
    expect(line({ source }, "server.hostname")).toMatchObject({
      value: "127.0.0.1",
      source: "default",
      needsRestart: true,
    })
    expect(line({ source }, "retention.policies.gold")).toMatchObject({ value: "7d", source: "file" })
    expect(line({ source }, "S3_SECRET_ACCESS_KEY")).toMatchObject({ value: "set", source: "environment" })
    expect(JSON.stringify(source.view())).not.toMatch(/s3cret|key-id/)
  })

  test("no secret of a URL is shown", () => {
    here.write("dbbackup.yaml", "s3: {bucket: bkt, endpoint: 'https://me:s3cret@store.example'}\n")
    const source = open({ DOCKER_HOST: "tcp://me:s3cret@engine:2375" })
    expect(source.current().s3?.endpoint).toContain("s3cret")
    expect(line({ source }, "s3.endpoint")?.value).toBe("https://…@store.example")
    expect(JSON.stringify(source.view())).not.toContain("s3cret")
  })

  test("a file that nobody named need not be there, one that was named must", () => {
    const source = openSettings({ DATABASE_PATH: here.at("db/app.db") }, "box", () => new Date())
    expect(source.view().file).toMatchObject({
      path: "/app/data/dbbackup.yaml",
      state: "absent",
      loadedAt: null,
    })
    expect(refusal()).toBe(`${file()} is not there`)
  })

  test.each(["", "\n", "# nothing yet\n", "server:\n"])("%j sets nothing, and is right", (text) => {
    here.write("dbbackup.yaml", text)
    expect(open().current()).toMatchObject({ port: 3000, maxConcurrent: 3 })
    expect(open().problem()).toBeNull()
  })

  test("every mistake is told with line and column, those of the environment first", () => {
    here.write("dbbackup.yaml", "server:\n  port: http\nschedular: {}\n")
    const inFile =
      `${file()} is not valid: line 2, column 9: server.port: write a whole number; ` +
      "line 3, column 1: schedular: unknown key (Did you mean scheduler?)"
    expect(refusal()).toBe(inFile)
    expect(refusal({ TZ: "x", LOG_LEVEL_FILE: here.at("none") })).toBe(
      `the environment is not valid: LOG_LEVEL_FILE: there is no file ${here.at("none")}; ` +
        `TZ: write an IANA time zone such as Europe/Berlin or UTC; ${inFile}`,
    )
  })

  test("of very many mistakes the first are told, with how many more there are", () => {
    here.write("dbbackup.yaml", Array.from({ length: 500 }, (_, i) => `z${i}: 1`).join("\n"))
    expect(refusal()).toEndWith("; and 490 more")
    expect(refusal().length).toBeLessThan(2000)
  })

  test("keys without end, and those that would steer a terminal, are cut", () => {
    here.write(
      "dbbackup.yaml",
      `${"k".repeat(1000)}: 1\n"\\e[2Jx": 1\ndefaults: {destinations: ${"d".repeat(100_000)}}\n`,
    )
    const message = refusal()
    expect(message.length).toBeLessThan(1500)
    expect(message).toContain("kkk...: unknown key")
    expect(message).toContain("�[2Jx: unknown key")
    expect(message).not.toMatch(/\p{Cc}/u)
  })

  test("a folder in the file's place, and 10 MB, are refused quickly", () => {
    mkdirSync(file())
    expect(refusal()).toBe(`${file()} cannot be read: it is a folder`)
    rmSync(file(), { recursive: true })
    here.write("dbbackup.yaml", "a: b\n".repeat(2_000_000))
    const begun = performance.now()
    expect(refusal()).toBe(`${file()} cannot be read: it has more than 256 KiB`)
    expect(performance.now() - begun).toBeLessThan(1000)
  })
})

describe("a start with a bad file", () => {
  test("takes the last good text, says so, and takes the file once it is corrected", async () => {
    here.write("dbbackup.yaml", runs(7))
    follow(open())
    expect(statSync(kept()).mode & 0o777).toBe(0o600)
    stop.abort()
    stop = new AbortController()

    here.write("dbbackup.yaml", runs("many"))
    const later = follow(open())
    expect(later.source.current().maxConcurrent).toBe(7)
    expect(later.source.view()).toMatchObject({
      file: { state: "remembered" },
      mistakes: [{ line: 1, column: 25, key: "backup.maxConcurrent", message: "write a whole number" }],
    })
    expect(later.source.problem()?.message).toContain("line 1, column 25")
    expect(later.log.join()).toContain("error")
    // The bad text is not what is remembered.
    expect(readFileSync(kept(), "utf8")).toBe(runs(7))

    here.write("dbbackup.yaml", runs(8))
    await becomes(later, 8)
    expect(later.source.problem()).toBeNull()
    expect(later.source.view().file.state).toBe("loaded")
    expect(readFileSync(kept(), "utf8")).toBe(runs(8))
  })

  test("takes it too when the file is gone or cannot be read", () => {
    here.write("dbbackup.yaml", runs(7))
    follow(open())
    rmSync(file())
    expect(open().current().maxConcurrent).toBe(7)
    expect(open().problem()?.message).toBe(`${file()} is not there`)
    mkdirSync(file())
    expect(open().current().maxConcurrent).toBe(7)
  })

  test("is refused when nothing good is remembered, or what is remembered is bad as well", () => {
    here.write("dbbackup.yaml", runs("many"))
    expect(refusal()).toContain("line 1, column 25")
    writeFileSync(kept(), runs("lots"))
    expect(refusal()).toContain("line 1, column 25")
  })

  test("does not remember settings that were given up", () => {
    here.write("dbbackup.yaml", runs(7))
    follow(open())
    const withoutFile = openSettings({ DATABASE_PATH: here.at("db/app.db") }, "box", () => new Date())
    withoutFile.follow(
      () => {},
      () => {},
      stop.signal,
      slowPoll,
    )
    expect(existsSync(kept())).toBe(false)
  })
})

describe("while it runs", () => {
  test.each(["written", "replaced by rename", "written by a link's target"])(
    "a file %s takes effect",
    async (how) => {
      const target = how.includes("link") ? here.at("db/real.yaml") : file()
      writeFileSync(target, runs(4))
      if (how.includes("link")) symlinkSync(target, file())
      // Events come from the link's folder only: its target is noticed by looking.
      const followed = follow(open(), how.includes("link") ? pollOnly : slowPoll)
      if (how.includes("rename")) {
        here.write("dbbackup.yaml.new", runs(5))
        renameSync(here.at("dbbackup.yaml.new"), file())
      } else writeFileSync(target, runs(5))
      await becomes(followed, 5)
      expect(followed.changes).toBe(1)
      expect(followed.log).toEqual([`info ${file()} is in force: backup.maxConcurrent is 5, was 4`])
    },
  )

  test("a link that is swapped, as Kubernetes does it, takes effect, again and again", async () => {
    for (const n of [4, 5, 6]) {
      mkdirSync(here.at(`v${n}`))
      here.write(`v${n}/dbbackup.yaml`, runs(n))
    }
    symlinkSync("v4", here.at("..data"))
    symlinkSync("..data/dbbackup.yaml", file())
    const followed = follow(open())
    for (const n of [5, 6]) {
      symlinkSync(`v${n}`, here.at("..tmp"))
      renameSync(here.at("..tmp"), here.at("..data"))
      await becomes(followed, n)
    }
  })

  test("it is noticed without any event", async () => {
    here.write("dbbackup.yaml", runs(4))
    const followed = follow(open(), pollOnly)
    here.write("dbbackup.yaml", runs(5))
    await becomes(followed, 5)
  })

  test("a folder that comes only later is followed", async () => {
    mkdirSync(here.at("later"))
    here.write("later/dbbackup.yaml", runs(4))
    const followed = follow(open({ DBBACKUP_SETTINGS: here.at("later/dbbackup.yaml") }), pollOnly)
    rmSync(here.at("later"), { recursive: true })
    await until("it is missed", () => followed.source.problem() !== null, 10)
    mkdirSync(here.at("later"))
    here.write("later/dbbackup.yaml", runs(5))
    await becomes(followed, 5)
  })

  test("a bad file leaves everything as it was, is told once, and corrected it takes effect", async () => {
    here.write("dbbackup.yaml", runs(4))
    const followed = follow(open())
    here.write("dbbackup.yaml", `${runs(9)}server: {port: x}\n`)
    await until("it is complained of", () => followed.source.problem() !== null, 10)
    expect(followed.source.current().maxConcurrent).toBe(4)
    expect(followed.source.view().mistakes).toMatchObject([{ line: 2, column: 16, key: "server.port" }])
    expect(readFileSync(kept(), "utf8")).toBe(runs(4))
    here.write("dbbackup.yaml", `\n${runs(9)}server: {port: x}\n`)
    await until("the other line is told", () => followed.source.view().mistakes[0]?.line === 3, 10)
    here.write("dbbackup.yaml", `\n${runs(9)}server: {port: x}\n# the same again\n`)
    await Bun.sleep(200)
    here.write("dbbackup.yaml", runs(4))
    await until("all is well", () => followed.source.problem() === null, 10)
    expect(followed.log.map((entry) => entry.split(" ", 1)[0])).toEqual(["error", "error", "info"])
    expect(followed.changes).toBe(3)
  })

  test("a file that vanishes leaves everything as it was: not seeing it is not the same as an empty one", async () => {
    here.write("dbbackup.yaml", runs(4))
    const followed = follow(open())
    rmSync(file())
    await until("it is missed", () => followed.source.problem() !== null, 10)
    expect(followed.source.current().maxConcurrent).toBe(4)
    mkdirSync(file())
    await until("the folder is seen", () => followed.source.problem()?.message.endsWith("a folder"), 10)
    rmSync(file(), { recursive: true })
    here.write("dbbackup.yaml", runs(5))
    await becomes(followed, 5)
  })

  test("so does one that nobody named, once it was there", async () => {
    const source = openSettings({ DATABASE_PATH: here.at("db/app.db") }, "box", () => new Date(), file())
    const followed = follow(source)
    here.write("dbbackup.yaml", runs(4))
    await becomes(followed, 4)
    expect(source.view().file.state).toBe("loaded")
    rmSync(file())
    await until("it is missed", () => source.problem()?.message === `${file()} is not there`, 10)
    expect(source.current().maxConcurrent).toBe(4)
  })

  test("a bad file that nobody named, and that is taken away again, was no matter", async () => {
    const source = openSettings({ DATABASE_PATH: here.at("db/app.db") }, "box", () => new Date(), file())
    const followed = follow(source)
    here.write("dbbackup.yaml", "nonsense")
    await until("it is complained of", () => source.problem() !== null, 10)
    rmSync(file())
    await until("all is well", () => source.problem() === null, 10)
    expect(source.view().file).toEqual({ path: file(), state: "absent", loadedAt: null })
    expect(followed.changes).toBe(2)
  })

  test("an empty file sets nothing, but only once it has stayed empty", async () => {
    here.write("dbbackup.yaml", runs(4))
    const followed = follow(open(), { ...slowPoll, emptyMilliseconds: 400 })
    truncateSync(file())
    const before = followed.source.current().maxConcurrent
    await becomes(followed, 3)
    expect(before).toBe(4)
    expect(line(followed, "backup.maxConcurrent")).toMatchObject({ value: "3", source: "default" })
  })

  test("a file that is emptied before it is filled never was empty", async () => {
    here.write("dbbackup.yaml", runs(4))
    const followed = follow(open(), { ...slowPoll, emptyMilliseconds: 500 })
    truncateSync(file())
    await Bun.sleep(100)
    here.write("dbbackup.yaml", runs(5))
    await becomes(followed, 5)
    await Bun.sleep(500)
    expect(followed.log).toEqual([`info ${file()} is in force: backup.maxConcurrent is 5, was 4`])
  })

  test("many changes at once end in the last of them", async () => {
    here.write("dbbackup.yaml", runs(1))
    const followed = follow(open())
    for (let n = 2; n <= 60; n++) here.write("dbbackup.yaml", runs(n))
    await becomes(followed, 60)
    expect(followed.changes).toBeLessThan(60)
  })

  test("what needs a restart stays as it is, and says what it will be", async () => {
    here.write("dbbackup.yaml", "server: {port: 1111}\nlabelPrefix: old\n")
    const followed = follow(open())
    here.write("dbbackup.yaml", `server: {port: 2222}\nlabelPrefix: old\ns3: {bucket: bkt}\n${runs(4)}`)
    await becomes(followed, 4)
    expect(followed.source.current()).toMatchObject({ port: 1111, labelPrefix: "old", s3: null })
    expect(line(followed, "server.port")).toMatchObject({ value: "1111", afterRestart: "2222" })
    expect(line(followed, "labelPrefix")?.afterRestart).toBeNull()
    expect(followed.log.join()).toContain("server.port will be 2222 after a restart, is 1111")
    expect(followed.log.join()).toContain("s3.bucket will be bkt after a restart, is unset")
    here.write("dbbackup.yaml", `server: {port: 1111}\nlabelPrefix: old\n${runs(5)}`)
    await becomes(followed, 5)
    expect(line(followed, "server.port")).toMatchObject({ value: "1111", afterRestart: null })
  })

  test("destinations come, change and go with a restart, and say so until then", async () => {
    const nas = (path: string) => `nas: {type: local, path: ${path}}`
    here.write("dbbackup.yaml", `destinations: {${nas("/a")}, old: {type: local, path: /old}}\n${runs(3)}`)
    const followed = follow(open())
    const far =
      "far: {type: s3, bucket: bkt, accessKeyIdFile: /run/id, secretAccessKeyVariable: KEY, endpoint: 'http://me:pass@store'}"
    here.write("dbbackup.yaml", `destinations: {${nas("/b")}, ${far}}\n${runs(4)}`)
    await becomes(followed, 4)
    expect([...followed.source.current().destinations]).toEqual([
      ["nas", { type: "local", path: "/a" }],
      ["old", { type: "local", path: "/old" }],
    ])
    const shown = (name: string) => line(followed, `destinations.${name}`)
    expect(shown("nas")).toMatchObject({
      value: "type: local, path: /a",
      afterRestart: "type: local, path: /b",
    })
    expect(shown("old")).toMatchObject({ value: "type: local, path: /old", afterRestart: "" })
    expect(shown("far")).toMatchObject({
      value: "",
      afterRestart:
        "type: s3, bucket: bkt, accessKeyIdFile: /run/id, secretAccessKeyVariable: KEY, endpoint: http://…@store",
    })
    expect(followed.log.join()).toContain("destinations.old will be unset after a restart")
    here.write("dbbackup.yaml", `destinations: {${nas("/a")}, old: {type: local, path: /old}}\n${runs(5)}`)
    await becomes(followed, 5)
    expect([shown("nas"), shown("old")].map((one) => one?.afterRestart)).toEqual([null, null])
    expect(shown("far")).toBeUndefined()
  })

  test("what the operator defines by name is told name by name", async () => {
    here.write("dbbackup.yaml", `retention: {policies: {gold: 7d}}\ndefaults: {schedule: daily}\n${runs(4)}`)
    const followed = follow(open())
    here.write("dbbackup.yaml", `retention: {policies: {gold: 9d, short: last=2}}\n${runs(5)}`)
    await becomes(followed, 5)
    const [told] = followed.log
    expect(told?.split(": ", 2)[1]?.split("; ").sort()).toEqual([
      "backup.maxConcurrent is 5, was 4",
      "defaults.schedule is unset, was daily",
      "retention.policies.gold is 9d, was 7d",
      "retention.policies.short is last=2, was unset",
    ])
  })

  test("a variable stays before the file", async () => {
    here.write("dbbackup.yaml", runs(4))
    const followed = follow(open({ DBBACKUP_MAX_CONCURRENT: "2" }))
    here.write("dbbackup.yaml", `${runs(9)}logLevel: debug\n`)
    await until("the file is read", () => followed.source.current().logLevel === "debug", 10)
    expect(followed.source.current().maxConcurrent).toBe(2)
  })

  test("a folder that cannot be written is said, and stops nothing", async () => {
    here.write("dbbackup.yaml", runs(4))
    const source = open({ DATABASE_PATH: join(here.write("no-folder", ""), "app.db") })
    const followed = follow(source)
    expect(followed.log.join()).toContain("cannot be remembered")
    here.write("dbbackup.yaml", runs(5))
    await becomes(followed, 5)
  })

  test("variables that look meant for it and have no effect are told", () => {
    here.write("dbbackup.yaml", "")
    const { log } = follow(
      open({
        DBBACKUP_MAX_CONCURENT: "1",
        DBBACKUP_URL: "x",
        DBBACKUP_HOOKS_FILE: "",
        DBBACKUP_NOTHING: "",
      }),
    )
    expect(log).toEqual([
      "warn DBBACKUP_MAX_CONCURENT is set, but is no setting: did you mean DBBACKUP_MAX_CONCURRENT?",
    ])
  })
})

test("whatever happens to the file, in the end what is in force is what it says, or the last good of what it said", async () => {
  const happening = fc.oneof(
    fc.record({ kind: fc.constantFrom("write", "replace"), runs: fc.integer({ min: 1, max: 99 }) }),
    fc.record({ kind: fc.constantFrom("spoil", "empty", "remove", "folder"), runs: fc.constant(0) }),
  )
  const step = fc.tuple(happening, fc.constantFrom(0, 0, 5, 60))
  let round = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      round += 1
      const path = here.at(`${round}.yaml`)
      writeFileSync(path, runs(100))
      const once = new AbortController()
      const source = openSettings(env({ DBBACKUP_SETTINGS: path }), "box", () => new Date())
      source.follow(
        () => {},
        () => {},
        once.signal,
        { quietMilliseconds: 10, pollMilliseconds: 20, emptyMilliseconds: 30 },
      )
      const said = new Set([100])
      for (const [{ kind, runs: count }, pauseMilliseconds] of steps) {
        if (kind !== "replace" || existsSync(path)) rmSync(path, { recursive: true, force: true })
        if (kind === "write") writeFileSync(path, runs(count))
        if (kind === "replace") {
          writeFileSync(`${path}.new`, runs(count))
          renameSync(`${path}.new`, path)
        }
        if (kind === "spoil") writeFileSync(path, "backup: [")
        if (kind === "empty") writeFileSync(path, "")
        if (kind === "folder") mkdirSync(path)
        if (kind === "empty") said.add(3)
        if (count > 0) said.add(count)
        await Bun.sleep(pauseMilliseconds)
      }
      const [last] = steps.at(-1) ?? []
      const wanted = last?.kind === "empty" ? 3 : (last?.runs ?? 0)
      if (wanted > 0)
        await until(
          "the last file is in force",
          () => source.problem() === null && source.current().maxConcurrent === wanted,
          10,
        )
      else await until("it is complained of", () => source.problem() !== null, 10)
      expect([...said]).toContain(source.current().maxConcurrent)
      once.abort()
    }),
    { numRuns: 25 },
  )
}, 60_000)
