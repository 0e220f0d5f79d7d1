// `dbbackup verify BACKUP`: has a stored backup read again, and with --wait tells what was seen of each copy.
import { getBackup, getVerification, verifyBackup } from "../../schemas/api.ts"
import { verifyLevels } from "../../schemas/verification.ts"
import type { VerifyTask } from "../../schemas/verify-task.ts"
import { Fault } from "../core/fault.ts"
import type { Call } from "./client.ts"
import { identityIn } from "./identity-file.ts"
import { backupNamed } from "./restore.ts"
import { poll } from "./wait.ts"

export interface VerifyChoice {
  /** A backup's id, or `server/database` for its newest good backup. */
  readonly source: string
  readonly level: string
  readonly destination?: string | undefined
  /** File with the identity that opens it, where the controller has none. */
  readonly identityFile?: string | undefined
  readonly wait: boolean
}

/** Throws a Fault when a copy is bad, or could not be looked at. */
export async function verify(
  call: Call,
  { source, level: asked, destination, identityFile, wait }: VerifyChoice,
  say: (line: string) => void,
): Promise<void> {
  const level = verifyLevels.find((one) => one === asked)
  if (!level)
    throw new Fault("request-invalid", `${asked} is no level`, {
      hint: `Levels are ${verifyLevels.join(", ")}.`,
    })
  const id = await backupNamed(call, source)
  const { data: backup } = await call(getBackup, { params: { id } })
  const encryption = backup.status === "completed" ? backup.encryption : null
  const identity =
    identityFile === undefined || encryption === null
      ? undefined
      : identityIn(identityFile, encryption.recipients)
  const { data: begun } = await call(verifyBackup, {
    params: { id },
    body: { level, ...(destination && { destination }), ...(identity && { identity }) },
  })
  if (!wait) return say(`Verifying backup ${id} of ${begun.database} (${level}): ${begun.id}`)
  tell(await poll(async () => (await call(getVerification, { params: { id: begun.id } })).data), say)
}

function tell(task: VerifyTask, say: (line: string) => void): void {
  const results = "results" in task ? task.results : []
  for (const result of results) {
    say(`${result.destination}: ${result.outcome === "passed" ? "good" : "BAD"}`)
    for (const line of result.outcome === "passed" ? result.report : [result.problem.message])
      say(`  ${line}`)
  }
  const bad = results.filter(({ outcome }) => outcome === "failed").map(({ destination }) => destination)
  if (bad.length > 0)
    throw new Fault("copy-mismatch", `the backup of ${task.database} is bad at ${bad.join(", ")}`, {
      hint: "A bad copy is made again from a good one, where there is one. GET /api/backups/:id tells.",
    })
  if ("error" in task) {
    const { code, message, hint } = task.error
    throw new Fault(code, message, hint === null ? {} : { hint })
  }
}
