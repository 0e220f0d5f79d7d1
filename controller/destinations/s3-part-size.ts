// How an upload is cut: S3 takes parts of at least 5 MiB and at most 5 GiB, and at most 10,000 of them.

export const partsAtOnce = 2
export const maxParts = 10_000
const smallestBytes = 5 << 20
const largestBytes = 5 * 2 ** 30
const wholeBytes = 1 << 20

/** Equal up to here, which some stores insist on: 24 GiB. Then twice as large every 1,000 parts, which makes 327 GiB in all. */
const unknown = { equalParts: 5000, every: 1000 }
/** An expected size, and a quarter more, fits into equal parts. A dump that has doubled still fits. */
const known = { equalParts: 9000, every: 200 }
const roomToGrow = 1.25

/**
 * Size in bytes of a part, the last one excepted. `number` counts from 1.
 * @param expectedBytes of the whole; undefined when nothing is known
 */
export function partBytes(number: number, expectedBytes?: number): number {
  const { equalParts, every } = expectedBytes === undefined ? unknown : known
  const fitting = ((expectedBytes ?? 0) * roomToGrow) / equalParts
  const equal = Math.max(smallestBytes, Math.ceil(fitting / wholeBytes) * wholeBytes)
  const doublings = Math.max(0, Math.ceil((number - equalParts) / every))
  return Math.min(largestBytes, equal * 2 ** doublings)
}
