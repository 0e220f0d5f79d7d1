// How the copy that was chosen is read: what must be at its end when it is proven, and what loads it.
import { isInPlace, type RestoreId, type RestorePlan } from "../../schemas/restore.ts"
import { loadJobs } from "../core/parallel-load.ts"
import { expectedFrom, lacksSome } from "../core/restorable-part.ts"
import { type Selection, selectionOf } from "../core/selection.ts"
import type { RestorableManifest } from "../core/source-as-backup.ts"
import { bothOf, type Guard, guardAgainst } from "../engines/hostile.ts"
import { politely } from "../engines/polite.ts"
import { alsoSelecting, type Selecting } from "../engines/selecting.ts"
import type { StoredCopy } from "../pipeline/stored-copy.ts"
import { orderOf } from "./in-place-work.ts"
import type { Journal } from "./journal.ts"
import { loadRequest } from "./load-request.ts"
import { lookedThrough } from "./proven-file.ts"
import type { Ready } from "./ready.ts"
import type { RestoreDeps, RestoreRequest } from "./restore.ts"
import { specOf } from "./restore-facts.ts"
import { selectingOf } from "./selected-tables.ts"

/** Its bytes are proven, but not where they come from: somebody handed it in. */
const isOfOthers = ({ imported }: RestorableManifest): boolean => imported !== undefined

// That of the label dbbackup.stall-timeout.
const usualStallSeconds = 900

/** As the job says that made the backup; where it leaves the place open, a large one is loaded from beside the server. */
export async function howToLoad(
  { beside }: Pick<RestoreDeps, "beside">,
  { backup }: Pick<RestoreRequest, "backup">,
  { target, look }: Ready,
  journal: Journal,
  signal: AbortSignal,
) {
  const spec = specOf(backup, target)
  const { rawBytes } = backup.proof
  const place = await beside.placeForLoad(spec?.method, target, look, rawBytes, journal, signal)
  if (place !== look.place) journal("info", "loading from a container beside the server")
  return {
    limitSeconds: spec?.["stall-timeout"] ?? usualStallSeconds,
    nice: spec?.nice ?? false,
    place,
  }
}

export function loadingOf(
  deps: RestoreDeps,
  id: RestoreId,
  request: RestoreRequest,
  plan: RestorePlan,
  { look }: Ready,
  how: Awaited<ReturnType<typeof howToLoad>>,
  journal: Journal,
  signal: AbortSignal,
  present: Selection["present"] = null,
) {
  const { manifest, options, backup } = request
  const { reading } = manifest
  const { targetDatabase: name } = plan
  const onProgress = (bytes: number) => deps.catalogue.restoreProgress(id, bytes, plan.storedBytes)
  const jobs = options.mode === "globals" || isInPlace(options) ? 1 : loadJobs(manifest, options)
  const selection = selectionOf(options, present)
  const isText = manifest.format === "sql"
  const isGuarded = isText && isOfOthers(manifest)
  /** Of the last reading. */
  let guard: Guard | null = null
  let selecting: Selecting | null = null
  const order = isInPlace(options) ? orderOf(id, options) : null
  /** After the proof, which shows what the dump does by itself. Our own of PostgreSQL has a key of its own from some version on. */
  const script = () => {
    const load = look.rules.load(name, manifest.format, look.access, {
      isPart: order === null && lacksSome(manifest),
      inPlace: order !== null,
      facts: expectedFrom(manifest),
      content: selection.content,
      tables: [...(selecting?.selected().tables.keys() ?? [])],
      withoutOwners: plan.owners === "drop",
      ...(jobs > 1 ? { parallel: { jobs, bytes: backup.proof.rawBytes } } : {}),
      // Of a file, the key that it has is left out.
      unconfined: isText && (reading !== undefined || (guard !== null && !guard.confinesItself())),
      ...(reading?.archive && { archive: reading.archive }),
    })
    return how.nice ? politely(load) : load
  }
  return {
    end() {
      const end = reading ? lookedThrough : look.rules.end(manifest.format, manifest.subject)
      guard = isGuarded ? guardAgainst(look.rules.engine) : null
      selecting = selectingOf(look.rules, manifest, selection)
      const guarded = guard ? bothOf(end, guard) : end
      return selecting ? alsoSelecting(guarded, selecting, reading?.ranges ?? null) : guarded
    },
    /** After the proof; null: all of it is loaded. */
    selected: () => selecting?.selected() ?? null,
    load: (copy: StoredCopy) =>
      loadRequest(
        deps.docker,
        {
          ...{ copy, manifest, look, name, script, limitSeconds: how.limitSeconds, onProgress, journal },
          place: how.place,
          rewriters: [
            selecting?.rewriter,
            order === null ? undefined : look.rules.inPlace.rewriter(order, manifest),
          ],
        },
        signal,
      ),
  }
}
