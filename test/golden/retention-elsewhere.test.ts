// What well-known tools keep of the same backups, by their own documentation. Where this program decides otherwise on purpose, the case
// says so, and why (`ours`). A case needs no code.
import { expect, test } from "bun:test"
import { readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { z } from "zod"
import { planRetention } from "../../controller/core/retention.ts"
import { Retention } from "../../schemas/retention.ts"

const day = z.iso.date()
const Case = z.strictObject({
  /** Where it is said what the tool keeps. */
  source: z.string(),
  command: z.string(),
  policy: Retention,
  history: z.strictObject({
    first: day,
    last: day,
    everyDays: z.number().int().positive(),
    /** Time of day, UTC. */
    at: z.iso.time({ precision: 0 }).or(z.string().regex(/^\d\d:\d\d:\d\dZ$/)),
    except: z.array(day).prefault([]),
  }),
  /** Days of which the tool keeps the backup, oldest first. */
  kept: z.array(day).min(1),
  ours: z.strictObject({ kept: z.array(day).min(1), because: z.string() }).optional(),
})

const folder = join(import.meta.dir, "retention-elsewhere")
const files = [...new Bun.Glob("*.json").scanSync({ cwd: folder, absolute: true })].sort()

test("there are cases of two tools, and some where this one differs", () => {
  const names = files.map((file) => basename(file).split("-")[0])
  expect(new Set(names)).toEqual(new Set(["restic", "borg"]))
})

for (const file of files) {
  const { command, policy, history, kept, ours } = Case.parse(JSON.parse(readFileSync(file, "utf8")))
  test(`${basename(file)}: ${command}${ours ? ", and what is kept here instead" : ""}`, () => {
    const backups = []
    for (let at = Date.parse(`${history.first}T${history.at}`); ; at += history.everyDays * 86_400_000) {
      const id = new Date(at).toISOString().slice(0, 10)
      if (id > history.last) break
      if (!history.except.includes(id)) backups.push({ id, finishedAt: new Date(at), pin: null })
    }
    const plan = planRetention(backups, policy, "UTC")
    expect(plan.keep.map(({ backupId }) => backupId).reverse()).toEqual(ours?.kept ?? kept)
    // A difference that is none any more is to be taken out of the case.
    expect(ours?.kept).not.toEqual(kept)
  })
}
