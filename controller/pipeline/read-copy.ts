// Reads a stored copy into memory, proven: for backups that are small, such as those of globals.
import { Writable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { Fault } from "../core/fault.ts"
import { endOf } from "./end.ts"
import { underFirstCause } from "./first-cause.ts"
import type { ProveRequest } from "./load.ts"
import { meter } from "./meter.ts"
import { openStoredCopy, requireRaw } from "./stored-copy.ts"

/** The dump as it left the server. Rejects as `proveCopy`, and with `restore-unsupported` for more than `mostBytes`. */
export async function readCopy(request: ProveRequest, mostBytes: number): Promise<Buffer> {
  const { rawBytes } = request.proof
  if (rawBytes > mostBytes)
    throw new Fault(
      "restore-unsupported",
      `the backup has ${rawBytes} bytes, more than the ${mostBytes} that are read at once`,
      {
        hint: "Apply it by hand with the commands in its manifest.",
      },
    )
  return await underFirstCause(request.signal, async (cause) => {
    const copy = await openStoredCopy(request, cause, request.onProgress)
    const raw = meter()
    const end = endOf(request.end)
    const chunks: Buffer[] = []
    const kept = new Writable({
      write(chunk: Buffer, _encoding, next) {
        chunks.push(chunk)
        next()
      },
    })
    for (const stream of [raw.stream, end.stream]) cause.watch(stream)
    await pipeline([...copy, raw.stream, end.stream, kept], { signal: cause.signal })
    requireRaw(request, raw.result())
    return Buffer.concat(chunks)
  })
}
