// The runs: list, look at with their backups and log, cancel.
import { cancelRun, getRun, getRunLogs, listRuns } from "../../schemas/api.ts"
import { found } from "./found.ts"
import { mount } from "./mount.ts"
import { Refusal } from "./refusal.ts"
import type { Router } from "./router.ts"
import type { Services } from "./services.ts"

// One run backs up one server, and a server has fewer databases than this.
const allBackups = { page: 1, limit: 10_000 }

export function mountRuns(
  app: Router,
  { catalogue, actions }: Pick<Services, "catalogue" | "actions">,
): void {
  const run = (id: string) => found(catalogue.run(id), "run", id, "/api/runs")

  mount(app, listRuns, ({ query: { page, limit, serverId } }) => {
    const { rows, total } = catalogue.runs({ serverId }, { page, limit })
    return { data: rows, paging: { page, limit, total } }
  })
  mount(app, getRun, ({ params: { id } }) => ({
    data: { run: run(id), backups: catalogue.backups({ runId: id }, allBackups).rows },
  }))
  mount(app, cancelRun, ({ params: { id } }) => {
    const before = run(id)
    const { id: runId, status } = before
    const isUnderWay = status === "queued" || status === "running"
    const waitsForRetry = "retryAt" in before && before.retryAt !== null
    if (isUnderWay || waitsForRetry) actions.cancelRun(runId)
    // What was cancelled before is as it was asked for.
    else if (status !== "cancelled") {
      throw new Refusal({
        status: 409,
        code: "CONFLICT",
        message: `run ${id} is ${status} already`,
        hint: "Only a queued or running run can be cancelled, or one that waits to be tried again.",
      })
    }
    return { data: run(id), location: `/api/runs/${encodeURIComponent(id)}` }
  })
  mount(app, getRunLogs, ({ params, query }) => ({
    data: catalogue.logs(run(params.id).id, query.level ?? "debug"),
  }))
}
