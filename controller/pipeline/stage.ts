// What a step of the byte path is: a stream for the bytes, and a fact that is known once they have all passed.
import type { Duplex } from "node:stream"

export interface Stage<Result> {
  readonly stream: Duplex
  /** Valid once the pipeline has resolved; throws before. */
  result(): Result
}

export interface Measure {
  readonly bytes: number
  /** Lower-case hex. */
  readonly sha256: string
}
