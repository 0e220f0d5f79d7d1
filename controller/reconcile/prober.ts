// Looks inside each active server once per start of its container, and again with back-off while that fails.
import type { ServerId } from "../../schemas/server.ts"
import type { Insight } from "../core/database-view.ts"
import { problemOf } from "../core/fault.ts"
import type { DerivedServer } from "../core/server.ts"

export interface Prober {
  /** Starts the looks that are due for these servers, and gives up those of servers that are no longer among them. */
  update(servers: readonly DerivedServer[]): void
}

/** What a successful look gives. */
export type Seen = Omit<Insight, "problem">

/** How long to wait after the first failing look, and at most: the wait doubles each time. */
export interface Pauses {
  readonly firstMilliseconds: number
  readonly longestMilliseconds: number
}
export const usualPauses: Pauses = { firstMilliseconds: 1000, longestMilliseconds: 60_000 }

export function createProber(
  look: (server: DerivedServer, signal: AbortSignal) => Promise<Seen>,
  learn: (server: DerivedServer, insight: Insight) => void,
  previous: (id: ServerId) => Seen,
  signal: AbortSignal,
  pauses: Pauses = usualPauses,
): Prober {
  const active = new Map<ServerId, { readonly incarnation: string; readonly abort: AbortController }>()

  const blame = (server: DerivedServer, error: unknown) => {
    try {
      // What was known before stays: a server that cannot be asked has not lost its databases.
      learn(server, { ...previous(server.id), problem: problemOf(error) })
    } catch {
      // Nor can this be remembered (a full disk, say). Both are told again after the pause.
    }
  }

  const probe = async (server: DerivedServer, stop: AbortSignal) => {
    let pause = pauses.firstMilliseconds
    while (!stop.aborted) {
      try {
        const seen = await look(server, AbortSignal.any([stop, AbortSignal.timeout(60_000)]))
        if (!stop.aborted) learn(server, { ...seen, problem: null })
        return
      } catch (error) {
        if (stop.aborted) return
        blame(server, error)
      }
      await nap(pause, stop)
      pause = Math.min(pause * 2, pauses.longestMilliseconds)
    }
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
        const incarnation = incarnationOf(server)
        const running = active.get(id)
        if (running?.incarnation === incarnation) continue
        running?.abort.abort()
        const abort = new AbortController()
        active.set(id, { incarnation, abort })
        void probe(server, AbortSignal.any([signal, abort.signal]))
      }
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
