// GET /api/system/status and /api/system/stats.
import { getStats, getStatus } from "../../schemas/api.ts"
import { mount } from "./mount.ts"
import { patience } from "./patience.ts"
import { withReadShare } from "./read-share.ts"
import type { Router } from "./router.ts"
import type { Services } from "./services.ts"

type Needs = Pick<Services, "catalogue" | "health" | "view" | "info" | "clock">

export function mountSystem(app: Router, { catalogue, health, view, info, clock }: Needs): void {
  const read = withReadShare({ catalogue, clock })
  mount(app, getStatus, async (_input, c) => ({
    data: {
      version: info.version,
      startedAt: info.startedAt.toISOString(),
      uptimeSeconds: Math.max(0, clock().getTime() - info.startedAt.getTime()) / 1000,
      listening: { ...info.listening, port: c.env?.server?.port ?? info.listening.port },
      discovery: info.discovery,
      labelPrefix: info.labelPrefix,
      timeZone: info.timeZone,
      pausedBy: view.pausedForAll(),
      docker: health.docker(),
      destinations: (await health.destinations(patience(c))).map(read),
      queue: health.queue(),
      verdict: view.verdict(),
    },
  }))
  mount(app, getStats, () => {
    const databases = view.databases()
    const byState: Partial<Record<(typeof databases)[number]["state"], number>> = {}
    for (const { state } of databases) byState[state] = (byState[state] ?? 0) + 1
    return {
      data: {
        ...catalogue.stats(clock()),
        servers: view.servers().length,
        databases: { total: databases.length, byState },
      },
    }
  })
}
