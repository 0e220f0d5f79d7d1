// What hostile, huge and contradictory labels do. Plain examples are golden files: test/golden/labels.
import { describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import { defaultsMistakes, noWords, type ParsedLabels, parseLabels } from "../../controller/core/labels.ts"
import { defaultOf } from "../../controller/core/value-words.ts"
import { jobKeys, labelKeys, maxJobsPerServer, maxLabelLength } from "../../schemas/labels.ts"
import { noRetention } from "../../schemas/retention.ts"

setDefaultTimeout(120_000)

const parse = (labels: Readonly<Record<string, string>>, byDefault = false): ParsedLabels =>
  parseLabels(
    Object.fromEntries(Object.entries(labels).map(([key, value]) => [`dbbackup.${key}`, value])),
    "dbbackup",
    byDefault,
  )

function good(parsed: ParsedLabels) {
  if (parsed.kind !== "good") throw new Error(`not good: ${JSON.stringify(parsed)}`)
  return parsed
}

function problems(parsed: ParsedLabels) {
  if (parsed.kind !== "bad" && parsed.kind !== "not-enabled") throw new Error(`no problems: ${parsed.kind}`)
  return parsed.problems
}

describe("a job", () => {
  test("takes its own keys, then the flat ones, then the defaults, and says which is which", () => {
    const { jobs } = good(
      parse({ enable: "true", schedule: "hourly", retention: "7d", "weekly.schedule": "weekly" }),
    )
    const [plain, weekly] = jobs
    expect(jobs.map(({ name }) => name)).toEqual(["default", "weekly"])
    expect(plain?.labels.schedule).toEqual({ kind: "cron", text: "hourly", pattern: "0 * * * *" })
    expect(weekly?.labels.schedule).toEqual({ kind: "cron", text: "weekly", pattern: "0 3 * * 0" })
    expect(weekly?.labels.retention).toEqual(plain?.labels.retention as never)
    const source = (key: string) => weekly?.settings.find((setting) => setting.key === key)
    expect(source("schedule")).toEqual({ key: "schedule", value: "weekly", source: "label" })
    expect(source("retention")).toEqual({ key: "retention", value: "7d", source: "label" })
    expect(source("timeout")).toEqual({ key: "timeout", value: "6h", source: "default" })
    const withDefault = jobKeys.filter((key) => defaultOf(key) !== "" && !key.startsWith("hooks."))
    expect(weekly?.settings.map(({ key }) => key)).toEqual(withDefault)
  })

  test("has every default the vocabulary states, and they are values it accepts itself", () => {
    const stated = Object.fromEntries(
      jobKeys.map((key) => [key, defaultOf(key)]).filter(([, text]) => text !== ""),
    )
    const [implied] = good(parse({ enable: "true" })).jobs
    const [written] = good(parse({ enable: "true", ...stated })).jobs
    expect(written?.labels).toEqual(implied?.labels as never)
  })

  test("named default is the flat one, and may not contradict it", () => {
    const same = good(parse({ enable: "true", schedule: "daily", "default.schedule": "daily" }))
    expect(same.jobs).toHaveLength(1)
    const [problem] = problems(parse({ enable: "true", schedule: "daily", "default.schedule": "hourly" }))
    expect(problem?.message).toBe("dbbackup.default.schedule: schedule is given twice with different values")
  })

  test("has its mistakes reported once, under the label that was written", () => {
    const keys = (labels: Readonly<Record<string, string>>) =>
      problems(parse({ enable: "true", ...labels })).map(({ key }) => key)
    expect(keys({ schedule: "sometimes", "weekly.timeout": "1h", "monthly.timeout": "2h" })).toEqual([
      "dbbackup.schedule",
    ])
    expect(keys({ "default.schedule": "sometimes" })).toEqual(["dbbackup.default.schedule"])
    expect(keys({ "weekly.schedule": "sometimes" })).toEqual(["dbbackup.weekly.schedule"])
  })
})

describe("enable", () => {
  test("=false wins over every mistake beside it", () => {
    for (const extra of [{ id: "../.." }, { schedule: "never" }, { nonsense: "1" }, { type: "oracle" }])
      expect(parse({ enable: "false", ...extra }).kind).toBe("disabled")
    expect(parse({ enable: "no" }, true).kind).toBe("disabled")
  })

  test("without a value is a mistake, not a wish to stop", () => {
    const lost = parse({ enable: "", schedule: "daily" })
    expect(lost.kind).toBe("bad")
    expect(problems(lost)[0]?.hint).toContain("$$")
  })

  test("is not needed where everything found is backed up, but other labels count there too", () => {
    expect(parseLabels({}, "dbbackup", true).kind).toBe("good")
    expect(good(parse({ schedule: "hourly" }, true)).jobs[0]?.labels.schedule.text).toBe("hourly")
    expect(parse({ schedule: "hourli" }, true).kind).toBe("bad")
  })
})

test("labels of others, of another prefix, and of a longer word are none of ours", () => {
  const labels = {
    "traefik.enable": "true",
    "backup.enable": "true",
    "dbbackup2.enable": "true",
    dbbackups: "x",
  }
  expect(parseLabels(labels, "dbbackup", false).kind).toBe("absent")
  expect(good(parseLabels({ "backup.enable": "true" }, "backup", false)).jobs).toHaveLength(1)
})

describe("values that look like accidents", () => {
  test.each(["", " ", "\t"])("%p is empty, and the text says what compose does to a $", (value) => {
    const [problem] = problems(parse({ enable: "true", user: value }))
    expect(problem).toMatchObject({ code: "label-invalid", key: "dbbackup.user" })
    expect(problem?.hint).toContain("write $$")
  })

  test("control characters are refused in every key", () => {
    for (const key of labelKeys.filter((key) => key !== "enable"))
      for (const value of ["a\nb", "a\u0000b", "a\u001b[31mb", "a\u0085b"])
        expect(problems(parse({ enable: "true", [key]: value }))[0]?.message).toEndWith(
          "the value holds control characters",
        )
  })

  test("64 KB is refused unread, and not repeated to the person", () => {
    const [problem] = problems(parse({ enable: "true", databases: "x,".repeat(32_768) }))
    expect(problem?.message).toBe(
      `dbbackup.databases: the value has 65536 characters, at most ${maxLabelLength} are read`,
    )
    const [long] = problems(parse({ enable: "true", ["k".repeat(65_536)]: "1" }))
    expect(long?.message.length).toBeLessThan(200)
  })

  test("a value is only ever compared, so shell text and paths are refused like any other mistake", () => {
    const texts = ["../../etc/cron.d/x", "$(reboot)", "`id`", "; rm -rf /", "a|b", "..", "~root", "a/b"]
    for (const key of ["id", "type", "schedule", "destinations", "password-env", "compress", "timeout"])
      for (const text of texts)
        expect([key, text, problems(parse({ enable: "true", [key]: text }))[0]?.code]).toEqual([
          key,
          text,
          "label-invalid",
        ])
  })
})

describe("names that every object inherits", () => {
  const inherited = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf"]

  test("are unknown as keys", () => {
    for (const name of inherited) {
      const own = Object.fromEntries([
        ["dbbackup.enable", "true"],
        [`dbbackup.${name}`, "daily"],
      ])
      expect(problems(parseLabels(own, "dbbackup", false))[0]?.code).toBe("label-unknown")
    }
  })

  test("are values like any other", () => {
    for (const name of inherited)
      for (const key of [
        "schedule",
        "type",
        "compress",
        "retention",
        "timezone",
        "on-missed",
        "paused",
        "timeout",
      ])
        expect(problems(parse({ enable: "true", [key]: name }))[0]?.code).toBe("label-invalid")
  })

  test("as a job are refused for their spelling, or are just a name, and change no object", () => {
    const [problem] = problems(parse({ enable: "true", "__proto__.schedule": "weekly" }))
    expect(problem?.code).toBe("label-unknown")
    const { jobs } = good(parse({ enable: "true", "constructor.schedule": "weekly" }))
    expect(jobs.map(({ name }) => name)).toEqual(["default", "constructor"])
    expect(({} as Record<string, unknown>).schedule).toBeUndefined()
  })
})

describe("many jobs", () => {
  const many = (count: number) =>
    parse({
      enable: "true",
      ...Object.fromEntries(Array.from({ length: count }, (_, i) => [`job-${i}.schedule`, "hourly"])),
    })

  test(`${maxJobsPerServer} with the default one are allowed`, () => {
    expect(good(many(maxJobsPerServer - 1)).jobs).toHaveLength(maxJobsPerServer)
  })

  test("more are one problem, however many", () => {
    for (const count of [maxJobsPerServer, 5000]) {
      const found = problems(many(count))
      expect(found).toHaveLength(1)
      expect(found[0]?.message).toContain(`${count} jobs on one container`)
    }
  })
})

/** Of this process alone: the machine may be busy. */
const cpuMilliseconds = () => process.cpuUsage().user / 1000

describe("many labels", () => {
  const milliseconds = (count: number, label: (i: number) => string, value = "daily") => {
    const labels = Object.fromEntries([
      ["dbbackup.enable", "true"],
      ...Array.from({ length: count }, (_, i) => [`dbbackup.${label(i)}`, value]),
    ])
    const before = cpuMilliseconds()
    const parsed = parseLabels(labels, "dbbackup", false)
    return { parsed, took: cpuMilliseconds() - before }
  }

  test("have their first mistakes told, and the others counted", () => {
    const { parsed } = milliseconds(5000, (i) => `shedule${i}`)
    const found = problems(parsed)
    expect(found).toHaveLength(51)
    expect(found.at(-1)?.message).toBe("dbbackup: 4950 more mistakes")
  })

  test("take time in proportion to their number, and little of it", { timeout: 60_000 }, () => {
    const shapes: readonly ((i: number) => string)[] = [
      (i) => `unknown-${i}`,
      (i) => `job-${i}.schedule`,
      (i) => `job-${i}.schedul`,
      (i) => `meta.key-${i}`,
      (i) => `job-${i}.meta.key-${i}`,
      (i) => `${"x.".repeat(50)}${i}`,
    ]
    for (const shape of shapes) {
      milliseconds(2000, shape)
      // A quadratic reading of 20,000 takes minutes.
      expect(milliseconds(20_000, shape).took).toBeLessThan(3000)
    }
  })

  test("of one's own naming are limited, and that is one problem", () => {
    const found = problems(milliseconds(5000, (i) => `meta.key-${i}`).parsed)
    expect(found.map(({ message }) => message)).toEqual(["dbbackup.meta: 5000 names, at most 64 are read"])
  })

  test("cannot be made of one value", { timeout: 60_000 }, () => {
    for (const key of ["databases", "destinations", "tables", "retention", "schedule", "hooks.pre", "notify"])
      for (const unit of ["a,", "!a,", "1d ", "* ", '"a",', "H/1,", "0-59,"]) {
        const value = unit.repeat(Math.floor(maxLabelLength / unit.length)).trimEnd()
        const before = cpuMilliseconds()
        parse({ enable: "true", [key]: value })
        expect(cpuMilliseconds() - before).toBeLessThan(1000)
      }
  })
})

describe("what is told of a mistake", () => {
  test("holds nothing that writes over a screen, and not much of what is long", () => {
    const hostile = [`x\u001b[2J`, "a\u202Eb", "\u0000", "k".repeat(65_536), "line\nbreak"]
    for (const name of hostile) {
      const found = problems(
        parse({ enable: "true", [name]: "1", [`${name}.schedule`]: "daily", [`mata.${name}`]: "x" }),
      )
      for (const { key } of found) expect(key?.length).toBeLessThan(400)
      for (const { message, hint, suggestion } of found)
        for (const text of [message, hint, suggestion].map((each) => each ?? "")) {
          expect(text).not.toMatch(/[\p{Cc}\u202E]/u)
          expect(text.length).toBeLessThan(400)
        }
    }
  })
})

describe("the operator's defaults", () => {
  const mistakes = (defaults: Readonly<Record<string, string>>) =>
    defaultsMistakes({ ...noWords, policies: new Map([["gold", { ...noRetention, daily: 30 }]]), defaults })

  test("are good, or every mistake has the name of its default", () => {
    expect(mistakes({})).toEqual([])
    expect(
      mistakes({ schedule: "H 2 * * *", retention: "gold", "hooks.pre": '["sync"]', "meta.site": "x" }),
    ).toEqual([])
    const found = mistakes({
      shedule: "daily",
      timeout: "soon",
      enable: "true",
      "w.timeout": "1h",
      retention: "glod",
    })
    expect(found.map(({ key, suggestion }) => [key, suggestion])).toEqual([
      ["defaults.shedule", "defaults.schedule"],
      ["defaults.enable", null],
      ["defaults.w.timeout", null],
      ["defaults.retention", "gold"],
      ["defaults.timeout", null],
    ])
  })
})

test("whatever the labels say, they are read without an exception, and every problem names a label", {
  timeout: 60_000,
}, () => {
  const keys = fc.oneof(
    fc.constantFrom(...labelKeys),
    fc.tuple(fc.string(), fc.constantFrom(...labelKeys)).map(([job, key]) => `${job}.${key}`),
    fc
      .tuple(fc.constantFrom("meta", "verify.query", "w.meta"), fc.string())
      .map(([open, name]) => `${open}.${name}`),
    fc.string({ unit: "binary" }),
  )
  const values = fc.oneof(
    fc.string({ unit: "binary", maxLength: 60 }),
    fc.constantFrom(
      "true",
      "false",
      "all",
      "daily",
      "* * * * *",
      "0 0 31 2 *",
      "7d",
      "zstd:3",
      "[",
      '["a"',
      "!",
      "!a,a",
      "H H * * *",
      "7d within=3d min-keep=2",
      '["psql","-c","select 1"]',
      "none",
      "10m",
      "wait=10m",
      "50GiB",
      "custom",
      "drill",
      "1",
    ),
  )
  fc.assert(
    fc.property(fc.dictionary(keys, values), fc.boolean(), (labels, byDefault) => {
      const parsed = parse(labels, byDefault)
      if (parsed.kind === "bad") expect(parsed.problems.length).toBeGreaterThan(0)
      if (parsed.kind === "bad" || parsed.kind === "not-enabled")
        for (const { key, message } of parsed.problems) {
          expect(key).toStartWith("dbbackup")
          expect(message).toMatch(/^[^A-Z].*[^.]$/su)
        }
      if (parsed.kind === "good") expect(parsed.jobs[0]?.name).toBe("default")
    }),
    { numRuns: 200 },
  )
})

test("what is shown of a job reads back as the same job", { timeout: 60_000 }, () => {
  const accepted: Readonly<Record<string, readonly string[]>> = {
    databases: ["all", "shop,users", "!scratch"],
    schedule: ["hourly", "H H * * 0", "manual", "@daily"],
    timezone: ["UTC", "Europe/Berlin"],
    retention: ["7d", "gold", "24h 7d within=2d min-keep=3", "0d max-size=1GiB"],
    "retention.daily": ["0", "14"],
    "retention.within": ["3d"],
    "retention.min-keep": ["2"],
    destinations: ["local", "local,offsite"],
    "on-unavailable": ["wait=0", "wait=1h"],
    jitter: ["0", "15m"],
    encrypt: ["none", "team"],
    verify: ["read", "drill"],
    "verify.query.rows": ["select 1"],
    "hooks.pre": ['["sync"]'],
    "hooks.pre.timeout": ["1m"],
    "meta.owner": ["team a", "true"],
    compress: ["gzip:9", "none"],
    lock: ["none", "30d"],
    notify: ["none", "a,b"],
  }
  const operator = {
    policies: new Map([["gold", { ...noRetention, monthly: 12 }]]),
    defaults: { timeout: "2h", retention: "9w", "retention.last": "4", "meta.site": "x" },
  }
  const level = fc
    .record(
      Object.fromEntries(Object.entries(accepted).map(([key, texts]) => [key, fc.constantFrom(...texts)])),
      { requiredKeys: [] },
    )
    .map((values) => values as Record<string, string>)
  const read = (labels: Readonly<Record<string, string>>) => {
    const own = Object.entries({ enable: "true", ...labels }).map(([key, text]) => [`dbbackup.${key}`, text])
    return good(parseLabels(Object.fromEntries(own), "dbbackup", false, operator)).jobs
  }
  fc.assert(
    fc.property(level, level, (flat, own) => {
      const named = Object.fromEntries(Object.entries(own).map(([key, text]) => [`weekly.${key}`, text]))
      for (const job of read({ ...flat, ...named })) {
        const shown = Object.fromEntries(job.settings.map(({ key, value }) => [key, value]))
        expect(read(shown)[0]?.labels).toEqual(job.labels)
      }
    }),
    { numRuns: 200 },
  )
})
