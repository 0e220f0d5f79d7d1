// The whole story of each server: itself, its jobs with what is in force, its databases.
import type { ServerDetail } from "../../schemas/api.ts"
import type { JobView } from "../../schemas/job.ts"
import type { Database, Server } from "../../schemas/server.ts"

/** The servers in their order, each with those of the jobs and databases that are its own. */
export function serverDetails(
  servers: readonly Server[],
  jobs: readonly JobView[],
  databases: readonly Database[],
): readonly ServerDetail[] {
  const jobsOf = Map.groupBy(jobs, ({ serverId }) => serverId)
  const databasesOf = Map.groupBy(databases, ({ server }) => server.id)
  return servers.map((server) => ({
    ...server,
    schedules: jobsOf.get(server.id) ?? [],
    databases: databasesOf.get(server.id) ?? [],
  }))
}
