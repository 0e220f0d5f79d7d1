// Level `drill`: a backup restored into a throw-away server as a restore would, compared with what was dumped, and asked what a
// person wants to know of it. Nothing that exists is touched, and nothing of it stays.
import type { CompletedBackup } from "../../schemas/backup.ts"
import type { Manifest } from "../../schemas/manifest.ts"
import { whyNoVerdict } from "../core/drill-doubt.ts"
import { Fault, faultIn, problemOf } from "../core/fault.ts"
import { subjectName } from "../core/key.ts"
import { expectedFrom, lacksSome, requireTables } from "../core/restorable-part.ts"
import type { Finding } from "../core/verify-plan.ts"
import { loadDump } from "../pipeline/load.ts"
import type { Catalogue, Docker, Log } from "../ports.ts"
import { fingerprintsCompared } from "./compare-restored.ts"
import { applyGlobals, loadGlobals, makeMissingRoles, type ReadingOf } from "./drill-globals.ts"
import { askQueries } from "./drill-queries.ts"
import { requireScratchRoom } from "./drill-room.ts"
import { type DrillMeans, type DrillServer, secondsSince, withScratch } from "./drill-server.ts"
import type { Journal } from "./journal.ts"
import { loadRequest } from "./load-request.ts"
import { createPhases, type Phases } from "./phases.ts"
import { must } from "./unfinished-database.ts"
import { checkCopy, type Reading } from "./verify-bytes.ts"

export interface DrillDeps {
  readonly docker: Docker
  readonly catalogue: Catalogue
  readonly log: Log
  readonly drills: DrillMeans
  /** For the globals, beside the copy that is drilled. */
  readonly readingOf: ReadingOf
}

export interface DrillOrder {
  readonly backup: CompletedBackup
  readonly reading: Reading
  /** Queries of a person's, by name. */
  readonly queries: Readonly<Record<string, string>>
}

const stallSeconds = 900
const badHint =
  "No copy of this backup can be better. Make a new backup and have that drilled; look at what is different on the server itself."

/** Throws when no verdict can be reached, which says nothing of the backup. */
export async function drillCopy(deps: DrillDeps, order: DrillOrder, signal: AbortSignal): Promise<Finding> {
  const { reading } = order
  const { manifest } = reading
  requireTables(manifest)
  const halved = { ...reading, onProgress: (bytes: number) => reading.onProgress(Math.floor(bytes / 2)) }
  const phases = createPhases()
  const drill = async (starting: Promise<DrillServer>): Promise<Finding> => {
    const began = performance.now()
    const proof = await phases.take("proof", () => checkCopy(halved, signal))
    if (!proof.good) return proof
    const proofSeconds = secondsSince(began)
    const ready = await phases.take("waiting for the server", () => starting)
    await requireScratchRoom(deps.docker, ready, manifest, signal)
    const report = [...proof.report, ready.said]
    const { storedBytes } = reading.copy.proof
    const second = {
      ...reading,
      onProgress: (bytes: number) => reading.onProgress((storedBytes + bytes) >> 1),
    }
    const restored = await unlessServerEnded(ready, signal, () =>
      manifest.subject.kind === "globals"
        ? drillGlobals(deps, second, ready, signal)
        : drillDatabase(deps, { ...order, reading: second }, ready, phases, signal),
    )
    if (!restored.good) return restored
    const { seconds } = restored
    const recoverySeconds = Math.round((proofSeconds + seconds) * 10) / 10
    const back = `it can be back in ${recoverySeconds} s: measured from the start of reading to the end of the comparison`
    return { good: true, report: [...report, ...restored.report, back], recoverySeconds }
  }
  return await phases
    .take("all", () => withScratch(deps.docker, deps.drills, manifest, signal, phases, drill))
    .finally(() => tellPhases(deps.log, order, phases))
}

/** What a drill costs beside the load itself. */
function tellPhases(log: Log, { backup }: DrillOrder, { seconds }: Phases): void {
  const text = Object.entries(seconds).map(([phase, took]) => `${phase} ${took} s`)
  log("debug", `a drill of ${backup.database} took: ${text.join(", ")}`, { backupId: backup.id, seconds })
}

type Restored =
  | { readonly good: true; readonly report: readonly string[]; readonly seconds: number }
  | Extract<Finding, { good: false }>

/** A server that ended, for want of memory above all, has said nothing of the backup. */
async function unlessServerEnded(
  { server }: DrillServer,
  signal: AbortSignal,
  act: () => Promise<Restored>,
): Promise<Restored> {
  try {
    return await act()
  } catch (error) {
    signal.throwIfAborted()
    throw (await server.whyEnded(signal)) ?? error
  }
}

const journalTo =
  (reading: Reading): Journal =>
  (level, message) =>
    reading.log(level, message)

async function drillGlobals(
  { docker }: DrillDeps,
  reading: Reading,
  ready: DrillServer,
  signal: AbortSignal,
): Promise<Restored> {
  const began = performance.now()
  await applyGlobals(docker, reading, ready, journalTo(reading), signal)
  const report = ["all of it could be made on an empty server"]
  return { good: true, report, seconds: secondsSince(began) }
}

async function drillDatabase(
  deps: DrillDeps,
  { backup, reading, queries }: DrillOrder,
  ready: DrillServer,
  phases: Phases,
  signal: AbortSignal,
): Promise<Restored> {
  const { docker } = deps
  const { manifest, copy, onProgress } = reading
  const { look } = ready
  const { rules, access } = look
  const journal = journalTo(reading)
  const began = performance.now()
  const { globals, roles } = await phases.take("globals", async () => ({
    globals: await loadGlobals(deps, backup, ready, journal, signal),
    roles: await makeMissingRoles(docker, ready, manifest.fingerprint?.roles ?? [], signal),
  }))
  const facts = expectedFrom(manifest)
  const name = freeName(subjectName(manifest.subject), ready)
  const create = rules.createDatabase(name, facts, access)
  try {
    await must(docker, look, `creating ${name}`, create, signal)
    const script = () => rules.load(name, manifest.format, access, { isPart: lacksSome(manifest), facts })
    const how = { copy, manifest, look, name, script, limitSeconds: stallSeconds, onProgress, journal }
    await phases.take("load", () => loadDump(loadRequest(docker, how, signal)))
  } catch (error) {
    signal.throwIfAborted()
    return { good: false, of: "dump", problem: verdictOn(error, name) }
  }
  const loadedSeconds = secondsSince(began)
  const found = await phases.take("comparison", () => compare(docker, manifest, name, ready, signal))
  if (found.differences.length > 0) return bad(`${found.differences.join("; ")}`)
  const seconds = secondsSince(began)
  const answers = await askQueries(docker, look, name, queries, signal)
  if (answers.refused.length > 0) return bad(answers.refused.join("; "))
  const loaded = `${name} was restored in ${loadedSeconds} s: ${found.tables} tables of ${copy.proof.rawBytes} bytes`
  return { good: true, report: [...globals, ...roles, loaded, ...found.said, ...answers.report], seconds }
}

/** The images make one or two databases of their own. */
function freeName(name: string, { look }: DrillServer): string {
  const present = look.probe.databases.map((database) => database.name)
  return present.includes(name) ? `${name.slice(0, 40)}_drill` : name
}

/** Throws when the failure tells of the server rather than of the backup. */
function verdictOn(error: unknown, name: string) {
  const fault = faultIn(error)
  if (fault?.code !== "restore-failed" && fault?.code !== "dump-truncated") throw error
  const why = whyNoVerdict(fault.message, name)
  if (why === null) return problemOf(fault)
  throw new Fault("restore-failed", `the drill reached no verdict, as ${why}: ${fault.message}`, {
    hint: fault.hint ?? "The backup may be all right. Restore it where what it needs is there.",
    cause: error,
  })
}

const bad = (what: string): Restored => ({
  good: false,
  of: "dump",
  problem: problemOf(
    new Fault("restore-failed", `what was restored is not what was dumped: ${what}`, { hint: badHint }),
  ),
})

const uncounted =
  "rows were not compared one for one: that takes a fingerprint of the dump's own snapshot (label fingerprint=exact)"
const isExact = ({ fingerprint, part }: Manifest) =>
  part === undefined && fingerprint?.level === "exact" && fingerprint.sameSnapshot

async function compare(
  docker: Docker,
  manifest: Manifest,
  name: string,
  ready: DrillServer,
  signal: AbortSignal,
) {
  const { look } = ready
  const { rules, access } = look
  const facts = expectedFrom(manifest)
  const inspected = await must(docker, look, `checking ${name}`, rules.inspect(name, access), signal)
  const { tables } = rules.readFacts(inspected)
  // A fingerprint shows the whole database, also where the backup is of a part.
  const whole = manifest.part === undefined
  const compared = whole ? await fingerprintsCompared(docker, manifest, name, ready, signal) : null
  const few = tables === facts.tables ? [] : [`${tables} tables were restored, ${facts.tables} were dumped`]
  return {
    tables,
    differences: [...few, ...(compared?.differences ?? [])],
    said: [
      compared?.said ?? "the number of tables is that of the dump; there is no fingerprint to compare",
      ...(isExact(manifest) ? [] : [uncounted]),
    ],
  }
}
