// What a restore says whose work is done when the hook after it fails: that what was restored stays, and how to go back.
import type { SwapRecord } from "../ports.ts"
import { Fault } from "./fault.ts"

/** @param done what is so now, as facts. @param back a sentence: how it is undone. */
export function failedAfterwards(hook: Fault, done: string, back: string): Fault {
  const { code, message, hint, key } = hook
  return new Fault(code, `${done}, and then ${message}`, {
    hint: `The restore itself is done. ${back}${hint === null ? "" : ` Of the hook: ${hint}`}`,
    ...(key === null ? {} : { key }),
    cause: hook,
  })
}

/** Of a swap that has taken the place of a database. */
export function failedAfterSwap(
  hook: Fault,
  { restoreId, database, keepSeconds, keptUntil }: SwapRecord,
): Fault {
  return failedAfterwards(
    hook,
    `${database} is the restored database now`,
    keepSeconds === 0 || keptUntil === null
      ? "What was replaced is not kept, so nothing can be undone."
      : `Until ${keptUntil.toISOString()} dbbackup undo ${restoreId} puts back what was there before.`,
  )
}
