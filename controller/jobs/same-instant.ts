// Opens the snapshot of a dump and that of the session that reads its fingerprint at one instant, under a lock as short as can be.
import type { FingerprintLevel } from "../../schemas/manifest.ts"
import { Fault } from "../core/fault.ts"
import type { SnapshotReading } from "../engines/engine.ts"
import { firstBytes } from "../pipeline/first-bytes.ts"
import { untilAborted } from "../pipeline/first-cause.ts"
import { within } from "../pipeline/tool.ts"
import type { Clock, Docker, ExecProcess, Log } from "../ports.ts"
import { failureOf, type Journal } from "./journal.ts"
import type { Look } from "./probe.ts"
import { openSession, type Session } from "./session.ts"

/** How long writers were held up, and from when. */
export interface Held {
  readonly at: Date
  readonly milliseconds: number
}

export interface SameInstant {
  /** As `Docker.exec`, for the dump, once. Should there be no lock, it begins without, which the journal says. */
  exec: Docker["exec"]
  /** Null when they were not, or not yet. */
  held(): Held | null
  /** One database after the other. Undefined when the session has not the dump's snapshot, which the journal says. */
  read(database: string, level: FingerprintLevel, signal: AbortSignal): Promise<SnapshotReading | undefined>
  /** The session is over, with all that it holds. Never rejects. */
  end(): Promise<void>
}

interface Deps {
  readonly docker: Docker
  readonly clock: Clock
  readonly log: Log
}

/** To get the lock: looks at long statements, a second apart, included. */
const patienceSeconds = 15
/** The tool has so long to connect and to begin its transaction. */
const longestLockMilliseconds = 2000
/** For an answer that costs the server nothing. */
const answerSeconds = 10

/** @param databases what the dump is of; each is read once. Undefined for an engine that cannot do that */
export function sameInstant(
  { docker, clock, log }: Deps,
  { rules, access, place }: Look,
  databases: readonly string[],
  journal: Journal,
  signal: AbortSignal,
): SameInstant | undefined {
  if (!rules.lockedSnapshot) return undefined
  const locked = rules.lockedSnapshot
  const what = databases.length === 1 ? `the fingerprint of ${databases[0]}` : "the fingerprints"
  const unread = new Set(databases)
  let session: Session | undefined
  /** What is known of each database from before. Undefined when the session has not the dump's snapshot, or has ended. */
  let before: ReadonlyMap<string, readonly string[]> | undefined
  let held: Held | null = null
  let turn: Promise<unknown> = Promise.resolve()

  const explain = (code: number, stderr: string): Fault =>
    rules.explain(`opening a snapshot beside the dump for ${what}`, { code, stdout: "", stderr }, access)

  async function end(): Promise<void> {
    before = undefined
    const ending = session
    session = undefined
    await ending?.end()
  }
  /** Ends the session, and says why. Throws when all is given up. */
  async function goOnWithout(error: unknown): Promise<void> {
    await end()
    signal.throwIfAborted()
    journal("warn", `${what} will not be of the dump's own snapshot: ${failureOf(error, log).message}`)
  }

  async function lock(speaking: Session): Promise<ReadonlyMap<string, readonly string[]>> {
    const talk = locked.lock(databases)
    let next = talk.next()
    while (!next.done) next = talk.next(await speaking.ask(next.value))
    return next.value
  }

  /** The dump waits; it begins once the lock is held, or is not to be had. */
  async function begin(dump: ExecProcess, speaking: Session): Promise<ExecProcess> {
    try {
      before = await inTime(patienceSeconds, lock(speaking))
    } catch (error) {
      await goOnWithout(error)
    }
    const at = clock()
    dump.stdin?.end("go\n")
    if (!before) return dump
    const { stdout, outcome } = await firstBytes(dump.stdout, locked.hasOpened, longestLockMilliseconds)
    try {
      const unlocked = await inTime(answerSeconds, speaking.ask(locked.unlock))
      held = { at, milliseconds: locked.heldMilliseconds(unlocked) }
      if (outcome === "late")
        throw new Fault("timeout", `the dump did not begin within ${longestLockMilliseconds} ms`)
      const waited = `writers waited ${Math.round(held.milliseconds)} ms`
      journal("info", `${waited}, for the dump and ${what} to show the same instant`)
    } catch (error) {
      await goOnWithout(error)
    }
    return { ...dump, stdout }
  }

  async function answer(database: string, level: FingerprintLevel): Promise<SnapshotReading | undefined> {
    const known = before?.get(database)
    const speaking = session
    if (!speaking || !known) return undefined
    try {
      const questions = locked.fingerprint(database, level, known)
      let next = questions.next()
      while (!next.done) next = questions.next(await speaking.ask(next.value))
      unread.delete(database)
      if (unread.size === 0) await end()
      return next.value
    } catch (error) {
      if (before) await goOnWithout(error)
      return undefined
    }
  }

  return {
    async exec(request, toolSignal) {
      const script = locked.session(access)
      try {
        session = await openSession(docker, { place, script, endLine: locked.endLine, explain }, signal)
      } catch (error) {
        await goOnWithout(error)
      }
      if (!session) return await docker.exec(request, toolSignal)
      let dump: ExecProcess | undefined
      try {
        dump = await docker.exec({ ...request, ...locked.waiting(request), stdin: true }, toolSignal)
        return await begin(dump, session)
      } catch (error) {
        await end()
        await dump?.kill()
        throw error
      }
    },
    held: () => held,
    read(database, level, reading) {
      const mine = turn.then(() => answer(database, level))
      turn = mine
      return untilAborted(mine, reading).catch(async (error) => {
        // It would keep the others waiting.
        await (unread.size > 1 ? goOnWithout(error) : end())
        throw error
      })
    },
    end,
  }
}

async function inTime<T>(seconds: number, answer: Promise<T>): Promise<T> {
  const told = await within(seconds * 1000, answer)
  if (told === undefined) throw new Fault("timeout", `the server did not answer within ${seconds} s`)
  return told
}
