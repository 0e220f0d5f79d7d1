// A stored backup into a new database beside the old one: prove the copy ▸ create ▸ load ▸ check. Nothing that exists is touched.
import type { CompletedBackup } from "../../schemas/backup.ts"
import type { DatabaseFacts, Manifest } from "../../schemas/manifest.ts"
import type { RestoreId, RestoreOptions, RestorePlan } from "../../schemas/restore.ts"
import { Fault } from "../core/fault.ts"
import { planRestore } from "../core/restore-plan.ts"
import type { Script } from "../engines/engine.ts"
import { loadDump, proveCopy } from "../pipeline/load.ts"
import type { Catalogue, Clock, Destination, Docker, Log, RestoreOutcome } from "../ports.ts"
import { deadline } from "./deadline.ts"
import { failureOf, journalOf, statusOf } from "./journal.ts"
import { type Look, lookInsideWhenReady, type Target } from "./probe.ts"
import { runTool } from "./tool.ts"

export interface RestoreDeps {
  readonly docker: Docker
  readonly catalogue: Catalogue
  readonly destinations: ReadonlyMap<string, Destination>
  readonly clock: Clock
  readonly log: Log
  readonly readyWaitSeconds: number
}

export interface RestoreRequest {
  readonly backup: CompletedBackup
  readonly manifest: Manifest
  readonly options: RestoreOptions
  /** The server to restore on. Throws a Fault when its container is gone. */
  readonly target: () => Target
}

// Long enough for any restore a person waits for; a hung one must end some day.
const restoreLimitSeconds = 24 * 3600

/** Looks inside the server and plans. Throws a Fault that says why the restore must not begin. */
export async function makeRestorePlan(
  deps: RestoreDeps,
  request: RestoreRequest,
  signal: AbortSignal,
): Promise<RestorePlan> {
  return (await prepare(deps, request, signal)).plan
}

async function prepare(
  deps: RestoreDeps,
  request: RestoreRequest,
  signal: AbortSignal,
): Promise<{ look: Look; plan: RestorePlan; target: Target }> {
  const { backup, manifest, options } = request
  const target = request.target()
  const look = await lookInsideWhenReady(deps.docker, target, deps.readyWaitSeconds, signal)
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
  return {
    look,
    target,
    plan: planRestore(
      { backup, manifest, present, serverVersion: look.probe.serverVersion, nameMistake },
      options,
    ),
  }
}

/** Never throws: the restore ends with an outcome, and a database that could not be filled is dropped again. */
export async function runRestore(
  deps: RestoreDeps,
  id: RestoreId,
  request: RestoreRequest,
  outer: AbortSignal,
): Promise<void> {
  const { catalogue, clock, log } = deps
  const { backup, options } = request
  const journal = journalOf(deps, id, { restoreId: id, backupId: backup.id })
  const limit = deadline(outer, restoreLimitSeconds, `restoring ${options.name}`)
  const { signal } = limit
  let undo: (() => Promise<void>) | undefined
  let outcome: RestoreOutcome
  try {
    catalogue.startRestore(id, clock())
    signal.throwIfAborted()
    const { look, plan, target } = await prepare(deps, request, signal)
    for (const step of plan.steps) journal("debug", `plan: ${step}`)
    const loading = loadingOf(deps, id, request, plan, look, target, signal)
    await proveCopy(loading.copy)
    journal(
      "info",
      `the copy at ${plan.destination} is what left the server: ${plan.storedBytes} bytes, sha256 ${backup.proof.storedSha256}`,
    )
    const facts = request.manifest.facts ?? { attributes: {}, tables: 0 }
    await must(
      deps,
      target,
      look,
      `creating ${options.name}`,
      look.rules.createDatabase(options.name, facts, look.access),
      signal,
    )
    journal("info", `created the database ${options.name}`)
    undo = () => dropAgain(deps, target, look, options.name, journal)
    const { rawBytes } = await loadDump(loading.load)
    const inspected = await must(
      deps,
      target,
      look,
      `checking ${options.name}`,
      look.rules.inspect(options.name, look.access),
      signal,
    )
    const found = look.rules.readFacts(inspected)
    const differences = compare(facts, found)
    if (facts.tables > 0 && found.tables === 0) {
      throw new Fault(
        "restore-failed",
        `the load ended without an error, but ${options.name} has no tables`,
        { hint: "Look at the log; the server may have lost them." },
      )
    }
    for (const difference of differences) journal("warn", difference)
    journal("info", `${options.name} is restored: ${found.tables} tables, ${rawBytes} bytes loaded`)
    outcome = { status: "completed", restoredBytes: rawBytes, tables: found.tables, differences }
  } catch (error) {
    const problem = failureOf(signal.aborted ? signal.reason : error, log)
    journal("error", `${problem.message}${problem.hint ? `. ${problem.hint}` : ""}`)
    await undo?.()
    outcome = { status: statusOf(problem), error: problem }
  } finally {
    limit.clear()
  }
  catalogue.finishRestore(id, clock(), outcome)
}

/** The two passes over the copy: the proof, and the load itself. */
function loadingOf(
  deps: RestoreDeps,
  id: RestoreId,
  request: RestoreRequest,
  plan: RestorePlan,
  look: Look,
  target: Target,
  signal: AbortSignal,
) {
  const { manifest, backup, options } = request
  const destination = deps.destinations.get(plan.destination)
  const key = backup.copies.find((copy) => copy.destination === plan.destination)?.key
  if (!destination || key === undefined)
    throw new Fault("destination-unavailable", `the destination ${plan.destination} is not defined any more`)
  const common = { destination, key, proof: backup.proof, compression: manifest.compression, signal }
  const onProgress = (bytes: number) => deps.catalogue.restoreProgress(id, bytes, plan.storedBytes)
  const script = look.rules.load(options.name, manifest.format, look.access)
  return {
    copy: { ...common, end: look.rules.end(manifest.format, manifest.subject), onProgress: () => undefined },
    load: {
      ...common,
      onProgress,
      start: () => deps.docker.exec({ containerId: target.container.id, ...script, stdin: true }, signal),
      explain: (code: number, stderr: string) => {
        const fault = look.rules.explain(`loading ${options.name}`, { code, stdout: "", stderr }, look.access)
        return fault.code === "dump-failed"
          ? new Fault("restore-failed", fault.message, fault.hint === null ? {} : { hint: fault.hint })
          : fault
      },
    },
  }
}

async function must(
  deps: RestoreDeps,
  target: Target,
  look: Look,
  doing: string,
  script: Script,
  signal: AbortSignal,
) {
  const outcome = await runTool(deps.docker, target.container.id, script, signal)
  if (outcome.code === 0) return outcome
  throw look.rules.explain(doing, outcome, look.access)
}

/** Runs after a cancel too, so not under the signal that was aborted. */
async function dropAgain(
  deps: RestoreDeps,
  target: Target,
  look: Look,
  name: string,
  journal: (level: "info" | "error", message: string) => void,
): Promise<void> {
  try {
    await must(
      deps,
      target,
      look,
      `dropping ${name}`,
      look.rules.dropDatabase(name, look.access),
      AbortSignal.timeout(120_000),
    )
    journal("info", `dropped the unfinished database ${name}`)
  } catch (error) {
    journal(
      "error",
      `the unfinished database ${name} is still there: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
}

function compare(wanted: DatabaseFacts, found: DatabaseFacts): string[] {
  return wanted.tables === found.tables
    ? []
    : [`${found.tables} tables were restored, ${wanted.tables} were there when the dump began`]
}
