// GET /api/events: server-sent events, from the first byte at once to the last for as long as the client listens.
import type { Event } from "../../schemas/api.ts"
import { textsWithPrefix } from "../core/label-prefix.ts"
import type { EventHub } from "../ports.ts"
import { Refusal } from "./refusal.ts"
import { readQuery } from "./request.ts"
import type { Router } from "./router.ts"
import type { Services } from "./services.ts"

const pingMilliseconds = 15_000
// What a client may be behind. One that is slower is cut off: it comes back with Last-Event-ID and is replayed what it missed.
const mostUnreadBytes = 1024 * 1024

export function mountEvents(app: Router, { events, info }: Pick<Services, "events" | "info">): void {
  app.get("/api/events", (c) => {
    readQuery(c)
    const lastId = readLastId(c.req.header("last-event-id"))
    // Bun closes a connection that is quiet for longer than its idle timeout.
    c.env?.server?.timeout(c.req.raw, 0)
    c.header("Content-Type", "text/event-stream")
    c.header("Cache-Control", "no-store, no-transform")
    c.header("X-Accel-Buffering", "no")
    return c.body(eventStream(worded(events, info.labelPrefix), lastId))
  })
}

/** The same events, their texts with the prefix that labels have. */
const worded = (events: EventHub, prefix: string): Pick<EventHub, "subscribe"> => ({
  subscribe: (after, receive) =>
    events.subscribe(after, (id, event) => receive(id, textsWithPrefix(event, prefix))),
})

function readLastId(header: string | undefined): number | null {
  if (header === undefined || header === "") return null
  if (/^\d{1,16}$/.test(header)) return Number(header)
  throw new Refusal({
    status: 400,
    code: "VALIDATION_ERROR",
    message: "the header Last-Event-ID is not an id of an event",
    hint: "Send the id of the last event received, or leave the header out.",
  })
}

/** The stream's text. It subscribes when it is first read and unsubscribes when the client goes, or is too slow. */
export function eventStream(
  events: Pick<EventHub, "subscribe">,
  lastId: number | null,
  everyMilliseconds = pingMilliseconds,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let stop: (() => void) | undefined

  function begin(controller: ReadableStreamDefaultController<Uint8Array>): void {
    const send = (text: string) => {
      // With a high-water mark of 0, the desired size is what lies unread, negated.
      if (-(controller.desiredSize ?? 0) > mostUnreadBytes) {
        stop?.()
        controller.close()
      } else controller.enqueue(encoder.encode(text))
    }
    let unsubscribe: (() => void) | undefined
    const ping = setInterval(() => send(": ping\n\n"), everyMilliseconds)
    let stopped = false
    stop = () => {
      stopped = true
      clearInterval(ping)
      unsubscribe?.()
    }
    // Headers go out with the first write, so something is written at once.
    send(": connected\n\n")
    unsubscribe = events.subscribe(lastId, (id, event) => {
      if (!stopped) send(textOf(id, event))
    })
    if (stopped) unsubscribe()
  }

  return new ReadableStream<Uint8Array>(
    {
      // Not in start: the body of an answer to HEAD is never read, and never cancelled.
      pull(controller) {
        if (stop === undefined) begin(controller)
      },
      cancel: () => stop?.(),
    },
    { highWaterMark: 0, size: (chunk) => chunk?.byteLength ?? 0 },
  )
}

function textOf(id: number, { name, data }: Event): string {
  return `id: ${id}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`
}
