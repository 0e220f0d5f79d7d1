// The page's one event stream: opens it, reopens it, and passes each event on as a typed value.
import type { QueryClient } from "@tanstack/react-query"
import { Event } from "../../../schemas/api.ts"
import { applyEvent } from "./apply-event.ts"
import type { ConnectionStore } from "./connection.ts"

const eventNames = Event.options.map((option) => option.shape.name.value)

/** The part of EventSource that is used. */
export type EventStream = Pick<
  EventSource,
  "readyState" | "addEventListener" | "close" | "onopen" | "onerror"
>
const closed = 2

/** Back-off of streams that the browser gave up on: 1 s, doubling, at most 30 s. */
const retryMs = (attempt: number) => Math.min(1000 * 2 ** attempt, 30_000)

/** Follows the controller's events until the returned function is called. */
export function followEvents(
  client: QueryClient,
  connection: ConnectionStore,
  open: (url: string) => EventStream = (url) => new EventSource(url),
): () => void {
  let stream: EventStream | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let attempt = 0
  let missed = false

  const start = () => {
    stream = open("/api/events")
    stream.onopen = () => {
      attempt = 0
      connection.heard(new Date())
      // Whatever happened in between was not heard: ask for all of it again.
      if (missed) void client.invalidateQueries()
      missed = false
    }
    stream.onerror = () => {
      missed = true
      connection.lost()
      if (stream?.readyState !== closed) return // the browser reconnects by itself
      timer = setTimeout(start, retryMs(attempt))
      attempt += 1
    }
    for (const name of eventNames) {
      stream.addEventListener(name, (message) => {
        connection.heard(new Date())
        const event = eventOf(name, (message as MessageEvent<string>).data)
        if (event) applyEvent(client, event)
      })
    }
  }
  start()
  return () => {
    clearTimeout(timer)
    stream?.close()
  }
}

/** Undefined for data of another shape: a newer controller may say more than this page knows. */
function eventOf(name: string, data: string): Event | undefined {
  try {
    return Event.safeParse({ name, data: JSON.parse(data) }).data
  } catch {
    return undefined
  }
}
