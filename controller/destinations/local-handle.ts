// Open files. Bun ends the process with an error when it collects one that nobody closed; an abandoned reader must not do that.
import { type FileHandle, open } from "node:fs/promises"

const held = new Set<FileHandle>()

/** As `open` of node:fs/promises. The handle is never collected; `closeHandle` gives it back. */
export async function openHandle(path: string, flags: number, mode?: number): Promise<FileHandle> {
  const handle = await open(path, flags, mode)
  held.add(handle)
  return handle
}

export async function closeHandle(handle: FileHandle): Promise<void> {
  held.delete(handle)
  await handle.close()
}
