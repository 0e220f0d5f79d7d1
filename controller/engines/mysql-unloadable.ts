// What the dump tools of MySQL and MariaDB write and no server loads: a number from which an ARCHIVE table counts on, which its own rows are
// then below; and a lock on a table whose columns ask a sequence, which is not locked with it.
import type { Passage } from "./mysql-rewriter.ts"

const longest = 512
const isWhole = (bytes: Buffer) => bytes.length === longest || bytes.indexOf("\n", 1) > 0

/** Its rows make it count from the same number. */
export const archiveCount: Passage = {
  begin: Buffer.from("\n) ENGINE=ARCHIVE AUTO_INCREMENT="),
  mostBytes: longest,
  isWhole,
  instead(text) {
    const counted = /^\n\) ENGINE=ARCHIVE AUTO_INCREMENT=\d+/.exec(text)
    return counted ? { length: counted[0].length, piece: "\n) ENGINE=ARCHIVE" } : undefined
  },
}

/** Of a dump that has sequences, which stand before its tables. The locks only make a load a little faster. */
export function locksBesideSequences(): readonly Passage[] {
  let hasSequences = false
  return [
    {
      begin: Buffer.from("\n-- Sequence structure for `"),
      mostBytes: longest,
      isWhole: () => true,
      instead() {
        hasSequences = true
        return undefined
      },
    },
    {
      begin: Buffer.from("\nLOCK TABLES `"),
      mostBytes: longest,
      isWhole,
      instead(text) {
        const lock = hasSequences ? /^\nLOCK TABLES `(?:[^`]|``)+` WRITE;/.exec(text) : null
        return lock ? { length: lock[0].length, piece: "\n-- not locked, for the sequences" } : undefined
      },
    },
  ]
}
