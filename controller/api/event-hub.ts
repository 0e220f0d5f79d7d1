// Hands events to whoever follows, and keeps the last thousand for those who come back after a break.
import type { Event } from "../../schemas/api.ts"
import type { Clock, EventHub, Log } from "../ports.ts"

interface Options {
  readonly clock?: Clock
  readonly log?: Log
  /** How many past events can be replayed. */
  readonly keep?: number
}

export function createEventHub({
  clock = () => new Date(),
  log = () => {},
  keep = 1_000,
}: Options = {}): EventHub {
  const kept: { readonly id: number; readonly event: Event }[] = []
  const followers = new Set<(id: number, event: Event) => void>()
  // Microseconds, so that ids rise over restarts too: one from before never hides what came after.
  let lastId = clock().getTime() * 1_000

  return {
    publish(event) {
      const id = ++lastId
      kept.push({ id, event })
      if (kept.length > keep) kept.shift()
      for (const receive of [...followers]) {
        try {
          receive(id, event)
        } catch (error) {
          // One broken follower must not fail the work that is being told of, nor the other followers.
          followers.delete(receive)
          log("error", "a follower of the events threw and is told no more", {
            stack: error instanceof Error ? error.stack : String(error),
          })
        }
      }
    },
    subscribe(after, receive) {
      // A function of its own for each subscription, so that ending one never ends another.
      const follower = (id: number, event: Event) => receive(id, event)
      if (after !== null) for (const { id, event } of kept) if (id > after) follower(id, event)
      followers.add(follower)
      return () => void followers.delete(follower)
    },
  }
}
