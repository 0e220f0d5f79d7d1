// Copies the catalogue to every destination on its schedule, and when asked.
import type { CatalogueCopy } from "../../schemas/catalogue.ts"
import type { Problem } from "../../schemas/errors.ts"
import { nextRuns } from "../../schemas/scalar.ts"
import type { CatalogueRules } from "../core/catalogue-rules.ts"
import { Fault, problemOf } from "../core/fault.ts"
import type { Clock, Destination, Log } from "../ports.ts"

export interface CatalogueCopies {
  state(): readonly CatalogueCopy[]
  /** When the next ones are made by themselves; null when never. */
  nextAt(): Date | null
  /** Copies to every destination now. Rejects with a Fault while the catalogue is being made again. */
  copyNow(): Promise<readonly CatalogueCopy[]>
  /** Makes those that are due. */
  look(): Promise<void>
  follow(): void
  ended(): Promise<void>
}

interface Known {
  readonly madeAt: Date | null
  readonly problem: Problem | null
  /** When it was last tried and failed. */
  readonly failedAt: Date | null
}

const lookMilliseconds = 60_000
/** Where there is none yet: a new controller's first backups are in it by then. */
const firstMilliseconds = 60 * 60_000
const againMilliseconds = 15 * 60_000

/** To several destinations at once, so that the copy is made once. Says of each what came of it. */
export type StoreCopies = (
  destinations: readonly Destination[],
  at: Date,
  rules: CatalogueRules,
  signal: AbortSignal,
) => Promise<ReadonlyMap<string, Problem | null>>

export function createCatalogueCopies(deps: {
  readonly destinations: ReadonlyMap<string, Destination>
  readonly rules: () => CatalogueRules
  readonly store: StoreCopies
  /** When the newest was made that stands there; null when there is none. Rejects with a Fault. */
  readonly newestAt: (destination: Destination, signal: AbortSignal) => Promise<Date | null>
  /** What was kept from before a migration, to be copied at the start; null when there is nothing. */
  readonly early: (() => Promise<unknown>) | null
  readonly isMending: () => boolean
  readonly clock: Clock
  readonly log: Log
  readonly signal: AbortSignal
}): CatalogueCopies {
  const { destinations, rules, store, newestAt, isMending, clock, log, signal } = deps
  const startedAt = clock()
  const known = new Map<string, Known>()
  let running: Promise<unknown> = Promise.resolve()
  let isBusy = false

  const all = () => [...destinations.values()]
  const knownOf = (name: string): Known => known.get(name) ?? { madeAt: null, problem: null, failedAt: null }

  function dueAt(name: string): Date | null {
    const { keep, pattern, timeZone } = rules()
    if (keep === 0 || pattern === null) return null
    const { madeAt, failedAt } = knownOf(name)
    const tick = madeAt
      ? nextRuns(pattern, timeZone, madeAt, 1)[0]
      : new Date(startedAt.getTime() + firstMilliseconds)
    if (tick === undefined) return null
    return failedAt ? new Date(Math.max(tick.getTime(), failedAt.getTime() + againMilliseconds)) : tick
  }

  async function copyTo(chosen: readonly Destination[]): Promise<void> {
    if (chosen.length === 0) return
    const at = clock()
    const outcomes = await store(chosen, at, rules(), signal)
    for (const { name } of chosen) {
      const problem = outcomes.get(name) ?? null
      if (problem) log("error", `the catalogue could not be copied to ${name}: ${problem.message}`)
      known.set(
        name,
        problem ? { ...knownOf(name), problem, failedAt: at } : { madeAt: at, problem: null, failedAt: null },
      )
    }
  }

  async function learn(name: string, destination: Destination): Promise<void> {
    if (known.has(name)) return
    try {
      known.set(name, { madeAt: await newestAt(destination, signal), problem: null, failedAt: null })
    } catch (error) {
      if (!signal.aborted) log("debug", `copies at ${name} cannot be listed: ${problemOf(error).message}`)
    }
  }

  /** Never rejects. One at a time. */
  async function exclusively(work: () => Promise<unknown>): Promise<void> {
    isBusy = true
    const done = work()
      .catch((error) => {
        if (!signal.aborted) log("error", `the catalogue could not be copied: ${problemOf(error).message}`)
      })
      .finally(() => {
        isBusy = false
      })
    running = done
    await done
  }

  async function look(): Promise<void> {
    if (isBusy || isMending() || signal.aborted) return
    await exclusively(async () => {
      for (const destination of all()) await learn(destination.name, destination)
      const now = clock()
      const isDue = ({ name }: Destination) => {
        const due = known.has(name) ? dueAt(name) : null
        return due !== null && due <= now
      }
      await copyTo(all().filter(isDue))
    })
  }

  return {
    state: () =>
      all().map(({ name }) => {
        const { madeAt, problem } = knownOf(name)
        return { destination: name, madeAt: madeAt?.toISOString() ?? null, problem }
      }),
    nextAt() {
      const times = all().flatMap(({ name }) => dueAt(name) ?? [])
      return times.length === 0 ? null : new Date(Math.min(...times.map((time) => time.getTime())))
    },
    async copyNow() {
      if (isMending())
        throw new Fault("already-running", "the catalogue is being made again: a copy now would not be whole")
      while (isBusy) await running
      await exclusively(() => copyTo(all()))
      return this.state()
    },
    look,
    follow() {
      const { early } = deps
      const first = early && !isMending() ? exclusively(early) : Promise.resolve()
      void first.then(look)
      const timer = setInterval(look, lookMilliseconds)
      signal.addEventListener("abort", () => clearInterval(timer))
    },
    async ended() {
      await running
    },
  }
}
