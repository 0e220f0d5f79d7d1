// Cuts passing bytes into blocks of one size, and works on some of them at a time, off the event loop; what comes out keeps their order.
import { Transform } from "node:stream"

/** What becomes of a block. Its bytes are used again once this has settled. Only the last one may be shorter, or empty when it is the only one. */
export type Work = (block: Buffer, isLast: boolean) => Promise<Uint8Array>

export interface Blocks {
  /** Resolves when more can be taken. */
  take(chunk: Buffer): Promise<void>
  /** The last block, and everything still under way. */
  end(): Promise<void>
}

/** A full block waits for the byte after it: only then is it known not to be the last. */
export function createBlocks(
  blockBytes: number,
  atATime: number,
  work: Work,
  push: (bytes: Uint8Array) => void,
): Blocks {
  let block: Buffer = Buffer.allocUnsafe(blockBytes)
  let filled = 0
  const spare: Buffer[] = []
  const underWay: { readonly block: Buffer; readonly result: Promise<Uint8Array> }[] = []

  function dispatch(isLast: boolean): void {
    const result = work(block.subarray(0, filled), isLast)
    result.catch(() => {}) // Reported where it is awaited; a destroyed stream awaits it no more.
    underWay.push({ block, result })
    block = spare.pop() ?? Buffer.allocUnsafe(blockBytes)
    filled = 0
  }
  async function oldest(): Promise<void> {
    const first = underWay.shift()
    if (!first) return
    push(await first.result)
    spare.push(first.block)
  }

  return {
    async take(chunk) {
      for (let at = 0; at < chunk.length; ) {
        if (filled === blockBytes) {
          dispatch(false)
          if (underWay.length >= atATime) await oldest()
        }
        const copied = chunk.copy(block, filled, at)
        at += copied
        filled += copied
      }
    },
    async end() {
      dispatch(true)
      while (underWay.length > 0) await oldest()
    },
  }
}

export function inBlocks(blockBytes: number, atATime: number, work: Work): Transform {
  const blocks = createBlocks(blockBytes, atATime, work, (bytes) => void stream.push(bytes))
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      blocks.take(chunk).then(() => next(), next)
    },
    flush(next) {
      blocks.end().then(() => next(), next)
    },
  })
  return stream
}
