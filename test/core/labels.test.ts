// What hostile, huge and contradictory labels do. Plain examples are golden files: test/golden/labels.
import { describe, expect, test } from "bun:test"
import fc from "fast-check"
import { type ParsedLabels, parseLabels } from "../../controller/core/labels.ts"
import { defaultOf } from "../../controller/core/value-words.ts"
import { jobKeys, labelKeys, maxJobsPerServer, maxLabelLength } from "../../schemas/labels.ts"

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

test("whatever the labels say, they are read without an exception, and every problem names a label", () => {
  const keys = fc.oneof(
    fc.constantFrom(...labelKeys),
    fc.tuple(fc.string(), fc.constantFrom(...labelKeys)).map(([job, key]) => `${job}.${key}`),
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
