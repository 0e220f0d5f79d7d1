// Keeps the picture level with Docker: a nudge or a minute's tick → settle → list → see. Events are never taken at their word.
import type { DockerStatus } from "../../schemas/api.ts"
import { problemOf } from "../core/fault.ts"
import type { Clock, ContainerFacts, Docker, Log } from "../ports.ts"

export interface Watch {
  status(): DockerStatus
  /** Looks at once, at everything as it is from now on. Rejects with why it could not; also when the loop is stopped. */
  lookNow(): Promise<void>
  /** Resolves when the signal is aborted. */
  run(signal: AbortSignal): Promise<void>
}

/**
 * How long a storm of events is waited out, and how long at most, before looking; how often to look without one; how soon
 * after a failure: twice as long after each further one, never longer than without an event.
 */
export interface Pace {
  readonly quietMilliseconds: number
  readonly patienceMilliseconds: number
  readonly resyncMilliseconds: number
  readonly retryMilliseconds: number
}
export const usualPace: Pace = {
  quietMilliseconds: 250,
  patienceMilliseconds: 5000,
  resyncMilliseconds: 60_000,
  retryMilliseconds: 1000,
}

const listLimitMilliseconds = 30_000
/** From so many on a listing takes many times the memory of what is kept of it: collected at once, the process stays small. */
const manyContainers = 500

export function createWatch(
  docker: Docker,
  see: (containers: readonly ContainerFacts[]) => void,
  clock: Clock,
  log: Log,
  changed: () => void,
  pace: Pace = usualPace,
  random: () => number = Math.random,
): Watch {
  let status: DockerStatus = {
    state: "connecting",
    endpoint: docker.endpoint,
    version: null,
    seenAt: null,
    problem: null,
  }
  const bell = createBell()
  let failures = 0
  /** Those who wait for a look that begins after they have asked. */
  let waiting: { readonly seen: () => void; readonly failed: (why: unknown) => void }[] = []

  const become = (next: DockerStatus) => {
    const before = status
    status = next
    if (before.state === next.state && before.problem?.message === next.problem?.message) return
    if (next.state === "unreachable")
      log("error", `the Docker engine cannot be reached: ${next.problem?.message}`)
    if (next.state === "connected")
      log("info", `connected to the Docker engine ${next.version ?? ""} at ${next.endpoint}`)
    changed()
  }

  const observe = async (signal: AbortSignal) => {
    const limited = AbortSignal.any([signal, AbortSignal.timeout(listLimitMilliseconds)])
    const version = status.state === "connected" ? status.version : await docker.version(limited)
    const containers = await docker.observe(limited)
    return { version, containers, seenAt: clock().toISOString() }
  }

  const look = async (signal: AbortSignal) => {
    const asked = waiting
    waiting = []
    try {
      const { version, containers, seenAt } = await observe(signal)
      takeIn(containers)
      if (containers.length >= manyContainers) Bun.gc(true)
      become({ state: "connected", endpoint: docker.endpoint, version, seenAt, problem: null })
      failures = 0
      for (const { seen } of asked) seen()
    } catch (error) {
      for (const { failed } of asked) failed(error)
      if (signal.aborted) return
      // Not seeing containers is not the same as there being none: what was seen last stays.
      if (!(error instanceof NotTakenIn))
        become({ ...status, state: "unreachable", problem: problemOf(error) })
      const doubled = Math.min(pace.retryMilliseconds * 2 ** failures++, pace.resyncMilliseconds)
      await bell.wait(failures === 1 ? doubled : doubled * (0.5 + random() / 2), signal)
      bell.ring()
    }
  }

  /** What goes wrong in here is no fault of the engine. */
  const takeIn = (containers: readonly ContainerFacts[]) => {
    try {
      see(containers)
    } catch (error) {
      const { message, hint } = problemOf(error)
      log("error", `what was seen of the containers could not be taken in: ${message}`, { hint })
      throw new NotTakenIn(message, { cause: error })
    }
  }

  return {
    status: () => status,
    lookNow() {
      return new Promise((resolve, reject) => {
        waiting.push({ seen: resolve, failed: reject })
        bell.hurry()
      })
    },
    async run(signal) {
      const listening = listen(
        docker,
        bell,
        signal,
        (error) => log("warn", `the event stream was lost: ${error.message}`),
        log,
      )
      while (!signal.aborted) {
        await look(signal)
        await bell.wait(pace.resyncMilliseconds, signal)
        await bell.settle(pace, signal)
      }
      for (const { failed } of waiting) failed(signal.reason)
      await listening
    },
  }
}

async function listen(
  docker: Docker,
  bell: Bell,
  signal: AbortSignal,
  onLost: (error: Error) => void,
  log: Log,
): Promise<void> {
  try {
    for await (const _ of docker.nudges(signal, onLost)) bell.ring()
  } catch (error) {
    if (!signal.aborted)
      log("error", `the event stream ended for good, looking once a minute: ${String(error)}`)
  }
}

class NotTakenIn extends Error {}

interface Bell {
  ring(): void
  /** Rings, and lets nobody settle before the next look. */
  hurry(): void
  /** Resolves at the next ring (or at once, when it rang since the last wait), after so many milliseconds, or on abort. */
  wait(milliseconds: number, signal: AbortSignal): Promise<"rang" | "quiet">
  /** Resolves once it has been quiet for a while. */
  settle(pace: Pace, signal: AbortSignal): Promise<void>
}

function createBell(): Bell {
  let rung = false
  let hurried = false
  let answer: (() => void) | undefined
  const bell: Bell = {
    ring() {
      rung = true
      answer?.()
    },
    hurry() {
      hurried = true
      bell.ring()
    },
    wait(milliseconds, signal) {
      return new Promise((resolve) => {
        const finish = () => {
          clearTimeout(timer)
          signal.removeEventListener("abort", finish)
          answer = undefined
          resolve(rung ? "rang" : "quiet")
          rung = false
        }
        const timer = setTimeout(finish, milliseconds)
        signal.addEventListener("abort", finish)
        answer = finish
        if (rung || signal.aborted) finish()
      })
    },
    async settle({ quietMilliseconds, patienceMilliseconds }, signal) {
      const until = performance.now() + patienceMilliseconds
      while (
        !signal.aborted &&
        !hurried &&
        performance.now() < until &&
        (await bell.wait(quietMilliseconds, signal)) === "rang"
      );
      hurried = false
    },
  }
  return bell
}
