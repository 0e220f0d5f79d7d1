// Takes some tables out of an archive of pg_dump: by its table of contents, which stands before all rows.
import { Fault } from "../core/fault.ts"
import type { Selection } from "../core/selection.ts"
import { type ArchiveChoice, chooseEntries } from "./archive-choice.ts"
import { archiveContents } from "./archive-entries.ts"
import { onlyEntries } from "./archive-rewriter.ts"
import type { Selecting } from "./selecting.ts"

export function archiveSelecting(selection: Selection): Selecting {
  const contents = archiveContents()
  let choice: ArchiveChoice | undefined
  const chosen = (): ArchiveChoice => {
    const entries = contents.entries()
    if (!entries)
      throw new Fault("dump-truncated", "the archive ends inside its table of contents", {
        hint: "The bytes stopped before the dump was complete. Restore another copy or backup.",
      })
    choice ??= chooseEntries(entries, selection)
    return choice
  }
  return {
    push: contents.push,
    finish: () => {
      chosen()
    },
    isKnown: () => contents.entries() !== undefined,
    selected: chosen,
    rewriter: () =>
      onlyEntries(chosen().kept, Math.max(0, ...(contents.entries() ?? []).map(({ id }) => id))),
  }
}
