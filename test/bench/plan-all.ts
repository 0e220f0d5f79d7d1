// A process of its own: `bun plan-all.ts CATALOGUE`. What every job keeps of its backups, read from the catalogue and planned.
// Prints the seconds of both, and how much memory it took.
import { retentionOf } from "../../controller/core/job-retention.ts"
import type { DesiredJob } from "../../controller/core/schedule-plan.ts"
import { openCatalogue } from "../../controller/state/open.ts"
import type { DatabaseId, JobId } from "../../schemas/server.ts"

const [path = ""] = process.argv.slice(2)
const catalogue = openCatalogue(path)
const retention = { last: 0, hourly: 24, daily: 7, weekly: 4, monthly: 12, yearly: 0 }
const job = {
  spec: { schedule: { kind: "preset" }, retention },
  timeZone: "Europe/Berlin",
} as unknown as DesiredJob
let [backups, pruned, reading, planning] = [0, 0, 0, 0]
const servers = catalogue.servers()
for (const { id } of servers) {
  const began = performance.now()
  const good = catalogue.goodBackups(`${id}:default` as JobId, `${id}:shop` as DatabaseId)
  const read = performance.now()
  const plan = retentionOf(good, job, new Date())
  planning += performance.now() - read
  reading += read - began
  backups += good.length
  pruned += plan.prune.length
}
catalogue.close()
const megabytes = process.memoryUsage().rss / 1e6
console.log(
  JSON.stringify({
    jobs: servers.length,
    backups,
    pruned,
    reading: reading / 1000,
    planning: planning / 1000,
    megabytes,
  }),
)
