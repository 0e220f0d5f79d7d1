// Waits until a server answers: its container may be gone, down, paused, starting, or another one by the time it does.
import { setTimeout as sleep } from "node:timers/promises"
import { Fault } from "../core/fault.ts"
import { untilAborted } from "../pipeline/first-cause.ts"
import type { Aside, Docker } from "../ports.ts"
import type { Journal } from "./journal.ts"
import type { TieUp } from "./loose-ends.ts"
import { isAway, type Look, lookInside, type Target } from "./probe.ts"

export interface ReadyDeps {
  readonly docker: Docker
  readonly tieUp: TieUp
}

/** A server that answered, and the container in which it did. */
export interface Ready {
  readonly target: Target
  readonly look: Look
}

/** Waits for the server of a run, whichever container it is in by then. */
export type Ask = () => Promise<Ready>

const inPlace: Aside = (wait) => wait()

const firstPauseMilliseconds = 500
const longestPauseMilliseconds = 5000

/** Before anything else on a server that can be reached, what earlier work left open there is tied up. Throws as `lookInside`. */
export async function lookInsideTidied(
  { docker, tieUp }: ReadyDeps,
  target: Target,
  signal: AbortSignal,
): Promise<Look> {
  const look = await lookInside(docker, target, signal).catch((error: unknown) => ({ error }))
  if (!("error" in look)) {
    await untilAborted(tieUp(target, look), signal)
    return look
  }
  if (!signal.aborted && !isAway(look.error)) await untilAborted(tieUp(target, null), signal)
  throw look.error
}

/**
 * Asks `target` anew at each try, which may throw: a recreated container has another id. A refusal is never waited out.
 * Throws the last Fault, with how long was waited.
 */
export async function whenReady(
  deps: ReadyDeps,
  target: () => Target,
  waitSeconds: number,
  journal: Journal,
  signal: AbortSignal,
  aside: Aside = inPlace,
): Promise<Ready> {
  const began = performance.now()
  const until = began + waitSeconds * 1000
  const waited = () => Math.round((performance.now() - began) / 1000)
  let reason: string | undefined
  const ask = async (): Promise<Ready | Fault> => {
    signal.throwIfAborted()
    try {
      const found = target()
      return { target: found, look: await lookInsideTidied(deps, found, signal) }
    } catch (error) {
      if (signal.aborted || !isAway(error)) throw error
      return error
    }
  }
  const untilItAnswers = async (away: Fault): Promise<void> => {
    let answer: Ready | Fault = away
    for (let pause = firstPauseMilliseconds; answer instanceof Fault; pause *= 2) {
      const left = until - performance.now()
      if (left <= 0) throw reason === undefined ? answer : afterWaiting(answer, waited())
      if (answer.message !== reason)
        journal("info", `waiting for the server, up to ${Math.ceil(left / 1000)} s more: ${answer.message}`)
      reason = answer.message
      await sleep(Math.min(pause, longestPauseMilliseconds, left), undefined, { signal })
      answer = await ask()
    }
  }
  for (;;) {
    const answer = await ask()
    if (!(answer instanceof Fault)) {
      if (reason !== undefined) journal("info", `the server answers after ${waited()} s`)
      return answer
    }
    // Asked once more afterwards: it may take a while to have a place again.
    await aside(() => untilItAnswers(answer))
  }
}

function afterWaiting({ code, message, hint, cause }: Fault, seconds: number): Fault {
  return new Fault(code, `${message}, and so it was for ${seconds} s of waiting`, {
    ...(hint === null ? {} : { hint }),
    cause,
  })
}
