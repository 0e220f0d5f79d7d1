// A tool's stdin: ending it half-closes the connection, which the tool sees as the end of its input.
import { type Duplex, Writable } from "node:stream"
import { Fault } from "../core/fault.ts"

/** What to have under way, so that the tool does not wait for us. */
const bufferBytes = 256 * 1024

/**
 * @param abandon called when the input breaks off. It must end the tool before the connection is closed, because a tool takes
 * that for the end of its input, and may well succeed with half of it.
 */
export function toolInput(connection: Duplex, abandon: (reason: unknown) => void): Writable {
  const input = new Writable({
    highWaterMark: bufferBytes,
    write(chunk: Buffer, _encoding, next) {
      connection.write(chunk, (error) => next(error ? notRead(error) : null))
    },
    final(next) {
      connection.end(next)
    },
    destroy(error, next) {
      if (!input.writableFinished) abandon(error ?? new Error("the input was dropped"))
      next(error)
    },
  })
  // Whoever writes hears of an error by their pipeline; one that comes later must not end the process.
  return input.on("error", () => {})
}

export function notRead(cause?: Error): Fault {
  return new Fault("docker-error", "the tool ended before it had read all of its input", {
    hint: "Its exit code and its last messages say why.",
    cause,
  })
}
