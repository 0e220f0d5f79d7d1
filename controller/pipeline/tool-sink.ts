// Feeds a tool's stdin at the tool's pace. Only the orderly end closes it: a tool takes a closed input for a complete one.
import { Writable } from "node:stream"
import { unwatched, type Watch } from "./stall.ts"

/**
 * Destroying this stream leaves stdin open, so that the tool can be ended before its input is. When stdin breaks, the
 * stream fails with what `why` finds out. `watch` is told when the tool is waited for, to the end of the tool.
 */
export function toolSink(
  stdin: Writable,
  why: (error: Error) => Promise<Error>,
  watch: Watch = unwatched,
): Writable {
  let waiting: (() => void) | undefined
  const proceed = (): void => {
    const next = waiting
    waiting = undefined
    watch.moved()
    if (stdin.writableEnded) watch.waits()
    next?.()
  }
  const sink = new Writable({
    write(chunk: Buffer, _encoding, next) {
      if (stdin.write(chunk)) return next()
      waiting = next
      watch.waits()
    },
    final(next) {
      waiting = next
      watch.waits()
      stdin.end()
    },
  })
  let broken = false
  const onBroken = (error: Error): void => {
    if (broken || stdin.writableFinished) return
    broken = true
    why(error).then((cause) => sink.destroy(cause))
  }
  stdin.on("drain", proceed)
  stdin.on("finish", proceed)
  stdin.on("error", onBroken)
  stdin.on("close", () => onBroken(new Error("closed early")))
  return sink
}
