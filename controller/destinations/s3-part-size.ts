// How an upload of unknown length is cut: S3 takes parts of at least 5 MiB, and at most 10,000 of them.

export const partsAtOnce = 2
export const maxParts = 10_000
const smallestBytes = 5 << 20
/** Equal up to here, which some stores insist on: 24 GiB. Then twice as large every 1,000 parts, which makes 327 GiB in all. */
const equalParts = 5_000

/** Size in bytes of a part, the last one excepted. `number` counts from 1. */
export function partBytes(number: number): number {
  return smallestBytes * 2 ** Math.max(0, Math.ceil((number - equalParts) / 1000))
}
