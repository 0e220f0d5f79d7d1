// A restore that takes the place of a database: what it is called meanwhile and afterwards, what it will do, or why it cannot.
import type { NewOptions, RestorePlan, SwapOptions } from "../../schemas/restore.ts"
import { formatDuration } from "../../schemas/scalar.ts"
import type { SwapRecord } from "../ports.ts"
import { Fault } from "./fault.ts"
import { subjectName } from "./key.ts"
import { withHash } from "./plan-hash.ts"
import { planRestore, type RestoreFacts } from "./restore-plan.ts"

// What every engine's servers take in a name, PostgreSQL the fewest.
const mostNameBytes = 63

/** A database that is to give or get a name. */
export interface Place {
  readonly name: string
  /** What tells it from another one of its name, and goes with it when that changes; null where nothing does. */
  readonly key: string | null
  /** Who is connected to it, tools of ours aside: how many, and as whom. */
  readonly sessions: number
  readonly who: readonly string[]
  /** What keeps it from giving or getting a name, and is for nobody to end. */
  readonly obstacles: readonly Obstacle[]
  /** What goes with it when another one takes its name. */
  readonly staysBehind: readonly string[]
}

/** `what`: words that go on "it has …"; `todo`: a sentence. */
export interface Obstacle {
  readonly what: string
  readonly todo: string
}

/** What the plan says of the engine's own way. */
export interface SwapWords {
  /** The exchange itself, in sentences. */
  exchange(name: string, temporary: string): readonly string[]
  /** How what was there before is kept, such as "without connections". */
  readonly keptAs: string
}

/** `shop_before_20261124_133700`: a name beside another one, cut so that servers take it. Times are UTC. */
export function nameBeside(name: string, word: "new" | "before" | "undone", at: Date): string {
  const [day, time] = at
    .toISOString()
    .replaceAll(/[-:]|\..*/g, "")
    .split("T")
  const ending = `_${word}_${day}_${time}`
  let start = name
  while (Buffer.byteLength(start + ending) > mostNameBytes) start = Array.from(start).slice(0, -1).join("")
  return start + ending
}

export interface SwapFacts extends RestoreFacts {
  /** The database whose place is taken, as it is on the server now; undefined when there is none of the name. */
  readonly place: Place | undefined
  /** In force, when the request says nothing. */
  readonly keepSeconds: number
  readonly words: SwapWords
  readonly now: Date
}

export const keptSeconds = ({ keepFor }: SwapOptions, usualSeconds: number): number => keepFor ?? usualSeconds

/** What the part of it that is an ordinary restore is asked. */
export const besideOptions = ({ name, serverId, jobs }: SwapOptions, now: Date): NewOptions => ({
  ...{ mode: "new", name: nameBeside(name, "new", now), serverId, jobs },
  // What takes the place of a database has its owners and grants, or does not take it.
  owners: "keep",
})

/** Throws a Fault as `planRestore`, and `database-gone` or `in-use`, when it must not begin. */
export function planSwap(facts: SwapFacts, options: SwapOptions): RestorePlan {
  const { backup, manifest, target, place, words, now } = facts
  const { name } = options
  if (manifest.part !== undefined)
    throw new Fault(
      "restore-unsupported",
      "the backup is of a part: in the place of the whole it would lose the rest",
      {
        hint: "Restore it into a new database, and take from that what is wanted.",
      },
    )
  const beside = planRestore({ ...facts, takesPlace: true }, besideOptions(options, now))
  if (!place)
    throw new Fault("database-gone", `there is no database ${name} on ${target.name} to take the place of`, {
      hint: "Restore it as a new database of that name.",
    })
  requireRenamable(place, options.endConnections)
  const kept = keptSeconds(options, facts.keepSeconds)
  // Its real name has the time in it, and a plan that is asked for again must be the same.
  const temporary = `${name}_new_…`
  const { hash: _, ...shared } = beside
  const steps = beside.steps.map((step) => step.replaceAll(beside.targetDatabase, temporary))
  const plan = {
    ...shared,
    targetDatabase: name,
    mode: "swap" as const,
    steps: [
      ...(options.safetyBackup
        ? [`Back up ${name} as it is then, with its own job, and stop if that backup is not good`]
        : []),
      ...steps.slice(0, -1),
      `Stop, and drop ${temporary} again, if it differs from what was dumped`,
      ...(options.endConnections ? [`End all connections to ${name}`] : []),
      ...words.exchange(name, temporary),
      kept === 0
        ? `Drop what ${name} was before: nothing can be undone`
        : `Keep what ${name} was before, ${words.keptAs}, for ${formatDuration(kept)}, for an undo; then drop it`,
      `If anything fails before that, drop ${temporary} again: ${name} is as it was`,
    ],
    lost: [`what was written to ${name} after ${backup.finishedAt}; ${lostTo(options, kept)}`],
    warnings: [
      ...(subjectName(manifest.subject) === name
        ? []
        : [`The backup is of ${subjectName(manifest.subject)}, not of ${name}`]),
      ...place.staysBehind.map(
        (what) => `${name} has ${what}: that goes with what is replaced, and is not made anew`,
      ),
      ...beside.warnings,
    ],
  }
  return withHash(plan, options)
}

function lostTo({ safetyBackup }: SwapOptions, kept: number): string {
  if (kept > 0)
    return `it is only in what is kept for ${formatDuration(kept)}${safetyBackup ? ", and in the backup made before" : ""}`
  return safetyBackup ? "it is only in the backup made before" : "nothing keeps it"
}

/** Throws a Fault `in-use`, with who is connected, for a database that cannot give or get a name now. */
export function requireRenamable({ name, sessions, who, obstacles }: Place, endConnections: boolean): void {
  if (obstacles.length > 0)
    throw new Fault(
      "in-use",
      `${name} cannot be exchanged: it has ${obstacles.map(({ what }) => what).join(", ")}`,
      { hint: [...new Set(obstacles.map(({ todo }) => todo))].join(" ") },
    )
  if (sessions === 0 || endConnections) return
  throw new Fault("in-use", `${name} has ${people({ sessions, who })}`, {
    hint: "Stop what is connected, or have the connections ended: endConnections in the request, --end-connections on the command line.",
  })
}

const people = ({ sessions, who }: Pick<Place, "sessions" | "who">): string =>
  `${sessions} ${sessions === 1 ? "connection" : "connections"}, of ${who.join(", ")}`

/** What of an undo can be said without asking the server. Throws a Fault `in-use` or `restore-unsupported`. `open`: other swaps of the server that could be undone, the newest first. */
export function requireUndoable(
  swap: SwapRecord | undefined,
  open: readonly SwapRecord[],
  now: Date,
): asserts swap is SwapRecord & { readonly state: "kept" } {
  const refuse = (message: string, hint = "Restore the backup that was made before, or another one.") => {
    throw new Fault("in-use", message, { hint })
  }
  if (!swap)
    throw new Fault("restore-unsupported", "the restore went into a new database: there is nothing to undo", {
      hint: "Drop that database when it is not wanted.",
    })
  if (swap.state === "beside")
    return refuse(`nothing was put in the place of ${swap.database}`, "There is nothing to undo.")
  if (swap.state === "exchanging")
    return refuse(
      "it is not known yet which database is in place",
      "It is found out at the next look at the server.",
    )
  if (swap.state === "gone") return refuse("the other database is dropped already")
  if (swap.keptUntil === null || swap.keptUntil <= now) return refuse("the time for an undo is over")
  const later = open.find(({ database }) => database === swap.database)
  if (later && later.restoreId !== swap.restoreId)
    return refuse(
      `a later restore has taken the place of ${swap.database}: ${later.restoreId}`,
      later.inPlace === "restored"
        ? "Undo that one first."
        : "Undo only goes back from what is in place: wait until what that one keeps is dropped.",
    )
}
