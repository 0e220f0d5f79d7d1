// A stage that passes on what an engine makes of a dump's text.
import { Transform } from "node:stream"
import type { Rewriter } from "../ports.ts"

export function rewriting(rewriter: Rewriter): Transform {
  return new Transform({
    transform(chunk, _encoding, next) {
      for (const piece of rewriter.push(chunk)) this.push(piece)
      next()
    },
    flush(next) {
      for (const piece of rewriter.end()) this.push(piece)
      next()
    },
  })
}
