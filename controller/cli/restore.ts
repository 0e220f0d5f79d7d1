// `dbbackup restore BACKUP --as NAME`, or `--swap`: shows the plan, carries it out once the name is confirmed, and waits.

import type { z } from "zod"
import { createRestore, getBackup, getRestore, planRestore } from "../../schemas/api.ts"
import type { BackupId } from "../../schemas/backup.ts"
import type { RestoreOptions } from "../../schemas/restore.ts"
import { Fault } from "../core/fault.ts"
import { databasesNamed } from "./backup.ts"
import { type Call, Refusal } from "./client.ts"
import { identityIn } from "./identity-file.ts"
import { poll } from "./wait.ts"

export interface RestoreChoice {
  /** A backup's id, or `server/database` for its newest good backup. */
  readonly source: string
  /** Of the new database; of the one whose place is taken, the backup's own when it is not given. */
  readonly name: string | undefined
  /** Take the place of a database that is there. Null: a new one beside it. */
  readonly swap: Omit<Extract<z.input<typeof RestoreOptions>, { mode: "swap" }>, "mode" | "name"> | null
  /** File with the identity that opens it, where the controller has none. */
  readonly identityFile?: string | undefined
  /** Only show the plan. */
  readonly dryRun: boolean
  /** Asks the person to type the database's name; what they typed. Null: it is meant. */
  readonly confirm: ((question: string) => Promise<string>) | null
}

/** From the options of the command line. Throws a Fault when they do not say where to. */
export function restoreChoice(
  source: string,
  values: {
    readonly as?: string | undefined
    readonly swap?: boolean | undefined
    readonly "end-connections"?: boolean | undefined
    readonly "keep-for"?: string | undefined
    readonly "no-safety-backup"?: boolean | undefined
    readonly identity?: string | undefined
    readonly "dry-run"?: boolean | undefined
  },
  confirm: RestoreChoice["confirm"],
): RestoreChoice {
  const { as: name, "keep-for": keepFor, "end-connections": endConnections = false } = values
  if (!values.swap && !name)
    throw new Fault("request-invalid", "--as NAME is missing, or --swap", {
      hint: "dbbackup --help lists the commands.",
    })
  const swap = values.swap
    ? {
        endConnections,
        safetyBackup: !values["no-safety-backup"],
        ...(keepFor === undefined ? {} : { keepFor }),
      }
    : null
  return { source, name, swap, identityFile: values.identity, dryRun: values["dry-run"] ?? false, confirm }
}

export async function restore(
  call: Call,
  { source, name: given, swap, identityFile, dryRun, confirm }: RestoreChoice,
  say: (line: string) => void,
): Promise<void> {
  const backupId = await backupNamed(call, source)
  const name = given ?? (await getOwnName(call, backupId))
  const options = swap ? ({ mode: "swap", name, ...swap } as const) : ({ mode: "new", name } as const)
  const opening = identityFile === undefined ? {} : await identityFor(call, backupId, identityFile)
  const { data: plan } = await call(planRestore, { body: { backupId, options, dryRun: true, ...opening } })
  say(
    `Restore ${plan.sourceDatabase} on ${plan.serverName}, as it was at ${plan.backupFinishedAt}, ${swap ? "in the place of" : "into the new database"} ${plan.targetDatabase}:`,
  )
  for (const [i, step] of plan.steps.entries()) say(`  ${i + 1}. ${step}`)
  for (const warning of plan.warnings) say(`  Warning: ${warning}`)
  if (dryRun) return
  if (confirm && (await confirm(`Type ${name} to go on: `)) !== name)
    throw new Fault("cancelled", "the name was not typed, nothing was done", {
      hint: "In a script, confirm with --yes.",
    })
  const { data: begun } = await call(createRestore, { body: { backupId, options, ...opening } })
  if (swap) say(`Restore ${begun.id}`)
  const done = await poll(async () => (await call(getRestore, { params: { id: begun.id } })).data)
  if (done.status !== "completed") {
    const error = "error" in done ? done.error : { message: done.status, hint: null }
    throw new Fault("restore-failed", error.message, error.hint === null ? {} : { hint: error.hint })
  }
  say(
    `${name} is restored: ${done.tables} tables${done.differences.length > 0 ? `. Differences: ${done.differences.join("; ")}` : ", nothing differs from the manifest"}`,
  )
  if (done.swap?.state === "kept")
    say(
      `What ${name} was before is kept as ${done.swap.keptName} until ${done.swap.keptUntil}: dbbackup undo ${done.id} puts it back`,
    )
}

async function getOwnName(call: Call, backupId: BackupId): Promise<string> {
  return (await call(getBackup, { params: { id: backupId } })).data.database
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
