// Opens the destinations of a backup before its source: a dump with nowhere to go would hold database locks.

import { type ExpectedBytes, requireRoom } from "../core/room.ts"
import type { Destination, Keeping, SinkWriter } from "../ports.ts"
import { type FailedCopy, faultOf, noneLeft } from "./failed-copy.ts"
import { untilAborted } from "./first-cause.ts"

export interface Place {
  readonly destination: Destination
  readonly key: string
  readonly keeping?: Keeping
  /** How much is expected to be written, as far as that is known. Absent: nobody has asked whether it fits. */
  readonly expected?: ExpectedBytes
}
export interface OpenCopy extends Place {
  readonly writer: SinkWriter
}
export interface Opened {
  readonly open: readonly OpenCopy[]
  readonly failed: readonly FailedCopy[]
}

/** One that does not open is recorded as failed. Throws a Fault when none is left, or the signal's reason; nothing is then left open. */
export async function openAll(places: readonly Place[], signal: AbortSignal): Promise<Opened> {
  const results = await Promise.all(places.map((place) => openOne(place, signal)))
  const open = results.flatMap((result) => ("writer" in result ? [result] : []))
  const failed = results.flatMap((result) => ("fault" in result ? [result] : []))
  if (!signal.aborted && open.length > 0) return { open, failed }
  await Promise.all(open.map(({ writer }) => writer.abort(signal.reason)))
  signal.throwIfAborted()
  throw noneLeft(failed)
}

/** A writer that only comes after the abort is aborted then. */
async function openOne(place: Place, signal: AbortSignal): Promise<OpenCopy | FailedCopy> {
  const { destination, key } = place
  const created = createIn(place, signal)
  try {
    return { ...place, writer: await untilAborted(created, signal) }
  } catch (error) {
    if (signal.aborted) created.then((late) => late.abort(signal.reason)).catch(() => {})
    return { destination: destination.name, key, fault: faultOf(error) }
  }
}

async function createIn(
  { destination, key, keeping, expected }: Place,
  signal: AbortSignal,
): Promise<SinkWriter> {
  if (expected !== undefined && destination.freeBytes)
    requireRoom(destination, await destination.freeBytes(), expected)
  return await destination.create(key, signal, keeping)
}
