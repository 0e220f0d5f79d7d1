// Who works when: one piece of work per server at a time, so many over all servers, first come first served.
import type { ServerId } from "../../schemas/server.ts"
import type { Fault } from "../core/fault.ts"

export interface Work {
  readonly id: string
  readonly serverId: ServerId
  /** Must record its own outcome and never reject. Gets an aborted signal when it was cancelled while queued. */
  run(signal: AbortSignal): Promise<void>
}

export interface Queue {
  add(work: Work): void
  /** False when no such work is queued or running. */
  cancel(id: string, reason: Fault): boolean
  /** From now on so many at a time; more than that which run already go on to their end. */
  setMaxConcurrent(count: number): void
  counts(): { readonly running: number; readonly queued: number; readonly maxConcurrent: number }
  /** Cancels everything for the reason given, what is added from now on too, and resolves once all of it has ended. */
  drain(reason: Fault): Promise<void>
}

export function createQueue(maxConcurrent: number, onBug: (error: unknown) => void): Queue {
  const waiting: Work[] = []
  const running = new Map<
    string,
    { readonly work: Work; readonly abort: AbortController; readonly ended: Promise<void> }
  >()

  let closed: Fault | undefined

  const start = (work: Work, abort: AbortController) => {
    const ended = work
      .run(abort.signal)
      .catch(onBug)
      .finally(() => {
        running.delete(work.id)
        next()
      })
    running.set(work.id, { work, abort, ended })
  }

  const next = () => {
    while (running.size < maxConcurrent) {
      const busy = new Set([...running.values()].map(({ work }) => work.serverId))
      const index = waiting.findIndex(({ serverId }) => !busy.has(serverId))
      const [work] = index < 0 ? [] : waiting.splice(index, 1)
      if (!work) return
      start(work, new AbortController())
    }
  }

  /** It only records that it was cancelled, which needs no slot. */
  const refuse = (work: Work, reason: Fault) => {
    const abort = new AbortController()
    abort.abort(reason)
    start(work, abort)
  }

  const cancel = (id: string, reason: Fault): boolean => {
    const active = running.get(id)
    const index = waiting.findIndex((work) => work.id === id)
    const [work] = index < 0 ? [] : waiting.splice(index, 1)
    active?.abort.abort(reason)
    if (work) refuse(work, reason)
    return active !== undefined || work !== undefined
  }

  return {
    add(work) {
      if (closed) return refuse(work, closed)
      waiting.push(work)
      next()
    },
    cancel,
    setMaxConcurrent(count) {
      maxConcurrent = count
      next()
    },
    counts: () => ({ running: running.size, queued: waiting.length, maxConcurrent }),
    async drain(reason) {
      closed = reason
      for (const id of [...waiting.map((work) => work.id), ...running.keys()]) cancel(id, reason)
      while (running.size > 0) await Promise.all([...running.values()].map(({ ended }) => ended))
    },
  }
}
