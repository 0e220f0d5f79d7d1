// Takes the fingerprint beside a dump, in the dump's own snapshot where the engine can share one. It never fails a backup; it says why it is missing.
import type { Fingerprint, FingerprintLevel } from "../../schemas/manifest.ts"
import { Fault } from "../core/fault.ts"
import type { DumpPlan, SharedSnapshot } from "../engines/engine.ts"
import type { Clock, Docker, Log } from "../ports.ts"
import { failureOf, type Journal } from "./journal.ts"
import type { Look } from "./probe.ts"
import type { SameInstant } from "./same-instant.ts"
import { openSession, type Session } from "./session.ts"
import { runTool } from "./tool.ts"

export interface FingerprintRequest {
  readonly look: Look
  readonly database: string
  readonly level: FingerprintLevel | "off"
  readonly plan: DumpPlan
  /** What opened a snapshot at the instant of the dump's; undefined where nothing did. */
  readonly instant?: SameInstant | undefined
}

export interface Fingerprinting {
  /** Opens the snapshot, just before the dump begins. The plan of the dump that is to run. */
  begin(): Promise<{ readonly plan: DumpPlan; readonly openedAt: Date }>
  /** Whether the dump failed because it could not be of the snapshot that was opened for it: it is to begin again, and will not be. */
  retreat(error: unknown): Promise<boolean>
  /** The dump prints: it has its snapshot and its locks. Called often. */
  dumping(): void
  /** Waits for it, once the dump has ended. Null when there is none. */
  taken(): Promise<Fingerprint | null>
  /** Whatever happened: nothing of it runs or is open any more. Never rejects. */
  end(): Promise<void>
}

/** A session that holds a snapshot open, and what it said then. */
interface Held {
  readonly session: Session
  readonly shared: SharedSnapshot
  readonly opened: readonly string[]
  /** The dump, of that snapshot. */
  readonly plan: DumpPlan
}

/** Counting may last so much longer than the dump itself. */
const patienceSeconds = 15 * 60

export function fingerprinting(
  deps: { readonly docker: Docker; readonly clock: Clock; readonly log: Log },
  { look, database, level, plan, instant }: FingerprintRequest,
  journal: Journal,
  outer: AbortSignal,
): Fingerprinting {
  const { docker, clock, log } = deps
  const { rules, access, place } = look
  const own = new AbortController()
  const signal = AbortSignal.any([outer, own.signal])
  let held: Held | null = null
  let reading: Promise<Fingerprint | null> | null = null
  let openSeconds = 0
  let over = false
  let apart = false

  const explain = (code: number, stderr: string): Fault =>
    rules.explain(`taking the fingerprint of ${database}`, { code, stdout: "", stderr }, access)

  /** Null, with a warning, when this server or this connection cannot do that. */
  async function open(): Promise<Held | null> {
    const shared = rules.sharedSnapshot
    if (level === "off" || apart || !shared) return null
    const script = shared.session(database, access)
    let session: Session | undefined
    try {
      session = await openSession(docker, { place, script, endLine: shared.endLine, explain }, signal)
      const opened = await session.ask(shared.open)
      return { session, shared, opened, plan: shared.dump(plan, shared.readId(opened)) }
    } catch (error) {
      await session?.end()
      outer.throwIfAborted()
      const { message } = failureOf(error, log)
      journal("warn", `the fingerprint of ${database} will not be of the dump's own snapshot: ${message}`)
      return null
    }
  }

  async function read(wanted: FingerprintLevel): Promise<Fingerprint | null> {
    const begun = performance.now()
    try {
      const found = held
        ? await readIn(held, wanted)
        : ((await instant?.read(database, wanted, signal)) ?? (await readApart(wanted)))
      if (!found) return null
      const seconds = Math.round(openSeconds * 1000 + performance.now() - begun) / 1000
      return { level: wanted, sameSnapshot: held !== null, ...found, seconds }
    } catch (error) {
      const { message } = failureOf(signal.aborted ? signal.reason : error, log)
      if (!over && !outer.aborted) journal("warn", `there is no fingerprint of ${database}: ${message}`)
      return null
    } finally {
      await held?.session.end()
    }
  }

  async function readIn({ session, shared, opened }: Held, wanted: FingerprintLevel) {
    const questions = shared.fingerprint(wanted, opened)
    let next = questions.next()
    while (!next.done) next = questions.next(await session.ask(next.value))
    return next.value
  }

  async function readApart(wanted: FingerprintLevel) {
    const script = rules.fingerprint?.(database, wanted, access)
    if (!script) return undefined
    const outcome = await runTool(docker, place, script, signal)
    if (outcome.code !== 0) throw explain(outcome.code, outcome.stderr)
    return rules.readFingerprint?.(outcome)
  }

  return {
    async begin() {
      const begun = performance.now()
      held = await open()
      openSeconds = (performance.now() - begun) / 1000
      return { plan: held?.plan ?? plan, openedAt: clock() }
    },
    async retreat(error) {
      const refused = held !== null && reading === null && /snapshot/i.test(failureOf(error, log).message)
      if (!refused || signal.aborted) return false
      await held?.session.end()
      apart = true
      journal("warn", `${database} is dumped again, its fingerprint apart: ${failureOf(error, log).message}`)
      return true
    },
    dumping() {
      if (level !== "off") reading ??= read(level)
    },
    async taken() {
      const timer = setTimeout(() => own.abort(gaveUp(database)), patienceSeconds * 1000)
      try {
        return await reading
      } finally {
        clearTimeout(timer)
      }
    },
    async end() {
      over = true
      own.abort(new Fault("cancelled", "the dump has ended"))
      await reading
      await held?.session.end()
    },
  }
}

function gaveUp(database: string): Fault {
  return new Fault(
    "timeout",
    `reading ${database} for its fingerprint took ${patienceSeconds} s longer than the dump, and was given up`,
    { hint: "The label dbbackup.fingerprint=estimates counts no rows." },
  )
}
