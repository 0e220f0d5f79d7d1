// A stage that passes on what an engine makes of a dump's text.
import { Transform } from "node:stream"
import type { Rewriter } from "../ports.ts"

type Make = (() => Rewriter) | undefined

/** What the second one makes of what the first one makes; one alone, where the other is missing. */
export function inTurn(first: Make, second: Make): Make {
  if (!first || !second) return first ?? second
  return () => {
    const [one, other] = [first(), second()]
    const all = (pieces: readonly Buffer[]) => pieces.flatMap((piece) => other.push(piece))
    return { push: (chunk) => all(one.push(chunk)), end: () => [...all(one.end()), ...other.end()] }
  }
}

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
