// The two hooks around a piece of work: the first before it, the second whatever becomes of it once the first was started.
import { type Hook, type HookMoment, hookOf, type JobLabels } from "../../schemas/labels.ts"
import { Fault, faultIn, problemOf } from "../core/fault.ts"
import type { Catalogue, Docker } from "../ports.ts"
import { type Owner, runHook } from "./hook.ts"
import type { Journal } from "./journal.ts"
import { isAway, lookInside, type Target } from "./probe.ts"

export interface HookDeps {
  readonly docker: Docker
  readonly catalogue: Catalogue
  /** Whether the operator lets labels name commands. */
  readonly hooksAllowed: () => boolean
}

export interface Hooks {
  /** Throws `hooks-off`: to dump a server that was not prepared could be worse than not to dump it. */
  requireAllowed(): void
  /**
   * Runs the first hook, once for each start of the server's container: what it prepared is gone with the process. Throws
   * `hook-failed`, or what `docker.exec` rejects with, unless its label says to continue.
   */
  before(target: Target, signal: AbortSignal): Promise<void>
  /**
   * Runs the second one, if `before` was reached, under a time limit of its own, not under the signal of the work. What its failure
   * is to the work, or null. Never throws. While the server is away the hook stays owed: `tieUp` runs it later.
   */
  after(target: () => Target): Promise<Fault | null>
}

export function hooksAround(
  deps: HookDeps,
  spec: JobLabels | undefined,
  moments: readonly [HookMoment, HookMoment],
  owner: Owner,
  journal: Journal,
): Hooks {
  const [first, second] = moments.map((moment) => spec && hookOf(spec, moment))
  let prepared: string | undefined
  let owed: Target["id"] | undefined
  return {
    requireAllowed() {
      if ((first || second) && !deps.hooksAllowed()) throw switchedOff()
    },
    async before(target, signal) {
      const incarnation = `${target.container.id} ${target.container.startedAt}`
      if (incarnation === prepared) return
      signal.throwIfAborted()
      if (second && owed === undefined) {
        // Recorded before the first is started: a crash right after it must not leave the server as it prepared it.
        deps.catalogue.addLooseEnd({ owner, serverId: target.id, kind: "hook", detail: second })
        owed = target.id
      }
      prepared = incarnation
      if (!first) return
      try {
        await runHook(deps.docker, target.container.id, first, journal, signal)
      } catch (error) {
        if (signal.aborted || first.onError === "fail") throw error
        warn(journal, error)
      }
    },
    async after(target) {
      if (!second || owed === undefined) return null
      const fault = await runOwed(deps, owner, second, target, journal)
      return second.onError === "fail" ? fault : null
    },
  }
}

/**
 * Runs a second hook and crosses it off, unless its server is away: then it stays owed. Null when it exited 0. Never throws.
 */
export async function runOwed(
  deps: HookDeps,
  owner: Owner,
  hook: Hook,
  target: () => Target,
  journal: Journal,
): Promise<Fault | null> {
  try {
    if (!deps.hooksAllowed()) throw switchedOff()
    await runHook(deps.docker, target().container.id, hook, journal, new AbortController().signal)
    deps.catalogue.removeLooseEnd({ owner, kind: "hook" })
    return null
  } catch (error) {
    warn(journal, error)
    const fault = faultIn(error) ?? new Fault("hook-failed", problemOf(error).message, { cause: error })
    const final =
      fault.code === "tool-missing" || (fault.code === "hook-failed" && (await answers(deps.docker, target)))
    if (final) deps.catalogue.removeLooseEnd({ owner, kind: "hook" })
    else journal("warn", `the ${hook.moment} hook runs again once the server answers`)
    return fault.code === "hook-failed" ? fault : new Fault("hook-failed", fault.message, hintOf(fault))
  }
}

/** A hook that failed because the server is down, starting or being replaced says nothing about the hook. */
async function answers(docker: Docker, target: () => Target): Promise<boolean> {
  try {
    await lookInside(docker, target(), AbortSignal.timeout(30_000))
    return true
  } catch (error) {
    return !isAway(error)
  }
}

function switchedOff(): Fault {
  return new Fault("hooks-off", "its labels name hooks, and hooks are switched off for every server", {
    hint: "Take the labels dbbackup.hooks.* away, or let the operator of this controller allow hooks again.",
  })
}

const hintOf = ({ hint, cause }: Fault) => ({ ...(hint === null ? {} : { hint }), cause })

function warn(journal: Journal, error: unknown): void {
  const { message, hint } = problemOf(error)
  journal("warn", hint ? `${message}. ${hint}` : message)
}
