// GET /api/runs, /api/runs/:id with its backups, and its log.
import { getRun, getRunLogs, listRuns } from "../../schemas/api.ts"
import { found } from "./found.ts"
import { mount } from "./mount.ts"
import type { Router } from "./router.ts"
import type { Services } from "./services.ts"

// One run backs up one server, and a server has fewer databases than this.
const allBackups = { page: 1, limit: 10_000 }

export function mountRuns(app: Router, { catalogue }: Pick<Services, "catalogue">): void {
  const run = (id: string) => found(catalogue.run(id), "run", id, "/api/runs")

  mount(app, listRuns, ({ query: { page, limit, serverId } }) => {
    const { rows, total } = catalogue.runs({ serverId }, { page, limit })
    return { data: rows, paging: { page, limit, total } }
  })
  mount(app, getRun, ({ params: { id } }) => ({
    data: { run: run(id), backups: catalogue.backups({ runId: id }, allBackups).rows },
  }))
  mount(app, getRunLogs, ({ params, query }) => ({
    data: catalogue.logs(run(params.id).id, query.level ?? "debug"),
  }))
}
