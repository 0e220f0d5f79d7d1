// How the copy that was chosen is read: what must be at its end when it is proven, and what loads it.
import type { Manifest } from "../../schemas/manifest.ts"
import type { RestoreId, RestorePlan } from "../../schemas/restore.ts"
import { loadJobs } from "../core/parallel-load.ts"
import { expectedFrom, lacksSome } from "../core/restorable-part.ts"
import { selectionOf } from "../core/selection.ts"
import { bothOf, type Guard, guardAgainst } from "../engines/hostile.ts"
import { politely } from "../engines/polite.ts"
import { alsoSelecting, type Selecting } from "../engines/selecting.ts"
import type { StoredCopy } from "../pipeline/stored-copy.ts"
import type { Journal } from "./journal.ts"
import { loadRequest } from "./load-request.ts"
import type { Ready } from "./ready.ts"
import type { RestoreDeps, RestoreRequest } from "./restore.ts"
import { selectingOf } from "./selected-tables.ts"

/** Its bytes are proven, but not where they come from: somebody handed it in. */
const isOfOthers = ({ imported }: Manifest): boolean => imported !== undefined

export function loadingOf(
  deps: RestoreDeps,
  id: RestoreId,
  request: RestoreRequest,
  plan: RestorePlan,
  { look }: Ready,
  how: { readonly limitSeconds: number; readonly nice: boolean },
  journal: Journal,
  signal: AbortSignal,
) {
  const { manifest, options, backup } = request
  const { targetDatabase: name } = plan
  const onProgress = (bytes: number) => deps.catalogue.restoreProgress(id, bytes, plan.storedBytes)
  const jobs = options.mode === "globals" ? 1 : loadJobs(manifest, options)
  const selection = selectionOf(options)
  const isText = manifest.format === "sql"
  const isGuarded = isText && isOfOthers(manifest)
  /** Of the last reading. */
  let guard: Guard | null = null
  let selecting: Selecting | null = null
  /** After the proof, which shows what the dump does by itself. Our own of PostgreSQL has a key of its own from some version on. */
  const script = () => {
    const load = look.rules.load(name, manifest.format, look.access, {
      isPart: lacksSome(manifest),
      facts: expectedFrom(manifest),
      content: selection.content,
      withoutOwners: plan.owners === "drop",
      ...(jobs > 1 ? { parallel: { jobs, bytes: backup.proof.rawBytes } } : {}),
      unconfined: isText && guard !== null && !guard.confinesItself(),
    })
    return how.nice ? politely(load) : load
  }
  return {
    end() {
      const end = look.rules.end(manifest.format, manifest.subject)
      guard = isGuarded ? guardAgainst(look.rules.engine) : null
      selecting = selectingOf(look.rules, manifest, selection)
      const guarded = guard ? bothOf(end, guard) : end
      return selecting ? alsoSelecting(guarded, selecting) : guarded
    },
    /** After the proof; null: all of it is loaded. */
    selected: () => selecting?.selected() ?? null,
    load: (copy: StoredCopy) =>
      loadRequest(
        deps.docker,
        {
          ...{ copy, manifest, look, name, script, limitSeconds: how.limitSeconds, onProgress, journal },
          taking: selecting?.rewriter ?? null,
        },
        signal,
      ),
  }
}
