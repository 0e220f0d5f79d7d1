// The schedules: list, look at, next runs. They are derived from labels; a person only switches them on or off.
import {
  disableSchedule,
  enableSchedule,
  followLabel,
  getSchedule,
  listSchedules,
  nextRunsOf,
  pauseAll,
  resumeAll,
} from "../../schemas/api.ts"
import type { JobView } from "../../schemas/job.ts"
import { found } from "./found.ts"
import { mount } from "./mount.ts"
import type { Router } from "./router.ts"
import type { Services, View } from "./services.ts"

export function mountSchedules(app: Router, { view, actions }: Pick<Services, "view" | "actions">): void {
  const job = (id: string) =>
    found(
      view.jobs().find((job) => job.id === id),
      "schedule",
      id,
      "/api/schedules",
    )

  mount(app, listSchedules, ({ query: { serverId, databaseId, enabled } }) => {
    const takesIt = databaseId === undefined ? () => true : jobsOf(view, databaseId)
    return {
      data: view
        .jobs()
        .filter(
          (job) =>
            (serverId === undefined || job.serverId === serverId) &&
            (enabled === undefined || String(job.enabled) === enabled) &&
            takesIt(job),
        ),
    }
  })
  mount(app, getSchedule, ({ params: { id } }) => ({ data: job(id) }))
  mount(app, nextRunsOf, ({ params: { id }, query }) => {
    const moments = found(view.nextRuns(job(id).id, query.count), "schedule", id, "/api/schedules")
    return { data: moments.map((at) => at.toISOString()) }
  })
  for (const [endpoint, enabled] of [
    [enableSchedule, true],
    [disableSchedule, false],
    [followLabel, null],
  ] as const)
    mount(app, endpoint, ({ params: { id } }) => {
      actions.overrideSchedule(job(id).id, enabled)
      return { data: job(id) }
    })
  for (const [endpoint, paused] of [
    [pauseAll, true],
    [resumeAll, false],
  ] as const)
    mount(app, endpoint, () => {
      actions.pauseAll(paused)
      return { data: view.jobs() }
    })
}

function jobsOf(view: View, databaseId: string): (job: JobView) => boolean {
  const database = view.databases().find(({ id }) => id === databaseId)
  return (job) =>
    database !== undefined && job.serverId === database.server.id && database.jobs.includes(job.name)
}
