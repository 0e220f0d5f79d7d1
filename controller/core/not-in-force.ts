// Labels that ask for what this version does not do yet: said, and the backup goes on without.
import type { Problem } from "../../schemas/errors.ts"
import { JobLabels } from "../../schemas/labels.ts"
import { insteadOf } from "../../schemas/not-yet.ts"
import type { Engine } from "../../schemas/scalar.ts"
import { keyOf, short } from "./label-problems.ts"
import type { JobSpec } from "./labels.ts"
import { defaultOf } from "./value-words.ts"

const planned = new Map([
  // The values that depend on the engine, or are not in force where others of their key are.
  ["format", "MySQL and MariaDB are dumped as `plain`"] as const,
  ...Object.entries(JobLabels.shape).flatMap(([key, schema]) => {
    const instead = insteadOf(schema)
    return instead === undefined ? [] : [[key, instead] as const]
  }),
])

/** Each label once, however many jobs inherit it. @param engine null when it is not known: then no format is objected to */
export function notInForce(jobs: readonly JobSpec[], engine: Engine | null): readonly Problem[] {
  const notes = new Map<string, Problem>()
  for (const job of jobs)
    for (const { key, value } of job.settings) {
      const instead = planned.get(key)
      if (instead === undefined || happensAnyway(key, value, engine)) continue
      const label = job.writtenAs[key] ?? key
      notes.set(label, {
        code: "label-not-in-force",
        message: `${short(label)}: "${short(value)}" is not in force yet: ${instead.replaceAll("`", "")}`,
        hint: "The backups go on without it. Remove the label when that is all right.",
        key: keyOf(label),
        suggestion: null,
      })
    }
  return [...notes.values()]
}

function happensAnyway(key: string, value: string, engine: Engine | null): boolean {
  if (key === "format") return value === "plain" || engine === null || engine === "postgres"
  return value === defaultOf(key) || (value === "none" && ["notify", "ping"].includes(key))
}
