// One tool that prints several dumps, as each of these dumps sees it: its part, the wait for the whole, and who is to blame for a failure.
import type { FaultCode, Problem } from "../../schemas/errors.ts"
import { Fault } from "../core/fault.ts"
import type { DumpPlan } from "../engines/engine.ts"
import type { Parts } from "../pipeline/parts.ts"
import type { Clock, Cutter, Docker, Log } from "../ports.ts"
import type { Instants } from "./instants.ts"
import { atRest, discard, type JointPart } from "./joint-part.ts"
import { failureOf } from "./journal.ts"
import type { Place } from "./place.ts"
import { meansAway } from "./probe.ts"
import type { SameInstant } from "./same-instant.ts"

/** Why the tool did not print it all, and at which dump it was. */
export interface JointFailure {
  readonly problem: Problem
  readonly name: string | undefined
}

export interface Joint {
  /** `rested`: its bytes are at rest, and the next dump can begin. */
  part(position: number): JointPart & { readonly rested: Promise<void> }
  /** After the last dump: all is whole, or why it is not. Tells every part, once. */
  end(): Promise<void>
  failure(): JointFailure | undefined
  /** Names of those that are dumped again. */
  readonly repeated: ReadonlySet<string>
  /** Names of those that turned out not to be what they should be. */
  readonly stale: ReadonlySet<string>
}

export interface JointRequest {
  readonly names: readonly string[]
  readonly plan: DumpPlan
  readonly cutter: Cutter
  readonly parts: Parts
  readonly place: Place
  readonly docker: Docker
  readonly clock: Clock
  readonly log: Log
  readonly instants: Instants
  readonly instant: SameInstant | undefined
  /** Of the run. */
  readonly outer: AbortSignal
  /** Of the tool; aborted by `stop` too. */
  readonly signal: AbortSignal
  readonly stop: (reason: unknown) => void
}

/** Fails one dump, and leaves the tool to print the others. */
const ofOneDump: readonly FaultCode[] = [
  "dump-incomplete",
  "disk-full",
  "destination-unavailable",
  "destination-unknown",
  "copy-missing",
  "copy-mismatch",
]

export function jointOf(request: JointRequest): Joint {
  const { names, plan, cutter, parts, place, docker, clock, log, instant, outer, signal, stop } = request
  const repeated = new Set<string>()
  const stale = new Set<string>()
  const whole = Promise.withResolvers<void>()
  whole.promise.catch(() => undefined)
  let failure: JointFailure | undefined
  let openedAt: Date | undefined
  let told = false

  /** What the tool itself failed with, as soon as there is something. */
  const failed = (): JointFailure | undefined => {
    const error = parts.failure()
    if (error !== undefined) failure ??= { problem: failureOf(error, log), name: names[cutter.at()] }
    return failure
  }

  return {
    repeated,
    stale,
    failure: failed,
    part(position) {
      const name = names[position] ?? ""
      const rested = Promise.withResolvers<void>()
      return {
        plan,
        rested: rested.promise,
        exec: (tool) =>
          parts.at(position, () => {
            openedAt = clock()
            return (instant ?? docker).exec({ ...tool, ...place }, signal)
          }),
        snapshot: () => ({ ...request.instants(openedAt ?? clock(), instant?.held()), scope: "server" }),
        instant,
        async whole(written, limit) {
          const stored = await atRest(written, limit.signal)
          limit.clear()
          rested.resolve()
          try {
            await whole.promise
            if (stale.has(name)) throw changed(name)
          } catch (error) {
            await discard(stored)
            throw error
          }
          return stored
        },
        repeats(problem) {
          if (outer.aborted) return false
          if (told && !failure && !stale.has(name)) return false
          if (!failed() && !stale.has(name)) {
            if (ofOneDump.includes(problem.code)) return false
            // It printed nothing any more, or what nobody could take.
            failure = { problem, name }
            stop(faultOf(problem))
            return false
          }
          // The server is waited for before the others are tried again, and this one may be why it went away.
          if (failure?.name === name && meansAway(problem.code)) return false
          repeated.add(name)
          return true
        },
      }
    },
    async end() {
      try {
        if (!failed() && !outer.aborted)
          for (const position of await parts.finish()) stale.add(names[position] ?? "")
      } catch (error) {
        failure ??= { problem: failureOf(error, log), name: names[cutter.at()] }
      }
      told = true
      if (failure) stop(faultOf(failure.problem))
      await parts.end()
      if (outer.aborted) whole.reject(outer.reason)
      else if (failure) whole.reject(faultOf(failure.problem))
      else whole.resolve()
    },
  }
}

const faultOf = ({ code, message, hint }: Problem): Fault =>
  new Fault(code, message, hint === null ? {} : { hint })

function changed(name: string): Fault {
  return new Fault("dump-failed", `views of ${name} were changed while databases were dumped together`)
}
