// Every case of retention/*.json: backups (by id, with the time each finished) and a policy as labels write it; what is kept, with
// its reasons, newest first, and what is pruned, oldest first, with reasons where the case is about them. A case needs no code.
import { expect, test } from "bun:test"
import { readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { z } from "zod"
import { planRetention } from "../../controller/core/retention.ts"
import { Retention } from "../../schemas/retention.ts"
import { Duration, TimeZone } from "../../schemas/scalar.ts"

const Case = z.strictObject({
  case: z.string(),
  policy: Retention,
  timeZone: TimeZone,
  backups: z.record(z.string(), z.iso.datetime({ offset: true })),
  pinned: z.record(z.string(), z.string()).prefault({}),
  keep: z.record(z.string(), z.array(z.string())),
  /** In bytes. */
  sizes: z.record(z.string(), z.number()).prefault({}),
  verified: z.array(z.string()).prefault([]),
  now: z.iso.datetime({ offset: true }).optional(),
  mostAge: Duration.optional(),
  prune: z.union([z.array(z.string()), z.record(z.string(), z.string())]),
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
      storedBytes: wanted.sizes[id] ?? 0,
      isVerified: wanted.verified.includes(id),
    }))
    const plan = planRetention(backups, wanted.policy, wanted.timeZone, {
      ...(wanted.now !== undefined && { now: new Date(wanted.now) }),
      mostAgeSeconds: wanted.mostAge,
    })
    expect(plan.keep.map(({ backupId, reasons }) => [backupId, reasons])).toEqual(Object.entries(wanted.keep))
    const pruned = plan.prune.map(({ backupId, reason }) => [backupId, reason] as const)
    if (Array.isArray(wanted.prune)) expect(pruned.map(([id]) => id)).toEqual(wanted.prune)
    else expect(pruned).toEqual(Object.entries(wanted.prune))
  })
}
