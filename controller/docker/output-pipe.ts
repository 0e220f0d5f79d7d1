// A named pipe that a tool in a helper container writes to and this process reads: its bytes pass through the kernel alone. Through
// an engine's stream each is copied several times more, by processor time that the dump needs itself: 1 GB of PostgreSQL on 2 cores
// took 7.0 s through a pipe, where an exec through the engine took 8.5 s and the tool alone, writing to a file, 6.8 s.
import { closeSync, constants, openSync } from "node:fs"
import { chmod, mkdir, rm } from "node:fs/promises"
import { join } from "node:path"
import { Readable } from "node:stream"
import type { ExecProcess } from "../ports.ts"

export interface OutputPipe {
  /** On this process's side. */
  readonly path: string
  /**
   * To be called once the tool has opened it, and once at most. Its end is that of the last one who holds it open for writing. It has no
   * name any more.
   */
  read(): Readable
  /** Whatever is left of it. Never rejects. */
  remove(): Promise<void>
}

/** Rejects as the file system does, or where there is no `mkfifo`. @param folder made when it is not there */
export async function makeOutputPipe(folder: string): Promise<OutputPipe> {
  const own = join(folder, crypto.randomUUID())
  const path = join(own, "output")
  await mkdir(own, { recursive: true, mode: 0o700 })
  let removing: Promise<void> | undefined
  const remove = () => {
    removing ??= rm(own, { recursive: true, force: true }).catch(() => {})
    return removing
  }
  const opened: number[] = []
  const close = (fd: number) => {
    opened.splice(opened.indexOf(fd), 1)
    closeSync(fd)
  }
  try {
    const made = Bun.spawn(["mkfifo", path], { stdio: ["ignore", "ignore", "pipe"] })
    if ((await made.exited) !== 0) throw new Error((await new Response(made.stderr).text()).trim())
    // Whatever user the tool runs as: who may see it is decided by the folder.
    await chmod(path, 0o666)
    const { O_RDWR, O_RDONLY, O_NONBLOCK } = constants
    // Held for writing too until the tool holds it: without a writer its end would be there at once.
    const held = openSync(path, O_RDWR | O_NONBLOCK)
    opened.push(held)
    const fd = openSync(path, O_RDONLY | O_NONBLOCK)
    opened.push(fd)
    return {
      path,
      read() {
        close(held)
        void remove()
        return readingFrom(fd, () => close(fd))
      },
      async remove() {
        // The reading side is the stream's own, once there is one.
        if (opened.includes(held)) for (const one of [...opened]) close(one)
        await remove()
      },
    }
  } catch (error) {
    for (const one of opened) closeSync(one)
    await remove()
    throw error
  }
}

function readingFrom(fd: number, close: () => void): Readable {
  const reader = Bun.file(fd).stream().getReader()
  return new Readable({
    highWaterMark: 1,
    read() {
      reader.read().then(
        ({ done, value }) =>
          this.push(done ? null : Buffer.from(value.buffer, value.byteOffset, value.byteLength)),
        (error) => this.destroy(error),
      )
    },
    // Who still writes is told by SIGPIPE.
    destroy(error, done) {
      const end = () => {
        close()
        done(error)
      }
      reader.cancel().then(end, end)
    },
  })
}

/** The tool with its output from the pipe. Its end and all else are those of the tool, and either's breaking off is the other's. */
export function throughPipe(tool: ExecProcess, pipe: OutputPipe): ExecProcess {
  const stdout = pipe.read()
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
