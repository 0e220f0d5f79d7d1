// Every case of retention/*.json: backups (by id, with the time each finished) and a policy as labels write it; what is kept, with
// its reasons, newest first, and what is pruned, oldest first. A case needs no code.
import { expect, test } from "bun:test"
import { readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { z } from "zod"
import { planRetention } from "../../controller/core/retention.ts"
import { Retention } from "../../schemas/retention.ts"
import { TimeZone } from "../../schemas/scalar.ts"

const Case = z.strictObject({
  case: z.string(),
  policy: Retention,
  timeZone: TimeZone,
  backups: z.record(z.string(), z.iso.datetime({ offset: true })),
  pinned: z.record(z.string(), z.string()).prefault({}),
  keep: z.record(z.string(), z.array(z.string())),
  prune: z.array(z.string()),
})

const folder = join(import.meta.dir, "retention")
const files = [...new Bun.Glob("*.json").scanSync({ cwd: folder, absolute: true })].sort()

test("there are cases", () => {
  expect(files.length).toBeGreaterThan(0)
})

for (const file of files) {
  const wanted = Case.parse(JSON.parse(readFileSync(file, "utf8")))
  test(`${basename(file)}: ${wanted.case}`, () => {
    const backups = Object.entries(wanted.backups).map(([id, at]) => ({
      id,
      finishedAt: new Date(at),
      pin: wanted.pinned[id] ?? null,
    }))
    const plan = planRetention(backups, wanted.policy, wanted.timeZone)
    expect(plan.keep.map(({ backupId, reasons }) => [backupId, reasons])).toEqual(Object.entries(wanted.keep))
    expect(plan.prune).toEqual(wanted.prune)
  })
}
