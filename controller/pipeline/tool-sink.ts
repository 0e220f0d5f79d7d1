// Feeds a tool's stdin at the tool's pace. Only the orderly end closes it: a tool takes a closed input for a complete one.
import { Writable } from "node:stream"

/**
 * Destroying this stream leaves stdin open, so that the tool can be ended before its input is. When stdin breaks, the
 * stream fails with what `why` finds out.
 */
export function toolSink(stdin: Writable, why: (error: Error) => Promise<Error>): Writable {
  let waiting: (() => void) | undefined
  const proceed = (): void => {
    const next = waiting
    waiting = undefined
    next?.()
  }
  const sink = new Writable({
    write(chunk: Buffer, _encoding, next) {
      if (stdin.write(chunk)) next()
      else waiting = next
    },
    final(next) {
      waiting = next
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
