// The two passes over a stored copy that a restore makes: the proof, before anything is touched, and the load.
import type { Manifest } from "../../schemas/manifest.ts"
import { isInPlace, type RestoreId, type RestorePlan } from "../../schemas/restore.ts"
import { Fault } from "../core/fault.ts"
import { requireIdentity } from "../core/key-missing.ts"
import { expectedFrom, lacksSome } from "../core/restorable-part.ts"
import { type Selection, selectionOf } from "../core/selection.ts"
import { bothOf, guardAgainst } from "../engines/hostile.ts"
import { politely } from "../engines/polite.ts"
import { alsoSelecting } from "../engines/selecting.ts"
import { identityFor } from "./identity-for.ts"
import { orderOf } from "./in-place-work.ts"
import type { Journal } from "./journal.ts"
import { loadRequest } from "./load-request.ts"
import type { Ready } from "./ready.ts"
import type { RestoreDeps, RestoreRequest } from "./restore.ts"
import { specOf } from "./restore-facts.ts"
import { selectingOf } from "./selected-tables.ts"

/** Where the copy is, and what opens it. Throws a Fault, `destination-unavailable` or `key-missing`. */
export function copyToRead(
  deps: Pick<RestoreDeps, "destinations" | "identities">,
  request: Pick<RestoreRequest, "backup" | "manifest" | "identity">,
  from: string,
  signal: AbortSignal,
) {
  const { manifest, backup } = request
  const destination = deps.destinations.get(from)
  const key = backup.copies.find((copy) => copy.destination === from)?.key
  if (!destination || key === undefined)
    throw new Fault("destination-unavailable", `the destination ${from} is not defined any more`)
  const identity = identityFor(deps, request)?.identity ?? null
  requireIdentity(manifest.encryption, identity === null ? null : { identity })
  const { compression } = manifest
  return { destination, key, proof: backup.proof, compression, identity, signal }
}

/** Its bytes are proven, but not where they come from: somebody handed it in. */
const isOfOthers = ({ imported }: Manifest): boolean => imported !== undefined

// That of the label dbbackup.stall-timeout.
const usualStallSeconds = 900

/** As the job says that made the backup. */
export function howToLoad({ backup }: Pick<RestoreRequest, "backup">, { target }: Ready) {
  const spec = specOf(backup, target)
  return { limitSeconds: spec?.["stall-timeout"] ?? usualStallSeconds, nice: spec?.nice ?? false }
}

export function loadingOf(
  deps: RestoreDeps,
  id: RestoreId,
  request: RestoreRequest,
  plan: RestorePlan,
  { look }: Ready,
  how: ReturnType<typeof howToLoad>,
  journal: Journal,
  signal: AbortSignal,
  present: Selection["present"] = null,
) {
  const { manifest, options } = request
  const { targetDatabase: name } = plan
  const common = copyToRead(deps, request, plan.destination, signal)
  const onProgress = (bytes: number) => deps.catalogue.restoreProgress(id, bytes, plan.storedBytes)
  const end = look.rules.end(manifest.format, manifest.subject)
  const selection = selectionOf(options, present)
  const selecting = selectingOf(look.rules, manifest, selection)
  const isText = manifest.format === "sql"
  const guard = isText && isOfOthers(manifest) ? guardAgainst(look.rules.engine) : null
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
      unconfined: isText && guard !== null && !guard.confinesItself(),
    })
    return how.nice ? politely(load) : load
  }
  const guarded = guard ? bothOf(end, guard) : end
  return {
    selecting,
    copy: {
      ...common,
      end: selecting ? alsoSelecting(guarded, selecting) : guarded,
      onProgress: () => undefined,
    },
    load: loadRequest(
      deps.docker,
      {
        ...{
          copy: common,
          manifest,
          look,
          name,
          script,
          limitSeconds: how.limitSeconds,
          onProgress,
          journal,
        },
        rewriters: [
          selecting?.rewriter,
          order === null ? undefined : look.rules.inPlace.rewriter(order, manifest),
        ],
      },
      signal,
    ),
  }
}
