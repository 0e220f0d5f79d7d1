// What a tool in a helper container prints, by a named pipe.
import { Readable } from "node:stream"
import type { ExecProcess } from "../ports.ts"
import { litter } from "./litter.ts"
import type { NamedPipe } from "./named-pipe.ts"

/** To be called once the tool has opened the pipe, and once at most. Its end is that of the last one who holds it open for writing. */
export function outputOf(pipe: NamedPipe): Readable {
  pipe.opened()
  const reader = Bun.file(pipe.fd).stream().getReader()
  const behind = litter()
  const output = new Readable({
    highWaterMark: 1,
    read() {
      reader.read().then(
        ({ done, value }) => {
          behind.passed(value?.byteLength ?? 0)
          this.push(done ? null : Buffer.from(value.buffer, value.byteOffset, value.byteLength))
        },
        (error) => this.destroy(error),
      )
    },
    // Who still writes is told by SIGPIPE.
    destroy(error, done) {
      const end = () => {
        pipe.close()
        done(error)
      }
      reader.cancel().then(end, end)
    },
  })
  return output.once("close", behind.end)
}

/** The tool with its output from the pipe. Its end and all else are those of the tool, and either's breaking off is the other's. */
export function printingInto(tool: ExecProcess, pipe: NamedPipe): ExecProcess {
  const stdout = outputOf(pipe)
  const stream = tool.stdout.resume()
  stream.once("close", () => {
    if (!stream.readableEnded) stdout.destroy(stream.errored ?? undefined)
  })
  stdout
    .on("error", () => {}) // Told to who reads it, if anybody does.
    .once("close", () => {
      if (!stdout.readableEnded) stream.destroy()
    })
  return { ...tool, stdout }
}
