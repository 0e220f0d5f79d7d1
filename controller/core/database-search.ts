// Which databases a question asks for: what GET /api/databases filters by, and what the search of people finds.
import type { JobView } from "../../schemas/job.ts"
import type { Engine } from "../../schemas/scalar.ts"
import type { Database, Freshness } from "../../schemas/server.ts"

export interface DatabaseQuestion {
  readonly engine?: Engine | undefined
  /** The engine again, as the specification names it. Both must fit where both are given. */
  readonly type?: Engine | undefined
  readonly serverId?: string | undefined
  readonly state?: Freshness | undefined
  /** Whether the schedule of one of its jobs starts runs. */
  readonly enabled?: boolean | undefined
  /** Text that its name, its server's name, its container's name or the image contains, in upper or lower case. */
  readonly q?: string | undefined
}

/** Those that fit everything that is asked, in their order. */
export function databasesAsked(
  databases: readonly Database[],
  jobs: readonly JobView[],
  { engine, type, serverId, state, enabled, q = "" }: DatabaseQuestion,
): readonly Database[] {
  const keyOf = (server: string, job: string) => `${server}:${job}`
  const running = new Set(jobs.filter((job) => job.enabled).map((job) => keyOf(job.serverId, job.name)))
  const isEnabled = (database: Database) =>
    database.jobs.some((name) => running.has(keyOf(database.server.id, name)))
  const text = q.trim().toLowerCase()
  return databases.filter(
    (database) =>
      (engine === undefined || database.engine === engine) &&
      (type === undefined || database.engine === type) &&
      (serverId === undefined || database.server.id === serverId) &&
      (state === undefined || database.state === state) &&
      (enabled === undefined || isEnabled(database) === enabled) &&
      namesOf(database).some((name) => name.toLowerCase().includes(text)),
  )
}

function namesOf({ name, server }: Database): readonly string[] {
  return [name, server.name, server.container?.name ?? "", server.container?.image ?? ""]
}
