// A load into a database that is there, all of it in one transaction of the server: whatever breaks it off, it is asked whether it happened.
import { setTimeout as sleep } from "node:timers/promises"
import type { RestoreId } from "../../schemas/restore.ts"
import { Fault, faultIn, problemOf } from "../core/fault.ts"
import { type LoadRequest, loadDump } from "../pipeline/load.ts"
import type { StoredCopy } from "../pipeline/stored-copy.ts"
import type { Catalogue, Docker, RestoreOutcome } from "../ports.ts"
import type { GoodCopies } from "./good-copy.ts"
import type { InPlaceWork } from "./in-place-work.ts"
import type { Journal } from "./journal.ts"
import type { Look } from "./probe.ts"
import { must } from "./unfinished-database.ts"

/** Not under the signal of the restore: what happened is asked after a cancel, too. A server that was stopped may be back by then. */
const askMilliseconds = 60_000
const pauseMilliseconds = 2000
/** What is left to do once it is committed. */
const afterwardsMilliseconds = 3600_000

export type Check = (rawBytes: number, signal: AbortSignal) => Promise<RestoreOutcome>

/** The copies of the backup, the first of which is proven. */
export interface Loads {
  readonly copies: GoodCopies
  readonly copy: StoredCopy
  readonly load: (copy: StoredCopy) => LoadRequest
}

/** Throws a Fault, with nothing changed; or saying that it is not known yet. */
export async function loadAtOnce(
  work: InPlaceWork,
  { copies, copy: first, load }: Loads,
  check: Check,
  signal: AbortSignal,
): Promise<RestoreOutcome> {
  const { deps, id, request, options, ready, journal } = work
  const { name } = options
  const end = { owner: id, kind: "database" } as const
  deps.catalogue.addLooseEnd({ ...end, serverId: ready.target.id, detail: { name, inPlace: "at-once" } })
  for (let copy = first; ; ) {
    const loaded = await loadDump(load(copy)).catch((error: unknown) => ({
      broken: signal.aborted ? signal.reason : error,
    }))
    const broken = "broken" in loaded ? loaded.broken : undefined
    if (await known(work, broken)) {
      await takeMarkOff(deps, ready.look, id, name, journal)
      if ("rawBytes" in loaded) return await check(loaded.rawBytes, signal)
      journal("warn", `the load was committed before it was broken off: ${problemOf(broken).message}`)
      const { rawBytes } = request.backup.proof
      return await check(rawBytes, AbortSignal.timeout(afterwardsMilliseconds))
    }
    journal("info", `${name} is as it was: nothing of the load was committed`)
    try {
      if (broken === undefined) throw notCommitted(name)
      if (signal.aborted) throw broken
      copies.brokeOff(copy, broken)
      copy = await copies.next()
    } catch (error) {
      deps.catalogue.removeLooseEnd(end)
      throw error
    }
  }
}

/** Whether it was committed. `broken`: what broke the load off. Throws a Fault where that is not to be found out now. */
async function known({ deps, id, options: { name }, ready }: InPlaceWork, broken: unknown): Promise<boolean> {
  try {
    return await committed(deps, ready.look, id, name)
  } catch (unknown) {
    const { code, message } = faultIn(broken) ?? problemOf(broken ?? unknown)
    throw new Fault(
      code,
      `${message}; whether ${name} was restored is not known: ${problemOf(unknown).message}`,
      {
        hint: "It was restored as a whole, or it is as it was. Which of them is found out at the next look at the server, and told here.",
        cause: broken ?? unknown,
      },
    )
  }
}

const notCommitted = (name: string) =>
  new Fault("restore-failed", "the load ended without an error, and the server has not committed it", {
    hint: `${name} is as it was. Look at the server's log.`,
  })

/** Tries for a while. Throws when it cannot be asked. */
async function committed(
  { docker }: Pick<InPlaceWork["deps"], "docker">,
  look: Look,
  id: RestoreId,
  name: string,
): Promise<boolean> {
  const until = performance.now() + askMilliseconds
  for (;;) {
    try {
      return await isCommitted(docker, look, id, name)
    } catch (error) {
      if (performance.now() + pauseMilliseconds > until) throw error
      await sleep(pauseMilliseconds)
    }
  }
}

/** Whether the server has committed the load of that restore. Throws when it cannot be asked. */
export async function isCommitted(
  docker: Docker,
  { rules, access, ...look }: Look,
  id: string,
  name: string,
): Promise<boolean> {
  const { mark } = rules.inPlace
  if (!mark) return false
  const script = mark.ask(name, id, access)
  const signal = AbortSignal.timeout(askMilliseconds)
  const { stdout } = await must(docker, { rules, access, ...look }, `looking at ${name}`, script, signal)
  if (stdout.includes("at work"))
    throw new Fault("server-not-ready", "the server is still at work on the load that was broken off")
  return stdout.trim() === "committed"
}

/** Never rejects: what stays now is taken off at the next look. */
async function takeMarkOff(
  { docker, catalogue }: { readonly docker: Docker; readonly catalogue: Catalogue },
  look: Look,
  id: RestoreId,
  name: string,
  journal: Journal,
): Promise<void> {
  try {
    await removeMark(docker, look, id, name)
    catalogue.removeLooseEnd({ owner: id, kind: "database" })
  } catch (error) {
    journal("debug", `the mark of this restore is still on ${name}: ${problemOf(error).message}`)
  }
}

export async function removeMark(docker: Docker, look: Look, id: string, name: string): Promise<void> {
  const { mark } = look.rules.inPlace
  if (!mark) return
  const script = mark.takeOff(name, id, look.access)
  await must(docker, look, `releasing ${name}`, script, AbortSignal.timeout(askMilliseconds))
}
