// A stored backup into a new database beside the old one: prove the copy ▸ create ▸ load ▸ check. Nothing that exists is touched.
import type { CompletedBackup } from "../../schemas/backup.ts"
import { hookOf, type JobLabels } from "../../schemas/labels.ts"
import type { Manifest } from "../../schemas/manifest.ts"
import type { RestoreId, RestoreOptions, RestorePlan } from "../../schemas/restore.ts"
import { Fault, inFull } from "../core/fault.ts"
import { requireIdentity } from "../core/key-missing.ts"
import { expectedFrom, lacksSome } from "../core/restorable-part.ts"
import { planRestore } from "../core/restore-plan.ts"
import { politely } from "../engines/polite.ts"
import { loadDump, proveCopy } from "../pipeline/load.ts"
import type {
  Aside,
  Catalogue,
  Clock,
  Destination,
  Docker,
  Identities,
  Log,
  RestoreOutcome,
} from "../ports.ts"
import { checked } from "./check-restored.ts"
import { deadline, tookTooLong } from "./deadline.ts"
import { type HookDeps, hooksAround } from "./hooks.ts"
import { identityFor } from "./identity-for.ts"
import { failureOf, type Journal, journalOf, statusOf } from "./journal.ts"
import { loadRequest } from "./load-request.ts"
import { asJobSays } from "./place.ts"
import type { Target } from "./probe.ts"
import { type Ready, type ReadyDeps, whenReady } from "./ready.ts"
import { createUnfinished, type UnfinishedDatabase } from "./unfinished-database.ts"

export interface RestoreDeps extends HookDeps, ReadyDeps {
  readonly docker: Docker
  readonly catalogue: Catalogue
  readonly destinations: ReadonlyMap<string, Destination>
  readonly clock: Clock
  readonly log: Log
  readonly identities: Identities
}

export interface RestoreRequest {
  readonly backup: CompletedBackup
  readonly manifest: Manifest
  readonly options: RestoreOptions
  /** What opens the backup, where it was given with the request. */
  readonly identity: string | undefined
  /** The server to restore on. Throws a Fault when its container is gone. */
  readonly target: () => Target
}

// Long enough for any restore a person waits for; a hung one must end some day.
const restoreLimitSeconds = 24 * 3600
// Somebody looks at a dialogue meanwhile.
const planWaitSeconds = 10
// That of the label dbbackup.on-unavailable.
const usualWaitSeconds = 300
// That of the label dbbackup.stall-timeout.
const usualStallSeconds = 900

/** Looks inside the server and plans. Throws a Fault that says why the restore must not begin. */
export async function makeRestorePlan(
  deps: RestoreDeps,
  request: RestoreRequest,
  signal: AbortSignal,
): Promise<RestorePlan> {
  const ready = await whenReady(deps, placed(request), planWaitSeconds, () => undefined, signal)
  return planOf(deps, request, ready)
}

function planOf(deps: RestoreDeps, request: RestoreRequest, { look, target }: Ready): RestorePlan {
  const { backup, manifest, options } = request
  if (look.rules.engine !== manifest.engine.name) {
    throw new Fault(
      "restore-unsupported",
      `the backup is of ${manifest.engine.name}, the server is ${look.rules.engine}`,
      {
        hint: "Restore it on a server of its own engine.",
      },
    )
  }
  const present = look.probe.databases.map(({ name }) => name)
  const nameMistake = look.rules.nameMistake(options.name)
  const { serverVersion } = look.probe
  const spec = specOf(backup, target)
  const hooks = {
    before: spec ? hookOf(spec, "pre-restore") : null,
    after: spec ? hookOf(spec, "post-restore") : null,
  }
  const identity = identityFor(deps, request)
  return planRestore({ backup, manifest, identity, present, serverVersion, nameMistake, hooks }, options)
}

/** Hooks and patience are those of the job that made the backup; of the first one, when that is gone. */
function specOf(backup: CompletedBackup, { jobs }: Target): JobLabels | undefined {
  return (jobs.find(({ id }) => id === backup.jobId) ?? jobs[0])?.spec
}

const placed = (request: RestoreRequest) => () => {
  const target = request.target()
  return asJobSays(target, specOf(request.backup, target))
}

/** In seconds. The labels of a container that is gone cannot be asked. */
function patienceOf({ backup, target }: RestoreRequest): number {
  try {
    return specOf(backup, target())?.["on-unavailable"] ?? usualWaitSeconds
  } catch {
    return usualWaitSeconds
  }
}

/** Never throws: the restore ends with an outcome, and a database that could not be filled is dropped again. */
export async function runRestore(
  deps: RestoreDeps,
  id: RestoreId,
  request: RestoreRequest,
  outer: AbortSignal,
  aside?: Aside,
): Promise<void> {
  const { catalogue, clock, log } = deps
  const { options } = request
  const journal = journalOf(deps, id, { restoreId: id, backupId: request.backup.id })
  const limit = deadline(outer, restoreLimitSeconds, () =>
    tookTooLong(`restoring ${options.name}`, restoreLimitSeconds, "Find out what holds the server up."),
  )
  let outcome: RestoreOutcome
  try {
    catalogue.startRestore(id, clock())
    limit.signal.throwIfAborted()
    outcome = await restoreBetweenHooks(deps, id, request, journal, limit.signal, aside)
  } catch (error) {
    const problem = failureOf(limit.signal.aborted ? limit.signal.reason : error, log)
    journal("error", inFull(problem))
    outcome = { status: statusOf(problem), error: problem }
  } finally {
    limit.clear()
  }
  catalogue.finishRestore(id, clock(), outcome)
}

async function restoreBetweenHooks(
  deps: RestoreDeps,
  id: RestoreId,
  request: RestoreRequest,
  journal: Journal,
  signal: AbortSignal,
  aside: Aside | undefined,
): Promise<RestoreOutcome> {
  const ready = await whenReady(deps, placed(request), patienceOf(request), journal, signal, aside)
  const spec = specOf(request.backup, ready.target)
  const hooks = hooksAround(deps, spec, ["pre-restore", "post-restore"], id, journal)
  hooks.requireAllowed()
  const plan = planOf(deps, request, ready)
  for (const step of plan.steps) journal("debug", `plan: ${step}`)
  const limitSeconds = spec?.["stall-timeout"] ?? usualStallSeconds
  const loading = loadingOf(
    deps,
    id,
    request,
    plan,
    ready,
    limitSeconds,
    spec?.nice ?? false,
    journal,
    signal,
  )
  await proveCopy(loading.copy)
  const { storedBytes, storedSha256 } = request.backup.proof
  journal(
    "info",
    `the copy at ${plan.destination} is what left the server: ${storedBytes} bytes, sha256 ${storedSha256}`,
  )
  let made: UnfinishedDatabase | undefined
  try {
    let outcome: RestoreOutcome
    let afterwards: Fault | null = null
    try {
      await hooks.before(ready.target, signal)
      const facts = expectedFrom(request.manifest)
      const { target, look } = ready
      made = await createUnfinished(deps, id, target, look, plan.targetDatabase, facts, journal, signal)
      const { rawBytes } = await loadDump(loading.load)
      outcome = await checked(
        deps,
        request.manifest,
        plan.targetDatabase,
        ready,
        facts,
        rawBytes,
        journal,
        signal,
      )
    } finally {
      afterwards = await hooks.after(request.target)
    }
    if (afterwards) throw afterwards
    await made.release(signal)
    return outcome
  } catch (error) {
    await made?.drop()
    throw error
  }
}

/** The two passes over the copy: the proof, and the load itself. */
function loadingOf(
  deps: RestoreDeps,
  id: RestoreId,
  request: RestoreRequest,
  plan: RestorePlan,
  { look }: Ready,
  limitSeconds: number,
  nice: boolean,
  journal: Journal,
  signal: AbortSignal,
) {
  const { manifest, backup, options } = request
  const destination = deps.destinations.get(plan.destination)
  const key = backup.copies.find((copy) => copy.destination === plan.destination)?.key
  if (!destination || key === undefined)
    throw new Fault("destination-unavailable", `the destination ${plan.destination} is not defined any more`)
  const identity = identityFor(deps, request)?.identity ?? null
  requireIdentity(manifest.encryption, identity === null ? null : { identity })
  const { compression } = manifest
  const common = { destination, key, proof: backup.proof, compression, identity, signal }
  const onProgress = (bytes: number) => deps.catalogue.restoreProgress(id, bytes, plan.storedBytes)
  const load = look.rules.load(options.name, manifest.format, look.access, {
    isPart: lacksSome(manifest),
    facts: expectedFrom(manifest),
  })
  const script = nice ? politely(load) : load
  return {
    copy: { ...common, end: look.rules.end(manifest.format, manifest.subject), onProgress: () => undefined },
    load: loadRequest(
      deps.docker,
      { copy: common, look, name: options.name, script, limitSeconds, onProgress, journal },
      signal,
    ),
  }
}
