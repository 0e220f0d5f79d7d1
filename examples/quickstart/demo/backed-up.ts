// Waits until every database of the sample servers has a good backup, telling of each as it comes.
import { setTimeout as sleep } from "node:timers/promises"
import type { CompletedBackup } from "../../../schemas/backup.ts"
import type { Database } from "../../../schemas/server.ts"
import type { Controller } from "./api.ts"
import { project, restoredName, sampleServers } from "./servers.ts"
import { size } from "./size.ts"

const patienceSeconds = 180

/**
 * The newest backup of each database. The controller takes the first ones by itself; a database that is going to be
 * restored gets a newer one when its last is from before `since`, because its rows may have changed.
 */
export async function backedUp(controller: Controller, since: Date): Promise<readonly CompletedBackup[]> {
  const databases = await firstBackups(controller)
  return await Promise.all(
    databases.map(async ({ id, name, lastBackup }) => {
      const isOld = lastBackup === null || new Date(lastBackup.finishedAt) < since
      const isRestored = sampleServers.some(({ restored }) => restored === name)
      const backup =
        isOld && isRestored ? await controller.backUp(id) : await controller.backup(lastBackup?.id ?? "")
      if (backup.status === "completed") return backup
      const why = "error" in backup ? `: ${backup.error.message}` : ""
      throw new Error(`the backup of ${backup.serverName}/${backup.database} is ${backup.status}${why}`)
    }),
  )
}

async function firstBackups(controller: Controller): Promise<readonly Database[]> {
  const told = new Set<string>()
  const deadline = Date.now() + patienceSeconds * 1000
  for (;;) {
    const databases = (await controller.databases()).filter(isSample)
    for (const database of databases) tell(database, told)
    const expected = sampleServers.flatMap(({ service, databases }) =>
      databases.map((name) => `${service}/${name}`),
    )
    const seen = new Set(databases.map(({ name, server }) => `${server.service}/${name}`))
    const missing = [
      ...expected.filter((name) => !seen.has(name)),
      ...databases.filter(({ lastBackup }) => lastBackup === null).map(label),
    ]
    if (missing.length === 0) return databases
    if (Date.now() > deadline) {
      throw new Error(
        [
          `no backup after ${patienceSeconds} s of: ${missing.join(", ")}`,
          ...(await complaints(controller)),
        ].join("\n"),
      )
    }
    await sleep(250)
  }
}

/** What the controller says about the sample servers that it does not back up. */
async function complaints(controller: Controller): Promise<readonly string[]> {
  const servers = (await controller.servers()).filter(
    ({ project: itsProject, service, state }) =>
      itsProject === project && service !== "dbbackup" && state !== "active",
  )
  return servers.map(({ name, why, problems }) =>
    [`${name}: ${why}`, ...problems.map((p) => p.message)].join("; "),
  )
}

function isSample({ server, name, jobs, state }: Database): boolean {
  const leftOver = sampleServers.some(({ restored }) => restoredName(restored) === name)
  return server.project === project && jobs.length > 0 && state !== "retired" && !leftOver
}

function tell(database: Database, told: Set<string>): void {
  const { lastBackup, lastAttempt } = database
  const fresh = lastBackup?.id ?? lastAttempt?.id
  if (fresh === undefined || told.has(fresh)) return
  if (lastBackup !== null) {
    told.add(lastBackup.id)
    console.log(
      `          ${label(database)}: ${size(lastBackup.storedBytes)} in ${lastBackup.durationSeconds.toFixed(1)} s`,
    )
  } else if (lastAttempt?.problem) {
    told.add(lastAttempt.id)
    const { message, hint } = lastAttempt.problem
    console.log(`          ${label(database)}: ${lastAttempt.status}, ${message}${hint ? ` (${hint})` : ""}`)
  }
}

function label({ server, name, kind }: Database): string {
  return `${server.service}/${kind === "globals" ? "(globals)" : name}`
}
