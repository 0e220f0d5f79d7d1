// Whose turn it is: the order in which work waits, and which of it may begin beside what runs. A pure function of the claims.
import type { ServerId } from "../../schemas/server.ts"

/** What a piece of work asks for. */
export interface Claim {
  readonly serverId: ServerId
  /** Work that names the same group takes turns, on whichever server. */
  readonly group: string | null
  /** A person waits for it, as for a restore: it goes before everything that is not. */
  readonly urgent: boolean
  readonly priority: number
  /** Milliseconds on any clock that only rises. */
  readonly queuedAt: number
}

/**
 * What one point of priority is worth. Ten minutes of waiting weigh as much as one point, so that a stream of important runs
 * holds the others up for a time and not for ever.
 */
export const headStartMilliseconds = 10 * 60_000

/** Below zero when `a` goes first, above when `b` does; equals keep the order in which they came. */
export function compareTurns(a: Claim, b: Claim): number {
  if (a.urgent !== b.urgent) return a.urgent ? -1 : 1
  return place(a) - place(b)
}

const place = ({ queuedAt, priority }: Claim) => queuedAt - priority * headStartMilliseconds

/**
 * The next to begin of those that wait, in the order of their turns; undefined when none may. What the first of them waits
 * for is taken by nobody else: work that needs both a server and a group would starve where each is free, but never both.
 */
export function nextTurn<T extends Claim>(waiting: readonly T[], running: Iterable<Claim>): T | undefined {
  const [first] = waiting
  if (!first) return undefined
  const servers = new Set<ServerId>()
  const groups = new Set<string | null>()
  const take = ({ serverId, group }: Claim) => {
    servers.add(serverId)
    if (group !== null) groups.add(group)
  }
  const isFree = ({ serverId, group }: Claim) => !servers.has(serverId) && !groups.has(group)
  for (const claim of running) take(claim)
  if (isFree(first)) return first
  take(first)
  return waiting.find(isFree)
}
