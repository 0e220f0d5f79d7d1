// A load into a database that is there, on an engine that commits each statement by itself: when it fails, what was there is put back from the
// backup that was made before; and where that cannot be, it is said how.
import { Fault, faultIn, inFull, problemOf } from "../core/fault.ts"
import { quote } from "../engines/command-text.ts"
import { loadDump } from "../pipeline/load.ts"
import type { RestoreOutcome } from "../ports.ts"
import { compareRestored } from "./compare-restored.ts"
import { goodCopies } from "./good-copy.ts"
import type { InPlaceWork } from "./in-place-work.ts"
import type { Check, Loads } from "./load-at-once.ts"
import { howToLoad, loadingOf } from "./restore-loading.ts"
import { runTool } from "./tool.ts"
import { must } from "./unfinished-database.ts"

/** Not under the signal of the restore: it is put back after a cancel, too. As long as any restore may take. */
const backMilliseconds = 24 * 3600_000

/** Throws a Fault that says what has become of the database. */
export async function loadInTurns(
  work: InPlaceWork,
  loads: Loads,
  check: Check,
  signal: AbortSignal,
): Promise<RestoreOutcome> {
  const { deps, id, options, ready } = work
  const end = { owner: id, kind: "database" } as const
  await makeRoom(work, signal)
  // Rows are loaded in a transaction of the dump's own, which empties the tables before.
  const ofRows = work.order.content === "data"
  const views = options.mode === "clean" && !ofRows ? await viewsInTheWay(work, signal) : []
  deps.catalogue.addLooseEnd({
    ...{ ...end, serverId: ready.target.id },
    detail: { name: options.name, inPlace: ofRows ? "at-once" : "in-turns" },
  })
  let loaded = false
  try {
    const make = async () => void (ofRows || (await clear(work, options.mode, views, signal)))
    const rawBytes = await loadAnyCopy(loads, make)
    loaded = true
    return await check(rawBytes, signal)
  } catch (error) {
    if (ofRows) throw asItWas(options.name, loaded, signal.aborted ? signal.reason : error)
    throw await afterwards(work, signal.aborted ? signal.reason : error)
  } finally {
    deps.catalogue.removeLooseEnd(end)
  }
}

/** What a copy that breaks off has left is cleared away before the next one, as what was there was. */
async function loadAnyCopy(
  { copies, copy: first, load }: Loads,
  clearFirst: () => Promise<void>,
): Promise<number> {
  for (let copy = first; ; copy = await copies.next()) {
    await clearFirst()
    try {
      return (await loadDump(load(copy))).rawBytes
    } catch (error) {
      copies.brokeOff(copy, error)
    }
  }
}

/** The way of rows alone: nothing is committed before their end. */
function asItWas(name: string, loaded: boolean, error: unknown): unknown {
  if (loaded) return error
  const { code, message, hint } = faultIn(error) ?? problemOf(error)
  return new Fault(code, `${message}; ${name} is as it was, unless it was broken off at the very end`, {
    ...(hint === null ? {} : { hint }),
    cause: error,
  })
}

/** Ends who is connected, where that was asked for. Throws, with nothing changed, while a table is locked. */
async function makeRoom({ deps, options, ready }: InPlaceWork, signal: AbortSignal): Promise<void> {
  const { look } = ready
  const { before } = look.rules.inPlace
  if (!before) return
  const { name, endConnections } = options
  if (endConnections) await runTool(deps.docker, look.place, before.endSessions(name, look.access), signal)
  await must(deps.docker, look, `loading into ${name}`, before.requireUnlocked(name, look.access), signal)
}

async function clear(
  { deps, options: { name }, ready: { look } }: InPlaceWork,
  mode: InPlaceWork["options"]["mode"],
  views: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const script = look.rules.inPlace.before?.clear(name, mode, views, look.access)
  if (script) await must(deps.docker, look, `dropping what is in ${name}`, script, signal)
}

/** Views of the database that have the name of a table of the backup. */
async function viewsInTheWay(
  { deps, options: { name }, expected, ready: { look } }: InPlaceWork,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const answer = await must(
    deps.docker,
    look,
    `looking at ${name}`,
    look.rules.relations(name, look.access),
    signal,
  )
  const tables = Object.keys(expected.compared.fingerprint?.rows ?? {})
  return look.rules
    .readRelations(answer)
    .relations.filter(({ kind, name }) => kind === "views" && tables.includes(name))
    .map(({ name }) => name)
}

/** What the failure is to whoever asked, once it is put back, or known that it is not. Never rejects. */
async function afterwards(work: InPlaceWork, error: unknown): Promise<Fault> {
  const { options, ready, journal } = work
  const { name } = options
  const { code, message, hint } = faultIn(error) ?? problemOf(error)
  const as = (what: string, next: string | null) =>
    new Fault(code, `${message}; ${what}`, { ...(next === null ? {} : { hint: next }), cause: error })
  const way = wayBack(work)
  if (way === null)
    return as(`${name} is left half restored`, "No backup was made before. Restore a good one: mode replace.")
  // A controller that is being stopped has no time left.
  if (code === "interrupted") return as(`${name} is left half restored`, `To put it back as it was: ${way}`)
  try {
    await putBack(work)
    return as(`${name} was put back as it was`, hint)
  } catch (failure) {
    journal("error", `${name} could not be put back: ${inFull(problemOf(failure))}`)
    return as(
      `${name} is left half restored, and could not be put back on ${ready.target.name}: ${problemOf(failure).message}`,
      `To put it back as it was: ${way}`,
    )
  }
}

const safetyOf = ({ deps, id }: InPlaceWork) => deps.catalogue.restore(id)?.safetyBackupId ?? null

/** The command, or null without a backup. */
function wayBack(work: InPlaceWork): string | null {
  const safety = safetyOf(work)
  const { options, ready } = work
  return safety && backCommand(safety, options.name, ready.target.name)
}

export const backCommand = (backup: string, name: string, server: string): string =>
  `dbbackup restore ${backup} --replace --as ${quote(name)} --on ${quote(server)}`

async function putBack(work: InPlaceWork): Promise<void> {
  const { deps, id, plan, request, options, ready, journal } = work
  const { name, endConnections } = options
  const safety = safetyOf(work)
  const backup = safety ? deps.catalogue.backup(safety) : undefined
  const manifest = safety ? deps.catalogue.manifest(safety) : undefined
  if (backup?.status !== "completed" || !manifest)
    throw new Fault("copy-missing", `the backup ${safety} is not in the catalogue any more`)
  journal("info", `putting ${name} back as it was, from the backup ${safety}`)
  const signal = AbortSignal.timeout(backMilliseconds)
  const again = {
    ...request,
    ...{ backup, manifest, identity: undefined },
    options: { mode: "replace" as const, name, endConnections, safetyBackup: false },
  }
  const thereof = { ...plan, storedBytes: backup.proof.storedBytes }
  const how = await howToLoad(deps, again, ready, journal, signal)
  const loading = loadingOf(deps, id, again, thereof, ready, how, journal, signal)
  const copies = goodCopies(deps, again, loading.end, journal, signal)
  const copy = await copies.next()
  await loadAnyCopy({ copies, copy, load: loading.load }, () => clear(work, "replace", [], signal))
  const differences = await compareRestored(deps, manifest, name, ready, journal, signal)
  if (differences.length > 0) throw new Fault("restore-failed", differences.join("; "))
  journal("info", `${name} is as it was before`)
}
