// `dbbackup restore BACKUP --as NAME`: shows the plan, carries it out once the name is confirmed, and waits.
import { createRestore, getBackup, getRestore, planRestore } from "../../schemas/api.ts"
import type { BackupId } from "../../schemas/backup.ts"
import { Fault } from "../core/fault.ts"
import { databasesNamed } from "./backup.ts"
import { type Call, Refusal } from "./client.ts"
import { identityIn } from "./identity-file.ts"
import { poll } from "./wait.ts"

export interface RestoreChoice {
  /** A backup's id, or `server/database` for its newest good backup. */
  readonly source: string
  readonly name: string
  /** File with the identity that opens it, where the controller has none. */
  readonly identityFile?: string | undefined
  /** Only show the plan. */
  readonly dryRun: boolean
  /** Asks the person to type the new database's name; what they typed. */
  readonly confirm: (question: string) => Promise<string>
}

export async function restore(
  call: Call,
  { source, name, identityFile, dryRun, confirm }: RestoreChoice,
  say: (line: string) => void,
): Promise<void> {
  const backupId = await backupNamed(call, source)
  const options = { mode: "new", name } as const
  const opening = identityFile === undefined ? {} : await identityFor(call, backupId, identityFile)
  const { data: plan } = await call(planRestore, { body: { backupId, options, dryRun: true, ...opening } })
  say(
    `Restore ${plan.sourceDatabase} on ${plan.serverName}, as it was at ${plan.backupFinishedAt}, into the new database ${plan.targetDatabase}:`,
  )
  for (const [i, step] of plan.steps.entries()) say(`  ${i + 1}. ${step}`)
  for (const warning of plan.warnings) say(`  Warning: ${warning}`)
  if (dryRun) return
  if ((await confirm(`Type ${name} to go on: `)) !== name)
    throw new Fault("cancelled", "the name was not typed, nothing was done", {
      hint: "In a script, confirm with --yes.",
    })
  const { data: begun } = await call(createRestore, { body: { backupId, options, ...opening } })
  const done = await poll(async () => (await call(getRestore, { params: { id: begun.id } })).data)
  if (done.status !== "completed") {
    const error = "error" in done ? done.error : { message: done.status, hint: null }
    throw new Fault("restore-failed", error.message, error.hint === null ? {} : { hint: error.hint })
  }
  say(
    `${name} is restored: ${done.tables} tables${done.differences.length > 0 ? `. Differences: ${done.differences.join("; ")}` : ", nothing differs from the manifest"}`,
  )
}

async function identityFor(call: Call, backupId: BackupId, path: string): Promise<{ identity?: string }> {
  const { data: backup } = await call(getBackup, { params: { id: backupId } })
  const encryption = backup.status === "completed" ? backup.encryption : null
  return encryption === null ? {} : { identity: identityIn(path, encryption.recipients) }
}

/** By its id, or as the newest good one of `server/database`. */
export async function backupNamed(call: Call, source: string): Promise<BackupId> {
  if (await isBackup(call, source)) return source as BackupId
  const [database, ...more] = (await databasesNamed(call, source)).filter(({ kind }) => kind === "database")
  if (!database?.lastBackup || more.length > 0) {
    throw new Fault(
      "not-found",
      more.length > 0 ? `${source} has several databases` : `${source} has no good backup`,
      { hint: "Name one as server/database, or a backup by its id." },
    )
  }
  return database.lastBackup.id as BackupId
}

async function isBackup(call: Call, id: string): Promise<boolean> {
  try {
    await call(getBackup, { params: { id } })
    return true
  } catch (error) {
    if (error instanceof Refusal && error.error.code === "NOT_FOUND") return false
    throw error
  }
}
