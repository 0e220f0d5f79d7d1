// Brings a stored copy to another destination, byte for byte, and proves one by its bytes alone.
import { Writable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { faultIn } from "../core/fault.ts"
import { fanOut } from "./fan-out.ts"
import { underFirstCause } from "./first-cause.ts"
import { type OpenCopy, openAll, type Place } from "./open.ts"
import { paced } from "./progress.ts"
import { openStoredCopy, type StoredCopy } from "./stored-copy.ts"

export type Source = Omit<StoredCopy, "compression" | "identity">
/** Bytes as they are stored. */
const asStored = { compression: "none", identity: null } as const

/**
 * A writer that has taken every byte of the source, which has the recorded size and sha-256; nothing is visible yet, and the
 * caller commits or aborts. Rejects with the root cause, nothing left open: `copy-missing`, `copy-mismatch`, a destination's Fault.
 */
export async function copyAcross(from: Source, to: Place, signal: AbortSignal): Promise<OpenCopy> {
  return await underFirstCause(signal, async (cause) => {
    const [copy] = (await openAll([to], cause.signal)).open
    if (copy === undefined) throw new Error("a place that opened has a writer")
    const { writer } = copy
    try {
      const stored = await openStoredCopy({ ...from, ...asStored }, cause, () => {})
      const fan = fanOut([writer], (_writer, fault) => cause.fail(fault))
      await pipeline([...stored, fan.stream], { signal: cause.signal })
      return copy
    } catch (error) {
      await writer.abort(cause.signal.reason ?? error)
      throw error
    }
  })
}

/** Resolves when the copy's bytes are those recorded. `onBytes` is heard about four times a second. Rejects with `copy-missing`, `copy-mismatch`, or the destination's Fault. */
export async function proveBytes(
  copy: Source,
  signal: AbortSignal,
  onBytes: (storedBytes: number) => void = () => {},
): Promise<void> {
  let bytes = 0
  const tick = paced(() => onBytes(bytes))
  await underFirstCause(signal, async (cause) => {
    const stored = await openStoredCopy({ ...copy, ...asStored }, cause, (total) => {
      bytes = total
      tick()
    })
    const nowhere = new Writable({ write: (_chunk, _encoding, next) => next() })
    await pipeline([...stored, nowhere], { signal: cause.signal })
  })
}

/** Whether they are. Rejects when that cannot be seen: with `copy-missing`, or the destination's Fault. */
export async function bytesAreRight(copy: Source, signal: AbortSignal): Promise<boolean> {
  try {
    await proveBytes(copy, signal)
    return true
  } catch (error) {
    if (faultIn(error)?.code === "copy-mismatch") return false
    throw error
  }
}
