// Looks at what a tool's output begins with, and leaves it there for whoever reads it next.
import { Readable } from "node:stream"

export interface FirstBytes {
  /** The same output, from its beginning. */
  readonly stdout: Readable
  /** `enough` was seen; `late`: not in time; `over`: it ended or broke before. */
  readonly outcome: "enough" | "late" | "over"
}

/** Never rejects: what broke tells so to whoever reads it. */
export function firstBytes(
  stdout: Readable,
  isEnough: (seen: Buffer) => boolean,
  patienceMilliseconds: number,
): Promise<FirstBytes> {
  return new Promise((resolve) => {
    let seen: Buffer = Buffer.alloc(0)
    let isSettled = false
    const settle = (outcome: FirstBytes["outcome"], rest: Readable = stdout) => {
      if (isSettled) return
      isSettled = true
      clearTimeout(timer)
      for (const [event, listener] of Object.entries(listeners)) stdout.off(event, listener)
      if (rest === stdout && !stdout.destroyed && seen.length > 0) stdout.unshift(seen)
      resolve({ stdout: rest, outcome })
    }
    const look = () => {
      while (!isSettled) {
        const chunk = stdout.read()
        if (chunk === null) return
        seen = Buffer.concat([seen, chunk])
        if (isEnough(seen)) settle("enough")
      }
    }
    const listeners = {
      readable: look,
      // Nothing can be put back any more.
      end: () => settle("over", Readable.from(seen.length > 0 ? [seen] : [], { objectMode: false })),
      error: () => settle("over"),
      close: () => settle("over"),
    }
    const timer = setTimeout(() => settle("late"), patienceMilliseconds)
    for (const [event, listener] of Object.entries(listeners)) stdout.on(event, listener)
    look()
  })
}
