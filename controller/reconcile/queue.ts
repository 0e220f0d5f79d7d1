// Who works when: one piece of work per server and per group at a time, so many over all. Whose turn it is decides core/turn.
import type { Fault } from "../core/fault.ts"
import { type Claim, compareTurns, nextTurn } from "../core/turn.ts"
import type { Aside } from "../ports.ts"

export interface Work extends Omit<Claim, "queuedAt"> {
  readonly id: string
  /** Must record its own outcome and never reject. Gets an aborted signal when it was cancelled while queued. */
  run(signal: AbortSignal, aside: Aside): Promise<void>
}

export interface Queue {
  add(work: Work): void
  /** False when no such work is queued or running. */
  cancel(id: string, reason: Fault): boolean
  counts(): { readonly running: number; readonly queued: number; readonly maxConcurrent: number }
  /** More begin at once; fewer let those that run end first. */
  setMaxConcurrent(most: number): void
  /** Cancels everything for the reason given, what is added from now on too, and resolves once all of it has ended. */
  drain(reason: Fault): Promise<void>
}

type Waiting = Work & Claim
type Active = {
  readonly work: Waiting
  readonly abort: AbortController
  ended: Promise<void>
  /** It takes a place among so many. */
  seated: boolean
}

/** @param milliseconds a clock that only rises: a corrected one must not reorder those who wait */
export function createQueue(
  maxConcurrent: number,
  onBug: (error: unknown) => void,
  milliseconds: () => number = () => performance.now(),
): Queue {
  let most = maxConcurrent
  /** In the order of their turns. */
  const waiting: Waiting[] = []
  const running = new Map<string, Active>()
  /** Cancelled before their turn: they only record it, which takes no slot and no server. */
  const leaving = new Set<Active>()
  /** Back from waiting, and in want of a place; they go before what has not begun. */
  const returning: (() => void)[] = []
  let closed: Fault | undefined

  const start = (work: Waiting, abort: AbortController, onEnd: (active: Active) => void): Active => {
    const active: Active = { work, abort, ended: Promise.resolve(), seated: true }
    // Counted before it begins: what it sets off at once may ask for a turn of its own.
    if (!abort.signal.aborted) running.set(work.id, active)
    active.ended = (async () => work.run(abort.signal, (wait) => aside(active, wait)))()
      .catch(onBug)
      .finally(() => onEnd(active))
    return active
  }

  const aside = async <T>(active: Active, wait: () => Promise<T>): Promise<T> => {
    active.seated = false
    next()
    try {
      return await wait()
    } finally {
      await seat(active)
    }
  }

  const seat = (active: Active): Promise<void> =>
    new Promise((resolve) => {
      const { signal } = active.abort
      // What is aborted only has its end to record, which takes no place.
      if (signal.aborted) return resolve()
      const take = () => {
        signal.removeEventListener("abort", leave)
        active.seated = true
        resolve()
      }
      const leave = () => {
        returning.splice(returning.indexOf(take), 1)
        resolve()
      }
      signal.addEventListener("abort", leave, { once: true })
      returning.push(take)
      next()
    })

  const isFull = () => [...running.values()].filter(({ seated }) => seated).length >= most

  const next = () => {
    while (returning.length > 0 && !isFull()) returning.shift()?.()
    while (!isFull()) {
      const work = nextTurn(
        waiting,
        [...running.values()].map(({ work }) => work),
      )
      if (!work) return
      waiting.splice(waiting.indexOf(work), 1)
      start(work, new AbortController(), () => {
        running.delete(work.id)
        next()
      })
    }
  }

  const refuse = (work: Waiting, reason: Fault) => {
    const abort = new AbortController()
    abort.abort(reason)
    leaving.add(start(work, abort, (active) => leaving.delete(active)))
  }

  const cancel = (id: string, reason: Fault): boolean => {
    const active = running.get(id)
    active?.abort.abort(reason)
    const index = waiting.findIndex((work) => work.id === id)
    const [work] = index < 0 ? [] : waiting.splice(index, 1)
    if (work) {
      refuse(work, reason)
      // It may have been the one that others had to leave a server to.
      next()
    }
    return active !== undefined || work !== undefined || [...leaving].some(({ work }) => work.id === id)
  }

  return {
    add(asked) {
      const { id, serverId, group, urgent, priority } = asked
      const queuedAt = milliseconds()
      const work = { id, serverId, group, urgent, priority, queuedAt, run: asked.run.bind(asked) }
      if (closed) return refuse(work, closed)
      waiting.splice(waiting.findLastIndex((other) => compareTurns(other, work) <= 0) + 1, 0, work)
      next()
    },
    cancel,
    counts: () => ({ running: running.size, queued: waiting.length, maxConcurrent: most }),
    setMaxConcurrent(limit) {
      most = limit
      next()
    },
    async drain(reason) {
      closed = reason
      for (const work of waiting.splice(0)) refuse(work, reason)
      for (const { abort } of running.values()) abort.abort(reason)
      while (running.size + leaving.size > 0)
        await Promise.all([...running.values(), ...leaving].map(({ ended }) => ended))
    },
  }
}
