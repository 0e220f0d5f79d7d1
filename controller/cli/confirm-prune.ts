// `dbbackup confirm-prune SERVER/DATABASE`: tells what retention would delete, and lets it once the number is confirmed.
import { confirmPrune } from "../../schemas/api.ts"
import { Fault } from "../core/fault.ts"
import { databasesNamed } from "./backup.ts"
import type { Call } from "./client.ts"

/** `ask` returns what the person typed; null when there is nobody to ask. Throws when nothing waits, or nothing was typed. */
export async function confirmPrunes(
  call: Call,
  name: string,
  ask: ((question: string) => Promise<string>) | null,
  say: (line: string) => void,
): Promise<void> {
  const [database, ...more] = await databasesNamed(call, name)
  if (database === undefined || more.length > 0)
    throw new Fault("request-invalid", `${name} has several databases`, {
      hint: "Name one as SERVER/DATABASE.",
    })
  const { heldPrune } = database
  if (heldPrune === null)
    throw new Fault("not-found", `nothing of ${name} waits to be deleted`, {
      hint: "dbbackup servers says what is wrong.",
    })
  const { backups, problem } = heldPrune
  say(`${problem.message}.`)
  if (ask !== null && (await ask(`Type ${backups} to let them be deleted: `)) !== String(backups))
    throw new Fault("cancelled", "the number was not typed, nothing was done", {
      hint: "In a script, confirm with --yes.",
    })
  await call(confirmPrune, { params: { id: database.id }, body: { backups } })
  say(`Confirmed: ${backups} backups of ${name} are deleted when their server's turn comes`)
}
