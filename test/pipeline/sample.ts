// Small things the byte path's tests share: an end detector for text, sources of bytes, and what a promise fails with.
import { createHash } from "node:crypto"
import { Readable } from "node:stream"
import { Fault } from "../../controller/core/fault.ts"
import type { EndDetector } from "../../controller/ports.ts"

/** Wants the last bytes to be `-- done`. */
export function trailer(): EndDetector {
  let tail = ""
  let bytes = 0
  return {
    push(chunk) {
      bytes += chunk.length
      tail = (tail + chunk.subarray(-64).toString("latin1")).slice(-16)
    },
    finish() {
      if (bytes === 0) throw new Fault("dump-empty", "the dump is empty")
      if (!tail.endsWith("-- done\n")) throw new Fault("dump-truncated", "the trailer is missing")
      return "the trailer"
    },
    held: () => ({}),
  }
}

export const explain = (code: number, stderr: string): Fault =>
  new Fault("dump-failed", `the tool exited ${code}: ${stderr.trim()}`)

export function inChunks(bytes: Buffer, size: number): Readable {
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) =>
    bytes.subarray(n * size, (n + 1) * size),
  )
  return Readable.from(chunks, { objectMode: false })
}

export function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex")
}

/** What a promise rejects with; fails when it resolves. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  const settled = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  )
  if ("error" in settled) return settled.error
  throw new Error(`expected a failure, got ${JSON.stringify(settled.value)}`)
}
