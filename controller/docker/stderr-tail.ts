// Keeps the last 16 KiB that a tool wrote to stderr, however much that is, in fixed memory.

/** Enough for the last messages of any dump tool. */
export const tailBytes = 16 * 1024

export interface StderrTail {
  take(chunk: Buffer): void
  /** As UTF-8; a character cut at the front is dropped. */
  text(): string
}

export function stderrTail(): StderrTail {
  const ring = Buffer.alloc(tailBytes)
  let seen = 0
  return {
    take(chunk) {
      const kept = chunk.subarray(Math.max(0, chunk.length - tailBytes))
      const at = (seen + chunk.length - kept.length) % tailBytes
      const fits = kept.copy(ring, at)
      kept.copy(ring, 0, fits)
      seen += chunk.length
    },
    text() {
      if (seen <= tailBytes) return ring.toString("utf8", 0, seen)
      const at = seen % tailBytes
      const tail = Buffer.concat([ring.subarray(at), ring.subarray(0, at)])
      let start = 0
      while (start < 4 && ((tail[start] ?? 0) & 0xc0) === 0x80) start++
      return tail.toString("utf8", start)
    },
  }
}
