// Ties up what earlier work left open on a server: tools of a killed controller, an exchange of databases that was broken off, a
// half-restored database, an owed hook. In this order.
import type { RestoreId } from "../../schemas/restore.ts"
import type { ServerId } from "../../schemas/server.ts"
import { faultIn, problemOf } from "../core/fault.ts"
import type { Catalogue, Clock, Docker, Leftovers, Log, LooseEnd } from "../ports.ts"
import { isExchanging, settle } from "./exchange.ts"
import { runOwed } from "./hooks.ts"
import { settleInPlace } from "./in-place-state.ts"
import { type Journal, journalOf } from "./journal.ts"
import type { Look, Target } from "./probe.ts"
import { dropUnfinished } from "./unfinished-database.ts"

export interface LooseEndDeps {
  readonly docker: Docker & Leftovers
  readonly catalogue: Catalogue
  readonly clock: Clock
  readonly log: Log
  readonly hooksAllowed: () => boolean
}

/**
 * Resolves once everything that could be tied up is; the rest stays for the next time, and the log says why. Never rejects.
 * Costs one query on a server with nothing open. `look` is null for a server that is there, but refuses.
 */
export type TieUp = (target: Target, look: Look | null) => Promise<void>

const order: readonly LooseEnd["kind"][] = ["tools", "database", "hook"]

export function createTieUp(deps: LooseEndDeps): TieUp {
  const { catalogue } = deps
  const busy = new Map<ServerId, Promise<void>>()

  /** What is under way now has its own way of ending. */
  const isUnderWay = (owner: string) => {
    const status = (catalogue.run(owner) ?? catalogue.restore(owner))?.status
    return status === "running" || status === "queued"
  }

  /** Some of what was in place may be in it. */
  const isBeingExchanged = ({ kind, owner }: LooseEnd) =>
    kind === "database" && catalogue.swap(owner)?.state === "exchanging"

  const all = async (target: Target, look: Look | null) => {
    const open = catalogue.looseEnds(target.id).filter(({ owner }) => !isUnderWay(owner))
    for (const kind of order) {
      if (kind === "database" && look) await settleExchanges(deps, target, look, isUnderWay)
      for (const end of open)
        if (end.kind === kind && !isBeingExchanged(end)) await tie(deps, end, target, look)
    }
  }

  return (target, look) => {
    const running = busy.get(target.id)
    if (running) return running
    const tying = all(target, look)
      .catch((error: unknown) =>
        deps.log(
          "error",
          `could not tie up what was left open on ${target.name}: ${problemOf(error).message}`,
        ),
      )
      .finally(() => busy.delete(target.id))
    busy.set(target.id, tying)
    return tying
  }
}

/** Exchanges of names whose end nobody saw: which database is in place is asked. */
async function settleExchanges(
  deps: LooseEndDeps,
  target: Target,
  look: Look,
  isUnderWay: (owner: string) => boolean,
): Promise<void> {
  for (const swap of deps.catalogue.swaps(target.id)) {
    const { restoreId, state } = swap
    if (state !== "exchanging" || isUnderWay(restoreId) || isExchanging(restoreId)) continue
    const journal = journalOf(deps, restoreId, { restoreId })
    await settle(deps, swap, look, journal).catch((error: unknown) =>
      journal("warn", `which database is in place is not known yet: ${problemOf(error).message}`),
    )
  }
}

async function tie(deps: LooseEndDeps, end: LooseEnd, target: Target, look: Look | null): Promise<void> {
  const journal = journalOf(deps, end.owner, { owner: end.owner, serverId: target.id })
  if (end.kind === "hook") {
    journal("info", `the ${end.detail.moment} hook is still owed`)
    await runOwed(deps, end.owner, end.detail, () => target, journal)
    return
  }
  try {
    if (end.kind === "tools") await endTools(deps, target, journal)
    else if (look && end.detail.inPlace)
      await settleInPlace(deps, end.owner as RestoreId, end.detail.name, look, journal)
    else if (look) await dropUnfinished(deps.docker, target, look, end.detail.name, end.owner, journal)
    else return
    deps.catalogue.removeLooseEnd(end)
  } catch (error) {
    const { message, hint } = faultIn(error) ?? problemOf(error)
    journal("warn", hint ? `${message}. ${hint}` : message)
  }
}

async function endTools({ docker }: LooseEndDeps, { container }: Target, journal: Journal): Promise<void> {
  const ended = await docker.endLeftovers(container.id, AbortSignal.timeout(120_000))
  if (ended > 0)
    journal("warn", `ended ${ended} ${ended === 1 ? "tool" : "tools"} left running in ${container.name}`)
}
