// Databases of a run whose dumps show one instant: printed by one tool, stored one after the other, published once all of it is proven.
import type { Problem } from "../../schemas/errors.ts"
import { subjectName } from "../core/key.ts"
import type { DesiredJob } from "../core/schedule-plan.ts"
import { partsOf } from "../pipeline/parts.ts"
import type { NewBackup } from "../ports.ts"
import type { BackupDeps } from "./backup.ts"
import { deadline, tookTooLong } from "./deadline.ts"
import { dumpSubject } from "./dump-subject.ts"
import { type Group, groupsOf, single } from "./groups.ts"
import type { Instants } from "./instants.ts"
import { type JointFailure, jointOf } from "./joint.ts"
import { failureOf, type Journal } from "./journal.ts"
import { readOutline } from "./outline.ts"
import type { Place } from "./place.ts"
import type { Look } from "./probe.ts"
import type { Ready } from "./ready.ts"
import { sameInstant } from "./same-instant.ts"

export interface Together {
  readonly good: readonly NewBackup[]
  /** What backups failed with, each recorded. */
  readonly problems: readonly Problem[]
  /** What is to be dumped again. */
  readonly left: readonly Group[]
}

const nameOf = ({ subject }: NewBackup) => subjectName(subject)

/** Never throws. The backups are of databases that `groupsOf` has put together for this look at the server. */
export async function dumpTogether(
  deps: BackupDeps,
  job: DesiredJob,
  ready: Ready,
  { backups, tries }: Group,
  instants: Instants,
  journal: Journal,
  signal: AbortSignal,
): Promise<Together> {
  const { look, target } = ready
  const { docker, clock, log } = deps
  const names = backups.map(nameOf)
  const doing = `dumping ${names.length} databases at one instant`
  const own = new AbortController()
  const toolSignal = AbortSignal.any([signal, own.signal])
  const explain = (code: number, stderr: string) =>
    look.rules.explain(doing, { code, stdout: "", stderr }, look.access)

  const leftOf = (rest: readonly NewBackup[], failure: JointFailure): readonly Group[] => {
    if (signal.aborted) return rest.map(single)
    const { left, how } = regrouped(rest, failure, look, job, tries)
    const at = failure.name === undefined ? "" : ` at ${failure.name}`
    journal("warn", `${doing} failed${at}: ${failure.problem.message}. The others are dumped ${how}`)
    return left
  }
  const nothingYet = (failure: JointFailure): Together => ({
    good: [],
    problems: [],
    left: leftOf(backups, failure),
  })

  const databases = names.flatMap((name) => look.probe.databases.filter((database) => database.name === name))
  const { together } = look.rules
  if (!together) return { good: [], problems: [], left: backups.map(single) }
  const outline = await readOutline(docker, together, databases, ready, job, explain, toolSignal)
  if ("failure" in outline) {
    return nothingYet({ problem: failureOf(outline.failure, log), name: outline.at })
  }
  let dump: ReturnType<typeof together.dump>
  try {
    dump = together.dump(databases, outline.text, look.probe, look.access, job.spec.compress)
  } catch (error) {
    return nothingYet({ problem: failureOf(error, log), name: undefined })
  }
  let place: Place
  try {
    place = await deps.beside.placeFor(job, target, look, backups, journal, toolSignal)
  } catch (error) {
    return nothingYet({ problem: failureOf(error, log), name: undefined })
  }
  const parts = partsOf(dump.cutter, explain, toolSignal)
  const stop = (reason: unknown) => own.abort(reason)
  const isLocked = job.spec.fingerprint !== "off" && job.spec["snapshot.lock"]
  const instant = isLocked ? sameInstant(deps, look, names, journal, signal) : undefined
  const joint = jointOf({
    ...dump,
    place,
    names,
    parts,
    instant,
    docker,
    clock,
    log,
    instants,
    outer: signal,
    signal: toolSignal,
    stop,
  })
  const begun: { readonly backup: NewBackup; readonly ended: Promise<Problem | undefined> }[] = []
  for (const [position, backup] of backups.entries()) {
    const part = joint.part(position)
    const ended = dumpSubject(deps, job, target, look, backup, instants, journal, signal, part)
    begun.push({ backup, ended })
    await Promise.race([part.rested, ended])
    if (joint.failure() || signal.aborted) break
  }
  const limit = deadline(signal, job.spec.timeout, () =>
    tookTooLong(doing, job.spec.timeout, "Raise the label dbbackup.timeout."),
  )
  limit.signal.addEventListener("abort", () => stop(limit.signal.reason), { once: true })
  await joint.end()
  limit.clear()
  const outcomes = await Promise.all(
    begun.map(async ({ backup, ended }) => ({ backup, problem: await ended })),
  )
  await instant?.end()
  const isLeft = (backup: NewBackup) =>
    joint.repeated.has(nameOf(backup)) || !begun.some((one) => one.backup === backup)
  const rest = backups.filter(isLeft)
  const failure = joint.failure()
  for (const name of failure ? [] : joint.repeated)
    journal(
      "warn",
      `views of ${name} were changed while it was dumped: it is dumped again, at an instant of its own`,
    )
  const recorded = outcomes.filter(({ backup }) => !joint.repeated.has(nameOf(backup)))
  return {
    good: recorded.filter(({ problem }) => problem === undefined).map(({ backup }) => backup),
    problems: recorded.flatMap(({ problem }) => problem ?? []),
    left: failure ? leftOf(rest, failure) : rest.map(single),
  }
}

/** What is still to be dumped: the database at fault by itself, and the others together again, unless no database is at fault. */
function regrouped(
  rest: readonly NewBackup[],
  { name }: JointFailure,
  look: Look,
  job: DesiredJob,
  tries: number,
): { readonly left: readonly Group[]; readonly how: string } {
  const fault = rest.filter((backup) => nameOf(backup) === name)
  const others = rest.filter((backup) => nameOf(backup) !== name)
  const again = name === undefined ? others.map(single) : groupsOf(others, look, job, tries + 1)
  const areTogether = again.some(({ backups }) => backups.length > 1)
  const how = areTogether ? "together again" : "each at an instant of its own"
  return { left: [...again, ...fault.map(single)], how }
}
