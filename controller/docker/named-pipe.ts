// A named pipe between this process and a tool in a helper container: bytes pass through the kernel alone. Through an engine's stream each
// is copied several times more, by processor time that the dump or the load needs itself: 1 GB of PostgreSQL on 2 cores was dumped in
// 7.0 s through a pipe, where an exec through the engine took 8.5 s and the tool alone, writing to a file, 6.8 s.
import { closeSync, constants, openSync } from "node:fs"
import { chmod, mkdir, rm } from "node:fs/promises"
import { join } from "node:path"

export interface NamedPipe {
  /** On this process's side. */
  readonly path: string
  /** This process's end, non-blocking. */
  readonly fd: number
  /** To be called once the tool has opened its end: until then, this process stands in for it. The pipe has no name any more. */
  opened(): void
  /** Of this process's end, which the tool sees. May be called again. */
  close(): void
  /** Whatever is left of its name and of a pipe that no tool has opened. Never rejects. */
  remove(): Promise<void>
}

/** Rejects as the file system does, or where there is no `mkfifo`. @param folder made when it is not there @param does what this process does */
export async function makeNamedPipe(folder: string, does: "read" | "write"): Promise<NamedPipe> {
  const own = join(folder, crypto.randomUUID())
  const path = join(own, "pipe")
  await mkdir(own, { recursive: true, mode: 0o700 })
  let removing: Promise<void> | undefined
  const removeName = () => {
    removing ??= rm(own, { recursive: true, force: true }).catch(() => {})
    return removing
  }
  const open = new Set<number>()
  const close = (fd: number) => {
    if (open.delete(fd)) closeSync(fd)
  }
  try {
    const made = Bun.spawn(["mkfifo", path], { stdio: ["ignore", "ignore", "pipe"] })
    if ((await made.exited) !== 0) throw new Error((await new Response(made.stderr).text()).trim())
    // Whatever user the tool runs as: who may see it is decided by the folder.
    await chmod(path, 0o666)
    const { O_RDWR, O_RDONLY, O_WRONLY, O_NONBLOCK } = constants
    // In the tool's stead: without anybody at the other end, reading ends at once, and writing fails.
    const held = openSync(path, O_RDWR | O_NONBLOCK)
    open.add(held)
    const fd = openSync(path, (does === "read" ? O_RDONLY : O_WRONLY) | O_NONBLOCK)
    open.add(fd)
    return {
      path,
      fd,
      opened() {
        close(held)
        void removeName()
      },
      close: () => close(fd),
      async remove() {
        if (open.has(held)) for (const one of [...open]) close(one)
        await removeName()
      },
    }
  } catch (error) {
    for (const one of open) closeSync(one)
    await removeName()
    throw error
  }
}
