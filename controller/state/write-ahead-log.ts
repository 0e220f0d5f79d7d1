// Whether SQLite's write-ahead log was damaged. SQLite itself reads it as far as its checksums hold, and forgets the rest without a word.
// The format: https://sqlite.org/fileformat2.html#the_write_ahead_log
import { existsSync, readFileSync } from "node:fs"

const headerBytes = 32
const frameHeaderBytes = 24
/** In its last bit the magic number says in which byte order the checksums are. */
const magic = 0x377f0682

/**
 * True when frames that belong to the log stand behind one that does not hold: what they recorded is lost. A power cut in the
 * middle of a write can look the same.
 */
export function isLogCut(path: string): boolean {
  if (!existsSync(path)) return false
  const log = readFileSync(path)
  // An empty one, or one whose first header was never written whole, holds nothing.
  if (log.length < headerBytes) return log.length > 0
  const word = (at: number) => log.readUInt32BE(at)
  if ((word(0) & ~1) !== magic) return true
  const little = (word(0) & 1) === 0
  const sum: [number, number] = [0, 0]
  const add = (from: number, to: number) => {
    for (let at = from; at < to; at += 8) {
      const one = little ? log.readUInt32LE(at) : log.readUInt32BE(at)
      const two = little ? log.readUInt32LE(at + 4) : log.readUInt32BE(at + 4)
      sum[0] = (sum[0] + one + sum[1]) >>> 0
      sum[1] = (sum[1] + two + sum[0]) >>> 0
    }
  }
  const holds = (at: number) => word(at) === sum[0] && word(at + 4) === sum[1]
  add(0, 24)
  if (!holds(24)) return true
  const pageBytes = word(8) === 1 ? 65_536 : word(8)
  const frameBytes = frameHeaderBytes + pageBytes
  let whole = true
  for (let at = headerBytes; at + frameBytes <= log.length; at += frameBytes) {
    // Frames of an earlier round of the log are left in the file, and have other salts.
    const isOfThisRound = word(at + 8) === word(16) && word(at + 12) === word(20)
    if (!whole) {
      if (isOfThisRound) return true
      continue
    }
    add(at, at + 8)
    add(at + frameHeaderBytes, at + frameBytes)
    whole = isOfThisRound && holds(at + 16)
    if (!whole && isOfThisRound) return true
  }
  return false
}
