// One copy where one is enough: those that are bad, or away, are passed over.
import { isOfOneCopy, storedNowhere } from "../core/copy-order.ts"
import { faultIn } from "../core/fault.ts"
import type { ReadableCopy } from "../core/verify-plan.ts"

/** What comes of the first that does not fail for a reason of its own. Throws any other reason at once, and that of the last when none is left. */
export async function ofFirstCopy<T>(
  copies: readonly ReadableCopy[],
  act: (copy: ReadableCopy) => Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  let failure: unknown = storedNowhere()
  for (const copy of copies)
    try {
      return await act(copy)
    } catch (error) {
      const fault = faultIn(error)
      if (signal.aborted || !fault || !isOfOneCopy(fault)) throw error
      failure = error
    }
  throw failure
}
