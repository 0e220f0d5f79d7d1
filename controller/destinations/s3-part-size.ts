// How an upload of unknown length is cut: S3 takes at most 10,000 parts, and all but the last must be equal at some stores.

const maxParts = 10_000
/** 10,000 of these are 78 GiB. Memory while uploading: about four parts (two under way, one gathered, one being cut off). */
const smallestPartBytes = 8 << 20
const largestPartBytes = 512 << 20
export const partsAtOnce = 2

/** Leaves room for a dump four times as large as the largest one known, which may be 0. */
export function partSizeFor(largestKnownBytes: number): number {
  const mebibytes = Math.ceil((largestKnownBytes * 4) / maxParts / (1 << 20))
  return Math.min(Math.max(mebibytes << 20, smallestPartBytes), largestPartBytes)
}
