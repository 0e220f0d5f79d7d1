// `dbbackup restore BACKUP --as NAME`: shows the plan, carries it out once the name is confirmed, and waits.
import { createRestore, getRestore, listBackups, planRestore } from "../../schemas/api.ts"
import { Fault } from "../core/fault.ts"
import { databasesNamed } from "./backup.ts"
import type { Call } from "./client.ts"
import { poll } from "./wait.ts"

export interface RestoreChoice {
  /** A backup's id, or `server/database` for its newest good backup. */
  readonly source: string
  readonly name: string
  /** Only show the plan. */
  readonly dryRun: boolean
  /** Asks the person to type the new database's name; what they typed. */
  readonly confirm: (question: string) => Promise<string>
}

export async function restore(
  call: Call,
  { source, name, dryRun, confirm }: RestoreChoice,
  say: (line: string) => void,
): Promise<void> {
  const backupId = await backupNamed(call, source)
  const options = { mode: "new", name } as const
  const { data: plan } = await call(planRestore, { body: { backupId, options, dryRun: true } })
  say(
    `Restore ${plan.sourceDatabase} on ${plan.serverName}, as it was at ${plan.backupFinishedAt}, into the new database ${plan.targetDatabase}:`,
  )
  for (const [i, step] of plan.steps.entries()) say(`  ${i + 1}. ${step}`)
  for (const warning of plan.warnings) say(`  Warning: ${warning}`)
  if (dryRun) return
  if ((await confirm(`Type ${name} to go on: `)) !== name)
    throw new Fault("cancelled", "the name was not typed, nothing was done")
  const { data: begun } = await call(createRestore, { body: { backupId, options } })
  const done = await poll(async () => (await call(getRestore, { params: { id: begun.id } })).data)
  if (done.status !== "completed") {
    const error = "error" in done ? done.error : { message: done.status, hint: null }
    throw new Fault("restore-failed", error.message, error.hint === null ? {} : { hint: error.hint })
  }
  say(
    `${name} is restored: ${done.tables} tables${done.differences.length > 0 ? `. Differences: ${done.differences.join("; ")}` : ", nothing differs from the manifest"}`,
  )
}

async function backupNamed(call: Call, source: string) {
  const { data } = await call(listBackups, { query: { status: "completed", limit: "500" } })
  const byId = data.find(({ id }) => id === source)
  if (byId) return byId.id
  const [database, ...more] = (await databasesNamed(call, source)).filter(({ kind }) => kind === "database")
  if (!database?.lastBackup || more.length > 0) {
    throw new Fault(
      "not-found",
      more.length > 0 ? `${source} has several databases` : `${source} has no good backup`,
      { hint: "Name one as server/database, or a backup by its id." },
    )
  }
  return database.lastBackup.id as (typeof data)[number]["id"]
}
