// The tables that a restore was asked for, as the head of an archive tells them, for the plan.
import { copyOf } from "../core/restore-plan.ts"
import { type Selected, type Selection, selectionOf } from "../core/selection.ts"
import type { EngineRules } from "../engines/engine.ts"
import { readHead } from "../pipeline/head.ts"
import type { RestoreDeps, RestoreRequest } from "./restore.ts"
import { copyToRead } from "./restore-loading.ts"
import { selectingOf } from "./selected-tables.ts"

/** What they come to, by the head of the copy that will be restored; null where all of it would have to be read. Throws as the restore would. */
export async function selectedAhead(
  deps: Pick<RestoreDeps, "destinations" | "identities">,
  request: RestoreRequest,
  rules: EngineRules,
  signal: AbortSignal,
  present: Selection["present"] = null,
): Promise<Selected | null> {
  const { manifest, backup, options } = request
  const selection = selectionOf(options, present)
  if (selection.tables === undefined || manifest.format !== "archive") return null
  const selecting = selectingOf(rules, manifest, selection)
  if (selecting === null) return null
  const copy = copyToRead(deps, request, copyOf(backup).destination, signal)
  const take = (chunk: Buffer) => {
    selecting.push(chunk)
    return selecting.isKnown()
  }
  await readHead(copy, take, signal)
  return selecting.selected()
}
