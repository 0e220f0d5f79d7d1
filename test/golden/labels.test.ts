// Every case of labels/*.yaml: the labels of one container, and the spec or the problems they must give. A case needs no code:
//   case:       a sentence
//   labels:     what the container says; `prefix` and `discovery: auto` when they are not the usual ones
//   server:     what is found for the server         } of these, only the values written down are compared
//   jobs:       by name, what is found for each job  }
//   settings:   by job, key: value (source)
//   problems:   all of them, each with code, key and suggestion (none when left out), and text its message holds
//   kind:       when there are neither jobs nor problems: absent, disabled
//   operator:   policies (in the short form) and defaults that the operator's settings name
//   notes:      all labels that are not in force yet and that the backup goes on without, each with text its message holds
import { describe, expect, test } from "bun:test"
import { readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { parse } from "yaml"
import { z } from "zod"
import { type ParsedLabels, parseLabels } from "../../controller/core/labels.ts"
import { notInForce } from "../../controller/core/not-in-force.ts"
import { faultCodes } from "../../schemas/errors.ts"
import { Retention } from "../../schemas/retention.ts"
import { Engine } from "../../schemas/scalar.ts"

const Case = z.strictObject({
  case: z.string(),
  prefix: z.string().default("dbbackup"),
  discovery: z.enum(["labels", "auto"]).default("labels"),
  labels: z.record(z.string(), z.string()),
  operator: z
    .strictObject({
      policies: z.record(z.string(), Retention).default({}),
      defaults: z.record(z.string(), z.string()).default({}),
    })
    .prefault({}),
  engine: Engine.default("postgres"),
  notes: z.record(z.string(), z.string()).optional(),
  kind: z.enum(["absent", "disabled", "not-enabled"]).optional(),
  server: z.record(z.string(), z.unknown()).optional(),
  jobs: z.record(z.string(), z.record(z.string(), z.unknown()).nullable()).optional(),
  settings: z.record(z.string(), z.record(z.string(), z.string())).optional(),
  problems: z
    .array(
      z.strictObject({
        code: z.enum(faultCodes as [string, ...string[]]),
        key: z.string(),
        suggestion: z.string().nullable().default(null),
        says: z.string().default(""),
      }),
    )
    .optional(),
})
type Case = z.output<typeof Case>

function check(wanted: Case, parsed: ParsedLabels): void {
  const kind = wanted.kind ?? (wanted.problems ? "bad" : "good")
  expect(parsed).toMatchObject({ kind })
  if ("problems" in parsed) {
    expect(parsed.problems.map(({ code, key, suggestion }) => ({ code, key, suggestion }))).toEqual(
      (wanted.problems ?? []).map(({ code, key, suggestion }) => ({ code, key, suggestion })) as never,
    )
    wanted.problems?.forEach(({ says }, i) => {
      expect(parsed.problems[i]?.message).toContain(says)
    })
  }
  if (parsed.kind !== "good") return
  expect(parsed.server).toMatchObject(wanted.server ?? {})
  expect(parsed.jobs.map(({ name }) => name)).toEqual(Object.keys(wanted.jobs ?? {}))
  for (const { name, labels, settings } of parsed.jobs) {
    expect(labels).toMatchObject(wanted.jobs?.[name] ?? {})
    const found = Object.fromEntries(settings.map(({ key, value, source }) => [key, `${value} (${source})`]))
    expect(found).toMatchObject(wanted.settings?.[name] ?? {})
  }
  const told = wanted.notes ?? {}
  const found = notInForce(parsed.jobs, parsed.server.type ?? wanted.engine)
  expect(found.map(({ key }) => key)).toEqual(Object.keys(told))
  for (const { key, message, code } of found) {
    expect(code).toBe("label-not-in-force")
    expect(message).toContain(told[key ?? ""] ?? "")
  }
}

const folder = join(import.meta.dir, "labels")
const files = [...new Bun.Glob("*.yaml").scanSync({ cwd: folder, absolute: true })].sort()

test("there are cases", () => {
  expect(files.length).toBeGreaterThan(0)
})

for (const file of files) {
  describe(basename(file), () => {
    for (const wanted of z
      .array(Case)
      .min(1)
      .parse(parse(readFileSync(file, "utf8")))) {
      test(wanted.case, () => {
        const { policies, defaults } = wanted.operator
        const operator = { policies: new Map(Object.entries(policies)), defaults }
        check(wanted, parseLabels(wanted.labels, wanted.prefix, wanted.discovery === "auto", operator))
      })
    }
  })
}
