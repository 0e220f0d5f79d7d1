// What an archive's table of contents tells to whoever asks.
import type { ArchiveHeader } from "./archive-bytes.ts"

export type ArchiveHead = Pick<ArchiveHeader, "serverVersion" | "toolVersion" | "compression">

/** What the table of contents says of one object. */
export interface HeardEntry {
  /** In pg_dump's words: TABLE, TABLE DATA, ACL … */
  readonly kind: string
  readonly name: string
  readonly owner: string
  /** The statements that make it, as far as they are not too long. */
  readonly definition: string
  /** The statement that reads its rows. */
  readonly copy: string
  /** Where its data is, in the formats of several files; empty when it has none. */
  readonly file: string
}

/** Hears what is in the table of contents. Absent: nobody asks. */
export interface ArchiveHeard {
  head(head: ArchiveHead): void
  entry(entry: HeardEntry): void
}
