// Databases that swaps have replaced, and whose time is over: each is dropped in its server's turn, and again later where that fails.
import type { RestoreId } from "../../schemas/restore.ts"
import type { Catalogue, Clock, SwapRecord } from "../ports.ts"
import type { Queue } from "./queue.ts"

const paceMilliseconds = 5000
/** A server that is away or refuses is not asked all the time. */
const againMilliseconds = 5 * 60_000

export interface KeptDatabases {
  check(): void
  /** Begins to look for them by itself. */
  follow(): void
}

export function createKeptDatabases(deps: {
  readonly catalogue: Pick<Catalogue, "swaps">
  readonly queue: Pick<Queue, "add">
  readonly clock: Clock
  readonly newId: () => string
  /** Never rejects. */
  readonly drop: (swap: SwapRecord, signal: AbortSignal) => Promise<void>
  readonly signal: AbortSignal
}): KeptDatabases {
  const { catalogue, queue, clock, newId, drop, signal } = deps
  /** Until when each is left alone; while it is queued, without end. */
  const held = new Map<RestoreId, number>()

  const check = () => {
    const now = clock().getTime()
    for (const swap of catalogue.swaps()) {
      const { restoreId, serverId, state, keptUntil } = swap
      if (state !== "kept" || keptUntil === null || keptUntil.getTime() > now) continue
      if ((held.get(restoreId) ?? 0) > now) continue
      held.set(restoreId, Number.POSITIVE_INFINITY)
      queue.add({
        ...{ id: newId(), serverId, group: null, urgent: false, priority: 0 },
        run: (dropping) =>
          drop(swap, dropping).finally(() => held.set(restoreId, clock().getTime() + againMilliseconds)),
      })
    }
  }

  return {
    check,
    follow() {
      const timer = setInterval(check, paceMilliseconds)
      signal.addEventListener("abort", () => clearInterval(timer), { once: true })
    },
  }
}
