// The tables that a restore was asked for, as the head of an archive tells them, for the plan.
import { copiesToTry, nearestFirst } from "../core/copy-order.ts"
import { type Selected, type Selection, selectionOf } from "../core/selection.ts"
import { isBackup } from "../core/source-as-backup.ts"
import type { EngineRules } from "../engines/engine.ts"
import type { Selecting } from "../engines/selecting.ts"
import { readHead } from "../pipeline/head.ts"
import type { StoredCopy } from "../pipeline/stored-copy.ts"
import { ofFirstCopy } from "./first-copy.ts"
import { openedCopy } from "./good-copy.ts"
import { type FileDeps, fileToRead } from "./proven-file.ts"
import type { RestoreRequest } from "./restore.ts"
import { selectingOf } from "./selected-tables.ts"

/**
 * What they come to, by the nearest copy that can be read so far; null where all of it would have to be read. Throws a Fault as
 * `selectingOf` does, and as the restore would where no copy can be read.
 */
export async function selectedAhead(
  deps: Pick<FileDeps, "destinations" | "uploads" | "identities">,
  request: RestoreRequest,
  rules: EngineRules,
  signal: AbortSignal,
  present: Selection["present"] = null,
): Promise<Selected | null> {
  const { manifest, backup, options } = request
  const selection = selectionOf(options, present)
  if (selection.tables === undefined || manifest.format !== "archive") return null
  const lookInto = async (opened: StoredCopy) => {
    const selecting = selectingOf(rules, manifest, selection)
    if (selecting === null) return null
    await look(opened, selecting, signal)
    return selecting.selected()
  }
  if (!isBackup(request)) return await lookInto(fileToRead(deps, request))
  const copies = copiesToTry(nearestFirst(backup, (name) => deps.destinations.get(name)?.kind))
  return await ofFirstCopy(copies, (copy) => lookInto(openedCopy(deps, request, copy)), signal)
}

async function look(copy: StoredCopy, selecting: Selecting, signal: AbortSignal): Promise<void> {
  const take = (chunk: Buffer) => {
    selecting.push(chunk)
    return selecting.isKnown()
  }
  await readHead(copy, take, signal)
}
