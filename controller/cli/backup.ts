// `dbbackup backup SERVER[/DATABASE]` and `dbbackup backups`: make backups now and wait for them; list what there is.
import { createBackup, getBackup, listBackups, listDatabases } from "../../schemas/api.ts"
import { type Backup, isDoubted } from "../../schemas/backup.ts"
import type { Database } from "../../schemas/server.ts"
import { Fault, inFull } from "../core/fault.ts"
import type { Call } from "./client.ts"
import { duration, size, table } from "./table.ts"
import { poll } from "./wait.ts"

/** A server's name (all its databases), `server/database`, or a database's id. */
export async function databasesNamed(call: Call, name: string): Promise<readonly Database[]> {
  const { data } = await call(listDatabases)
  const found = data.filter((database) =>
    [
      database.id,
      database.server.id,
      database.server.name,
      `${database.server.name}/${database.name}`,
    ].includes(name as never),
  )
  if (found.length > 0) return found
  const names = data.map((database) => `${database.server.name}/${database.name}`)
  throw new Fault("not-found", `there is no server or database ${name}`, {
    hint: names.length > 0 ? `There are: ${names.join(", ")}.` : "No database is known yet.",
  })
}

/** Backs up each, one after the other, and waits. Throws when one did not complete, or is suspect. */
export async function backup(call: Call, name: string, say: (line: string) => void): Promise<void> {
  const failed: string[] = []
  const suspect: string[] = []
  const wanted = (await databasesNamed(call, name)).filter(({ jobs }) => jobs.length > 0)
  if (wanted.length === 0)
    throw new Fault("nothing-to-back-up", `no label asks for a backup of ${name}`, {
      hint: "dbbackup servers says why.",
    })
  for (const database of wanted) {
    const { data: begun } = await call(createBackup, { body: { databaseId: database.id } })
    const done = await poll(async () => (await call(getBackup, { params: { id: begun.id } })).data)
    say(outcome(done))
    if (done.status !== "completed") failed.push(done.database)
    if (isDoubted(done)) suspect.push(done.database)
  }
  if (failed.length > 0)
    throw new Fault("dump-failed", `not backed up: ${failed.join(", ")}`, {
      hint: "The lines above say why.",
    })
  if (suspect.length > 0)
    throw new Fault("backup-suspect", `kept, and suspect: ${suspect.join(", ")}`, {
      hint: "The lines above say why. dbbackup accept BACKUP says that one is right.",
    })
}

function outcome(backup: Backup): string {
  const name = `${backup.serverName}/${backup.database}`
  if (backup.status === "completed" && backup.suspect && isDoubted(backup))
    return `${name}: suspect: ${backup.suspect.message}. It is kept as ${backup.id}`
  if (backup.status === "completed")
    return `${name}: good, ${size(backup.proof.storedBytes)} in ${duration(backup.durationSeconds)}, ${backup.proof.end}, sha256 ${backup.proof.storedSha256}`
  return "error" in backup
    ? `${name}: ${backup.status}: ${inFull(backup.error)}`
    : `${name}: ${backup.status}`
}

function stateOf(backup: Backup): string {
  const state = isDoubted(backup) ? "suspect" : backup.status
  return backup.status === "completed" && backup.pinned ? `${state}, pinned` : state
}

export async function backups(
  call: Call,
  query: { readonly databaseId?: string; readonly status?: string; readonly limit?: string },
): Promise<string> {
  const { data, meta } = await call(listBackups, { query })
  const rows = data.map((backup) => [
    backup.queuedAt,
    `${backup.serverName}/${backup.database}`,
    backup.type,
    stateOf(backup),
    backup.status === "completed" ? size(backup.proof.storedBytes) : "-",
    backup.status === "completed" ? duration(backup.durationSeconds) : "-",
    backup.id,
  ])
  const rest = (meta.total ?? rows.length) - rows.length
  const list = table(["QUEUED", "DATABASE", "TYPE", "STATUS", "SIZE", "TIME", "ID"], rows)
  return rest > 0 ? `${list}\n… and ${rest} more: --limit ${Math.min(meta.total ?? 0, 500)}` : list
}
