// An event stream that the test drives in place of the browser's.
import { act } from "@testing-library/react"
import type { EventStream } from "../../../dashboard/src/lib/events.ts"
import type { Event as ControllerEvent } from "../../../schemas/api.ts"

const browserStates = { connecting: 0, open: 1, closed: 2 } as const

export interface DrivenStream {
  readonly stream: EventStream
  open(): void
  send(event: ControllerEvent): void
  /** `connecting`: the browser tries again by itself; `closed`: it has given up. */
  fail(then: "connecting" | "closed"): void
}

export function drivenStream(): DrivenStream {
  const listeners = new Map<string, (message: MessageEvent) => void>()
  const state = { readyState: browserStates.connecting as number }
  const stream = {
    onopen: null,
    onerror: null,
    close: () => undefined,
    addEventListener: (name: string, listener: (message: MessageEvent) => void) =>
      listeners.set(name, listener),
  } as unknown as EventStream
  Object.defineProperty(stream, "readyState", { get: () => state.readyState })
  const call = (handler: unknown) => act(() => (handler as () => void)())
  return {
    stream,
    open() {
      state.readyState = browserStates.open
      call(stream.onopen)
    },
    send({ name, data }) {
      act(() => listeners.get(name)?.(new MessageEvent(name, { data: JSON.stringify(data) })))
    },
    fail(then) {
      state.readyState = browserStates[then]
      call(stream.onerror)
    },
  }
}
