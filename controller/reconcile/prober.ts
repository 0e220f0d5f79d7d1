// Looks inside each active server once per start of its container, again with back-off while that fails, and when asked to.

import { meaningOf } from "../../schemas/errors.ts"
import type { ServerId } from "../../schemas/server.ts"
import type { Insight } from "../core/database-view.ts"
import { problemOf } from "../core/fault.ts"
import type { DerivedServer } from "../core/server.ts"

export interface Prober {
  /** Starts the looks that are due for these servers, and gives up those of servers that are no longer among them. */
  update(servers: readonly DerivedServer[]): void
  /** Looks inside every active server again. Resolves once all have answered or failed, or the time allowed is over. */
  refresh(): Promise<void>
}

/** What a successful look gives. */
export type Seen = Omit<Insight, "problem">

/** How long to wait after the first failing look, and at most: the wait doubles each time. */
export interface Pauses {
  readonly firstMilliseconds: number
  readonly longestMilliseconds: number
  /** At most, when nothing will change before a person does something. */
  readonly hopelessMilliseconds: number
}
export const usualPauses: Pauses = {
  firstMilliseconds: 1000,
  longestMilliseconds: 60_000,
  hopelessMilliseconds: 15 * 60_000,
}

/** At a time: a look starts a few processes in the server's container. */
const parallelLooks = 16
const lookMilliseconds = 60_000
const refreshMilliseconds = 20_000

export function createProber(
  look: (server: DerivedServer, signal: AbortSignal) => Promise<Seen>,
  learn: (server: DerivedServer, insight: Insight) => void,
  previous: (id: ServerId) => Seen,
  signal: AbortSignal,
  pauses: Pauses = usualPauses,
): Prober {
  const active = new Map<ServerId, Looking>()
  const slots = createSlots(parallelLooks)

  const blame = (server: DerivedServer, error: unknown) => {
    try {
      // What was known before stays: a server that cannot be asked has not lost its databases.
      learn(server, { ...previous(server.id), problem: problemOf(error) })
    } catch {
      // Nor can this be remembered (a full disk, say). Both are told again after the pause.
    }
  }

  /** The pause that a failure asks for at most; null after success. */
  const lookOnce = async (server: DerivedServer, stop: AbortSignal): Promise<number | null> => {
    const free = await slots.take(stop)
    try {
      stop.throwIfAborted()
      const seen = await look(server, AbortSignal.any([stop, AbortSignal.timeout(lookMilliseconds)]))
      if (!stop.aborted) learn(server, { ...seen, problem: null })
      return null
    } catch (error) {
      if (stop.aborted) return null
      blame(server, error)
      const hopeless = meaningOf(problemOf(error).code).next === "until-config-changes"
      return hopeless ? pauses.hopelessMilliseconds : pauses.longestMilliseconds
    } finally {
      free()
    }
  }

  const probe = async (server: DerivedServer, stop: AbortSignal, answered: () => void) => {
    let pause = pauses.firstMilliseconds
    while (!stop.aborted) {
      const longest = await lookOnce(server, stop)
      answered()
      if (longest === null) return
      await nap(pause, stop)
      pause = Math.min(pause * 2, longest)
    }
    answered()
  }

  const begin = (server: DerivedServer) => {
    active.get(server.id)?.abort.abort()
    const abort = new AbortController()
    const answered = new Promise<void>((resolve) => {
      void probe(server, AbortSignal.any([signal, abort.signal]), resolve)
    })
    active.set(server.id, { server, incarnation: incarnationOf(server), abort, answered })
  }

  return {
    update(servers) {
      const wanted = new Map(servers.filter(isProbed).map((server) => [server.id, server]))
      for (const [id, { abort }] of active) {
        if (wanted.has(id)) continue
        abort.abort()
        active.delete(id)
      }
      for (const [id, server] of wanted) {
        const running = active.get(id)
        if (running?.server === server || running?.incarnation === incarnationOf(server)) continue
        begin(server)
      }
    },
    async refresh() {
      for (const { server } of [...active.values()]) begin(server)
      const answers = [...active.values()].map(({ answered }) => answered)
      const limit = AbortSignal.any([signal, AbortSignal.timeout(refreshMilliseconds)])
      await Promise.race([Promise.all(answers), nap(refreshMilliseconds, limit)])
    },
  }
}

interface Looking {
  readonly server: DerivedServer
  readonly incarnation: string
  readonly abort: AbortController
  /** Resolves after the first look, whatever came of it. */
  readonly answered: Promise<void>
}

/** Lets so many in at a time; the others wait in line, and those who give up leave it. */
function createSlots(count: number) {
  let free = count
  const line: (() => void)[] = []
  const release = () => {
    free++
    line.shift()?.()
  }
  return {
    /** Resolves with what gives the place back. An aborted signal gets one at once, to go away with. */
    async take(signal: AbortSignal): Promise<() => void> {
      while (free <= 0 && !signal.aborted) {
        await new Promise<void>((resolve) => {
          const leave = () => {
            line.splice(line.indexOf(enter), 1)
            resolve()
          }
          const enter = () => {
            signal.removeEventListener("abort", leave)
            resolve()
          }
          line.push(enter)
          signal.addEventListener("abort", leave, { once: true })
        })
      }
      free--
      return release
    },
  }
}

const isProbed = (server: DerivedServer) => server.state === "active" && server.container.state === "running"

/** Changes when the container is started anew, or when its labels say to look differently. */
function incarnationOf({ container, engine, access }: DerivedServer): string {
  return JSON.stringify([container.id, container.startedAt, engine, access])
}

function nap(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer)
      signal.removeEventListener("abort", finish)
      resolve()
    }
    const timer = setTimeout(finish, milliseconds)
    signal.addEventListener("abort", finish)
  })
}
