// The two passes over a stored copy that a restore makes: the proof, before anything is touched, and the load.
import type { RestoreId, RestorePlan } from "../../schemas/restore.ts"
import { Fault } from "../core/fault.ts"
import { inTurn, keepRanges } from "../core/kept-ranges.ts"
import { requireIdentity } from "../core/key-missing.ts"
import { expectedFrom, lacksSome } from "../core/restorable-part.ts"
import type { RestorableManifest } from "../core/source-as-backup.ts"
import { bothOf, guardAgainst } from "../engines/hostile.ts"
import { plainTar } from "../engines/plain-tar.ts"
import { politely } from "../engines/polite.ts"
import type { EndDetector, Rewriter } from "../ports.ts"
import { identityFor } from "./identity-for.ts"
import type { Journal } from "./journal.ts"
import { loadRequest } from "./load-request.ts"
import type { Look } from "./probe.ts"
import type { Ready } from "./ready.ts"
import type { RestoreDeps, RestoreRequest } from "./restore.ts"

/** Where the copy is, and what opens it. Throws a Fault, `destination-unavailable` or `key-missing`. */
export function copyToRead(
  deps: Pick<RestoreDeps, "destinations" | "uploads" | "identities">,
  request: Pick<RestoreRequest, "backup" | "manifest" | "identity">,
  from: string,
  signal: AbortSignal,
) {
  const { manifest, backup } = request
  const isUpload = backup.source?.origin === "upload"
  const destination = isUpload ? deps.uploads : deps.destinations.get(from)
  const key = backup.copies.find((copy) => copy.destination === from)?.key
  if (!destination || key === undefined)
    throw new Fault("destination-unavailable", `the destination ${from} is not defined any more`)
  const identity = identityFor(deps, request)?.identity ?? null
  requireIdentity(manifest.encryption, identity === null ? null : { identity })
  const { compression } = manifest
  return {
    ...{ destination, key, proof: backup.proof, compression, identity, signal },
    ...(backup.source && { whenChanged: "It is another file than was looked through. Choose it again." }),
  }
}

/** Its bytes are proven, but not where they come from: somebody handed it in. */
const isOfOthers = ({ imported }: RestorableManifest): boolean => imported !== undefined

/** A file was looked through, and the proof is that it is the same by its size and hash. */
const lookedThrough: EndDetector = { push() {}, finish: () => "what was looked through", held: () => ({}) }

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
  const { manifest, options } = request
  const { targetDatabase: name } = plan
  const common = copyToRead(deps, request, plan.destination, signal)
  const onProgress = (bytes: number) => deps.catalogue.restoreProgress(id, bytes, plan.storedBytes)
  const { reading } = manifest
  const end = reading ? lookedThrough : look.rules.end(manifest.format, manifest.subject)
  const isText = manifest.format === "sql"
  const guard = isText && isOfOthers(manifest) ? guardAgainst(look.rules.engine) : null
  /** After the proof, which shows what the dump does by itself. Our own of PostgreSQL has a key of its own from some version on. */
  const script = () => {
    const load = look.rules.load(name, manifest.format, look.access, {
      isPart: lacksSome(manifest),
      facts: expectedFrom(manifest),
      schemaOnly: options.mode === "new" && options.content === "schema",
      withoutOwners: plan.owners === "drop",
      // Of a file, the key that it has is left out.
      unconfined: isText && (reading !== undefined || (guard !== null && !guard.confinesItself())),
      ...(reading?.archive && { archive: reading.archive }),
    })
    return how.nice ? politely(load) : load
  }
  return {
    copy: { ...common, end: guard ? bothOf(end, guard) : end, onProgress: () => undefined },
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
        rewriter: rewriterOf(manifest, look),
      },
      signal,
    ),
  }
}

/** What the load is made of on its way: of a file, the stretches that are wanted, or an archive's files alone. */
function rewriterOf(
  { reading, format, subject }: RestorableManifest,
  { rules }: Look,
): (() => Rewriter) | undefined {
  if (reading?.archive === "directory") return plainTar
  const own = format === "sql" && subject.kind === "database" ? rules.rewriter : undefined
  const ranges = reading?.ranges ?? null
  if (ranges === null) return own
  return () => (own ? inTurn(keepRanges(ranges), own()) : keepRanges(ranges))
}
