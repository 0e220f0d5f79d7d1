// The tables that a restore was asked for, as the head of an archive tells them, for the plan.
import { copiesToTry, nearestFirst } from "../core/copy-order.ts"
import { type Selected, type Selection, selectionOf } from "../core/selection.ts"
import type { EngineRules } from "../engines/engine.ts"
import type { Selecting } from "../engines/selecting.ts"
import { readHead } from "../pipeline/head.ts"
import type { StoredCopy } from "../pipeline/stored-copy.ts"
import { ofFirstCopy } from "./first-copy.ts"
import { type CopyDeps, openedCopy } from "./good-copy.ts"
import type { RestoreRequest } from "./restore.ts"
import { selectingOf } from "./selected-tables.ts"

/**
 * What they come to, by the nearest copy that can be read so far; null where all of it would have to be read. Throws a Fault as
 * `selectingOf` does, and as the restore would where no copy can be read.
 */
export async function selectedAhead(
  deps: Pick<CopyDeps, "destinations" | "identities">,
  request: RestoreRequest,
  rules: EngineRules,
  signal: AbortSignal,
  present: Selection["present"] = null,
): Promise<Selected | null> {
  const { manifest, backup, options } = request
  const selection = selectionOf(options, present)
  if (selection.tables === undefined || manifest.format !== "archive") return null
  const copies = copiesToTry(nearestFirst(backup, (name) => deps.destinations.get(name)?.kind))
  return await ofFirstCopy(
    copies,
    async (copy) => {
      const selecting = selectingOf(rules, manifest, selection)
      if (selecting === null) return null
      await look(openedCopy(deps, request, copy), selecting, signal)
      return selecting.selected()
    },
    signal,
  )
}

async function look(copy: StoredCopy, selecting: Selecting, signal: AbortSignal): Promise<void> {
  const take = (chunk: Buffer) => {
    selecting.push(chunk)
    return selecting.isKnown()
  }
  await readHead(copy, take, signal)
}
