// Streams a stored file, its errors as Faults.
import { constants } from "node:fs"
import type { FileHandle } from "node:fs/promises"
import { Readable } from "node:stream"
import { closeHandle, openHandle } from "./local-handle.ts"

const chunkBytes = 256 << 10

/** Rejects as `open` does. A link in the place of the file is refused (ELOOP). */
export async function readFrom(path: string, faultOf: (error: unknown) => Error): Promise<Readable> {
  const handle = await openHandle(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  let reading: Promise<unknown> = Promise.resolve()
  return new Readable({
    highWaterMark: chunkBytes,
    read() {
      const chunk = Buffer.allocUnsafeSlow(chunkBytes)
      const read = handle.read(chunk, 0, chunkBytes)
      reading = read.then(
        ({ bytesRead }) => void this.push(bytesRead === 0 ? null : chunk.subarray(0, bytesRead)),
        (error) => void this.destroy(faultOf(error)),
      )
    },
    destroy(error, done) {
      closeAfter(reading, handle).then(() => done(error))
    },
  })
}

/** Not before the last read is over: its descriptor's number may be another file's by then. */
async function closeAfter(reading: Promise<unknown>, handle: FileHandle): Promise<void> {
  await reading.catch(() => {})
  await closeHandle(handle).catch(() => {})
}
