// `dbbackup undo RESTORE`: puts the database back whose place a swap has taken, and waits.
import { setTimeout as sleep } from "node:timers/promises"
import { getRestore, undoRestore } from "../../schemas/api.ts"
import { Fault } from "../core/fault.ts"
import type { Call } from "./client.ts"

const pollMilliseconds = 300

/** `confirm` asks the person to type the database's name; null when it is meant. */
export async function undo(
  call: Call,
  id: string,
  endConnections: boolean,
  confirm: ((question: string) => Promise<string>) | null,
  say: (line: string) => void,
): Promise<void> {
  const restore = async () => (await call(getRestore, { params: { id } })).data
  const { swap, targetDatabase: name } = await restore()
  const inPlace = swap && swap.state !== "beside" ? swap.inPlace : null
  const [now, then] =
    inPlace === "old"
      ? ["what it was before", "the restored one"]
      : ["the restored one", "what it was before"]
  if (inPlace !== null)
    say(
      `${name} is ${now}, and becomes ${then} again. What was written to it since is in the other one, which is kept.`,
    )
  if (confirm && (await confirm(`Type ${name} to go on: `)) !== name)
    throw new Fault("cancelled", "the name was not typed, nothing was done", {
      hint: "In a script, confirm with --yes.",
    })
  await call(undoRestore, { params: { id }, body: { endConnections } })
  for (;;) {
    const { swap: after } = await restore()
    if (after?.problem) {
      const { code, message, hint } = after.problem
      throw new Fault(code, message, hint === null ? {} : { hint })
    }
    if (after?.state === "gone") return say(`${name} is ${then}`)
    if (after?.state === "kept" && after.inPlace !== inPlace)
      return say(`${name} is ${then}; the other one is kept as ${after.keptName} until ${after.keptUntil}`)
    await sleep(pollMilliseconds)
  }
}
