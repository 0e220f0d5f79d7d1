// Pages of backups, by every filter there is, against what a filter over all of them gives; also after each kind of change.
import { expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import type { BackupFilter } from "../../controller/ports.ts"
import type { Backup } from "../../schemas/backup.ts"
import type { DatabaseId, JobId, ServerId } from "../../schemas/server.ts"
import {
  aBackup,
  addGood,
  aManifest,
  aProblem,
  aRun,
  type Fixture,
  keyOf,
  minute,
  planned,
  runId,
  storedCopy,
  temporaryCatalogue,
} from "./samples.ts"

setDefaultTimeout(120_000)

const types = ["hourly", "daily", "manual"] as const
const one = fc.record({
  server: fc.constantFrom("a", "b"),
  database: fc.constantFrom("x", "y"),
  type: fc.constantFrom(...types),
  fate: fc.constantFrom("good", "good", "good", "suspect", "failed", "queued"),
  /** Some are queued in the same minute. */
  at: fc.nat({ max: 6 }),
})
type One = (typeof one extends fc.Arbitrary<infer T> ? T : never) & { readonly id: string }

function add({ catalogue }: Fixture, { id, server, database, type, fate, at }: One): void {
  const ids = { serverId: server as ServerId, jobId: `${server}:default` as JobId }
  const databaseId = `${server}:${database}` as DatabaseId
  const run = aRun(`run-${id}`, { ...ids, queuedAt: minute(at) })
  const backup = aBackup(id, run.id, { ...ids, databaseId, type, queuedAt: minute(at) })
  catalogue.addRun(run)
  catalogue.addBackup(backup)
  if (fate === "queued") return
  catalogue.startRun(run.id, minute(at))
  catalogue.startBackup(backup.id, minute(at), planned(id))
  catalogue.finishBackup(
    backup.id,
    minute(at + 1),
    fate === "failed"
      ? { status: "failed", error: aProblem() }
      : {
          status: "completed",
          manifest: aManifest(id, run.id, fate === "suspect" ? { suspect: aProblem() } : {}),
          copies: [storedCopy(id)],
        },
  )
}

const optional = <T>(...values: readonly T[]) => fc.constantFrom(undefined, undefined, ...values)
const filters: fc.Arbitrary<BackupFilter> = fc.record({
  databaseId: optional("a:x", "b:y", "c:z"),
  serverId: optional("a", "b"),
  jobId: optional("a:default"),
  runId: optional("run-00000003"),
  status: optional("completed", "completed", "failed", "queued"),
  suspect: optional(true),
  type: optional(...types),
  from: optional(minute(2), minute(4)),
  until: optional(minute(3), minute(5)),
})

function matches(backup: Backup, filter: BackupFilter): boolean {
  const at = Date.parse(backup.queuedAt)
  const { suspect, from, until, ...exact } = filter
  if (suspect && !(backup.status === "completed" && backup.suspect && !backup.acceptedAt)) return false
  if ((from && at < from.getTime()) || (until && at >= until.getTime())) return false
  return Object.entries(exact).every(
    ([name, value]) => value === undefined || backup[name as keyof typeof exact] === value,
  )
}

test("every page of every filter has what it should, newest first, with the total", () => {
  fc.assert(
    fc.property(
      fc.array(one, { minLength: 1, maxLength: 25 }),
      fc.array(filters, { minLength: 5, maxLength: 10 }),
      fc.integer({ min: 1, max: 7 }),
      (made, asked, limit) => {
        const store = temporaryCatalogue()
        try {
          const all = made.map((fields, i) => ({ ...fields, id: `0000000${i}`.slice(-8) }))
          for (const each of all) add(store, each)
          const read = (): Backup[] => all.flatMap(({ id }) => store.catalogue.backup(id) ?? [])
          const check = (gone: readonly string[]) => {
            for (const filter of asked) {
              const wanted = read()
                .filter((backup) => !gone.includes(backup.id) && matches(backup, filter))
                .sort((a, b) =>
                  a.queuedAt === b.queuedAt ? (a.id < b.id ? 1 : -1) : a.queuedAt < b.queuedAt ? 1 : -1,
                )
                .map(({ id }) => id as string)
              const pages = Math.ceil(wanted.length / limit)
              const found: string[] = []
              for (let page = 1; page <= pages + 1; page++) {
                const { rows, total } = store.catalogue.backups(filter, { page, limit })
                expect(total).toBe(wanted.length)
                expect(rows.length).toBe(Math.max(0, Math.min(limit, total - (page - 1) * limit)))
                found.push(...rows.map(({ id }) => id as string))
              }
              expect(found).toEqual(wanted)
            }
          }
          check([])
          // What was counted is counted anew after each change.
          const good = read().find(({ status }) => status === "completed")
          if (!good) return
          store.catalogue.acceptBackup(good.id, minute(40))
          check([])
          store.catalogue.copyDeleted(good.id, "local", minute(41))
          check([good.id])
        } finally {
          store.remove()
        }
      },
    ),
    { numRuns: 25 },
  )
}, 120_000)

test("counts of runs, of restores and of all that is stored follow each change", () => {
  const store = temporaryCatalogue()
  const { catalogue } = store
  const page = { page: 1, limit: 10 }
  const counts = () => [
    catalogue.runs({}, page).total,
    catalogue.restores({}, page).total,
    catalogue.stats(minute(9)).backups.total,
    catalogue.stats(minute(9)).storedBytes,
  ]
  expect(counts()).toEqual([0, 0, 0, 0])
  addGood(catalogue, "00000001")
  expect(counts()).toEqual([1, 0, 1, 1000])
  catalogue.copyFailed("00000001" as never, { destination: "s3", key: keyOf("00000001") }, aProblem())
  catalogue.copyStored("00000001" as never, "s3", minute(3))
  expect(counts()).toEqual([1, 0, 1, 2000])
  catalogue.addRun(aRun("another"))
  expect(counts()).toEqual([2, 0, 1, 2000])
  const manifest = aManifest("00000002", "lost")
  catalogue.adopt([{ manifest, copy: { destination: "local", key: keyOf("00000002") } }])
  expect(counts()).toEqual([3, 0, 2, 3000])
  catalogue.addRestore({
    ...{ id: "r1" as never, backupId: "00000001" as never, databaseId: "shop~db:shop" as never },
    ...{
      serverId: "shop~db" as never,
      serverName: "shop/db",
      sourceDatabase: "shop",
      targetDatabase: "again",
    },
    ...{ mode: "new", queuedAt: minute(6) },
  })
  expect(counts()).toEqual([3, 1, 2, 3000])
  expect(catalogue.run(runId("lost"))?.status).toBe("completed")
  store.remove()
})
