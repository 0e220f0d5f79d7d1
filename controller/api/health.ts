// GET /api/health/live and /api/health/ready: for whoever restarts the process, and for whoever sends it traffic.
import { getLive, getReady } from "../../schemas/api.ts"
import { mount } from "./mount.ts"
import { patience } from "./patience.ts"
import { Refusal } from "./refusal.ts"
import type { Router } from "./router.ts"
import type { Services } from "./services.ts"

export function mountHealth(app: Router, { health }: Pick<Services, "health">): void {
  mount(app, getLive, () => ({ data: { status: "ok" as const } }))
  mount(app, getReady, async (_input, c) => {
    const checks = await health.ready(patience(c))
    const failing = checks.filter(({ ok }) => !ok)
    if (failing.length === 0) return { data: { status: "ok" as const, checks } }
    throw new Refusal({
      status: 503,
      code: failing.some(({ name }) => name === "sqlite" || name === "docker")
        ? "DATABASE_ERROR"
        : "BACKUP_ERROR",
      message: `not ready: ${failing.map(({ name, detail }) => `${name}: ${detail}`).join("; ")}`,
      hint: "The checks in error.details say what each part needs.",
      details: { status: "failing", checks },
    })
  })
}
