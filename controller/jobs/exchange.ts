// Two databases exchange a name, whatever breaks that off: it is noted before, and asked of the server when its end was not seen.
import type { RestoreId } from "../../schemas/restore.ts"
import { Fault, inFull, problemOf } from "../core/fault.ts"
import { nameBeside, type Place, requireRenamable } from "../core/swap-plan.ts"
import type { ExchangeOrder, Swapping } from "../engines/swapping.ts"
import type { Catalogue, Clock, Docker, SwapRecord } from "../ports.ts"
import type { Journal } from "./journal.ts"
import type { Look } from "./probe.ts"
import { carryOut } from "./swap-steps.ts"
import { must } from "./unfinished-database.ts"

export interface ExchangeDeps {
  readonly docker: Docker
  readonly catalogue: Catalogue
  readonly clock: Clock
}

/** Not under the signal of the work: what happened is asked after a cancel, too. What was broken off is completed in it. */
const askMilliseconds = 10 * 60_000

/** Of this process: what they have come to is theirs to find out, and nobody else's meanwhile. */
const underWay = new Set<RestoreId>()
export const isExchanging = (id: RestoreId): boolean => underWay.has(id)

/** How the engine swaps. Throws a Fault `restore-unsupported`, with the reason, where it cannot. */
export function swappingOf({ rules: { engine, swap } }: Look): Swapping {
  if (swap) return swap
  throw new Fault(
    "restore-unsupported",
    `${engine} cannot rename a database, so none can take the place of another at once`,
    {
      hint: "Restore into a new database, and let the application use that one.",
    },
  )
}

/** Those of the names that are on the server, by name. */
export async function placesOf(
  docker: Docker,
  look: Look,
  names: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Place>> {
  const swap = swappingOf(look)
  const answer = await must(docker, look, "looking at the databases", swap.places(names, look.access), signal)
  return new Map(swap.readPlaces(answer).map((place) => [place.name, place]))
}

/**
 * Gives `name` to the database called `incoming`. What had it is kept under another name. Throws, and then nothing has changed; or it is
 * not known, and settled at the next look at the server.
 */
export async function exchange(...given: Parameters<typeof exchangeNow>): Promise<void> {
  const [, id] = given
  underWay.add(id)
  try {
    await exchangeNow(...given)
  } finally {
    underWay.delete(id)
  }
}

async function exchangeNow(
  deps: ExchangeDeps,
  id: RestoreId,
  look: Look,
  {
    name,
    incoming,
    endConnections,
  }: { readonly name: string; readonly incoming: string; readonly endConnections: boolean },
  journal: Journal,
  signal: AbortSignal,
): Promise<void> {
  const { docker, catalogue, clock } = deps
  const swap = swappingOf(look)
  const before = requireSwap(catalogue, id)
  const { out, into } = await exchangeable(docker, look, before, incoming, endConnections, signal)
  const isOldOut = before.inPlace === "old"
  // Where nothing tells databases apart but the mark of this restore, that is the key of the one aside, whichever it is.
  const [outKey, intoKey] = [out.key ?? id, into.key ?? id]
  const [oldKey, restoredKey] = isOldOut ? [outKey, intoKey] : [intoKey, outKey]
  const nextName = nameBeside(name, isOldOut ? "before" : "undone", clock())
  signal.throwIfAborted()
  catalogue.beginExchange(id, { oldKey, restoredKey, asideName: incoming, nextName })
  const order = orderOf(requireSwap(catalogue, id), endConnections)
  try {
    await carryOut(docker, look, swap.exchange(order, look.access), signal)
  } catch (error) {
    const failed = asRestoreFault(error)
    if ((await settle(deps, requireSwap(catalogue, id), look, journal)) === before.inPlace) throw failed
    return
  }
  if ((await settle(deps, requireSwap(catalogue, id), look, journal)) === before.inPlace)
    throw new Fault("restore-failed", `${name} and ${incoming} are not the databases that were looked at`, {
      hint: "Somebody renamed one at the same moment. Nothing was changed; try again.",
    })
}

/** The database in the swap's place, and the one beside that is to have it. Throws a Fault, `database-gone` or `in-use`, when they cannot change now. */
export async function exchangeable(
  docker: Docker,
  look: Look,
  swap: SwapRecord,
  incoming: string,
  endConnections: boolean,
  signal: AbortSignal,
): Promise<{ readonly out: Place; readonly into: Place }> {
  const { database: name } = swap
  const found = await placesOf(docker, look, [name, incoming], signal)
  const [out, into] = [found.get(name), found.get(incoming)]
  if (!out || !into)
    throw new Fault("database-gone", `there is no database ${out ? incoming : name} any more`, {
      hint: "It was dropped or renamed by somebody else. Nothing was changed.",
    })
  requireSame(swap, out, into)
  requireRenamable(out, endConnections)
  requireRenamable(into, endConnections)
  return { out, into }
}

/** Has the server end what was broken off, asks which of the two has the name, and notes it. Throws when it cannot be asked; then it stays open. */
export async function settle(
  { docker, catalogue, clock }: ExchangeDeps,
  swap: SwapRecord,
  look: Look,
  journal: Journal,
): Promise<SwapRecord["inPlace"]> {
  const { restoreId, database, nextName, keepSeconds, keptUntil, inPlace } = swap
  const steps = swappingOf(look).settle(orderOf(swap, swap.endConnections), look.access)
  // When neither has the name, somebody else was there: what was in place is what counts, and nothing of it is dropped.
  const { exchanged, amiss } = await carryOut(docker, look, steps, AbortSignal.timeout(askMilliseconds))
  const now = exchanged ? otherThan(inPlace) : inPlace
  if (!exchanged) {
    catalogue.endExchange(restoreId, inPlace, keptUntil)
    journal("info", `${database} is what it was: nothing was exchanged`)
  } else {
    const until = new Date(clock().getTime() + keepSeconds * 1000)
    catalogue.endExchange(restoreId, now, until)
    const what = now === "restored" ? "the restored database" : "what it was before the restore"
    const kept =
      keepSeconds === 0
        ? "is dropped now"
        : `is kept as ${nextName} until ${until.toISOString()}, and dropped then`
    journal("info", `${database} is ${what} now; the other one ${kept}`)
    if (amiss.length > 0) {
      const problem = new Fault(
        "restore-failed",
        `${database} ${amiss.join(", ")}: the server did not take it otherwise`,
        {
          hint: "Undo the restore, or mend it by hand: definitions are in the backup, and in the one made before.",
        },
      )
      catalogue.swapProblem(restoreId, problemOf(problem))
      journal("error", inFull(problemOf(problem)))
    }
  }
  return now
}

const otherThan = (inPlace: SwapRecord["inPlace"]) => (inPlace === "old" ? "restored" : "old")

/** Of one that is noted as begun. */
function orderOf(
  { restoreId, database: name, asideName, nextName, inPlace, oldKey, restoredKey }: SwapRecord,
  endConnections: boolean,
): ExchangeOrder {
  if (asideName === null || nextName === null || oldKey === null || restoredKey === null)
    throw new Fault("internal", `no exchange of restore ${restoreId} is noted`)
  const [outgoing, incoming] = inPlace === "old" ? [oldKey, restoredKey] : [restoredKey, oldKey]
  const names = { name, incomingName: asideName, keptName: nextName }
  return { restoreId, ...names, outgoing, incoming, endConnections }
}

function requireSame({ state, inPlace, oldKey, restoredKey }: SwapRecord, out: Place, into: Place): void {
  if (state !== "kept") return
  const [wasOut, wasInto] = inPlace === "old" ? [oldKey, restoredKey] : [restoredKey, oldKey]
  const other = out.key !== null && out.key !== wasOut ? out : into.key !== wasInto ? into : undefined
  if (other)
    throw new Fault("in-use", `${other.name} is another database by now than the restore left there`, {
      hint: "Somebody made it since, or another restore took its place. Take from it by hand what is wanted.",
    })
}

function requireSwap(catalogue: Catalogue, id: RestoreId): SwapRecord {
  const swap = catalogue.swap(id)
  if (!swap) throw new Fault("internal", `the catalogue has no swap of restore ${id}`)
  return swap
}

function asRestoreFault(error: unknown): unknown {
  if (!(error instanceof Fault) || error.code !== "dump-failed") return error
  return new Fault(
    "restore-failed",
    problemOf(error).message,
    error.hint === null ? {} : { hint: error.hint },
  )
}
