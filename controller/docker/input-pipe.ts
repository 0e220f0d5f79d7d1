// What a tool in a helper container is fed, by a named pipe.
import { Writable } from "node:stream"
import type { ExecProcess } from "../ports.ts"
import type { NamedPipe } from "./named-pipe.ts"
import { notRead } from "./tool-input.ts"

/** What to have under way, so that the tool does not wait for us. */
const bufferBytes = 256 * 1024

/**
 * To be called once the tool has opened the pipe, and once at most. A tool takes the end of its input for a complete one: only the orderly
 * end is one. When this stream is destroyed before, the pipe stays open until the tool is gone.
 * @param abandon ends the tool, and resolves when it is gone
 */
export function inputOf(pipe: NamedPipe, abandon: (reason: Error) => Promise<unknown>): Writable {
  pipe.opened()
  const sink = Bun.file(pipe.fd).writer({ highWaterMark: 1 })
  const written = async (chunk: Buffer): Promise<void> => {
    await sink.write(chunk)
    await sink.flush()
  }
  // The sink has a handle of its own. What it still holds of a tool that is gone is no matter.
  const close = async (): Promise<void> => {
    await Promise.resolve(sink.end()).catch(() => {})
    pipe.close()
  }
  const input = new Writable({
    highWaterMark: bufferBytes,
    write(chunk: Buffer, _encoding, next) {
      written(chunk).then(
        () => next(),
        (error) => next(notRead(error)),
      )
    },
    final(next) {
      close().then(() => next())
    },
    destroy(error, next) {
      if (!input.writableFinished)
        void abandon(error ?? new Error("the input was dropped")).then(close, close)
      next(error)
    },
  })
  // Whoever writes hears of an error by their pipeline; one that comes later must not end the process.
  return input.on("error", () => {})
}

/** The tool with its input by the pipe. Once it has ended, nobody waits for it to read on. */
export function fedBy(tool: ExecProcess, pipe: NamedPipe): ExecProcess {
  const own = tool.stdin
  if (own === null) return tool
  const gone = tool.exit.catch(() => {})
  const stdin = inputOf(pipe, (reason) => {
    own.destroy(reason)
    return gone
  })
  void gone.then(() => stdin.writableFinished || stdin.destroy(notRead()))
  return { ...tool, stdin }
}
