// One subject of a run, from the tool in the container to a listed backup: store ▸ prove ▸ publish ▸ record.
import type { Problem } from "../../schemas/errors.ts"
import type { DatabaseFacts } from "../../schemas/manifest.ts"
import { inWords, unseen } from "../core/completeness.ts"
import { Fault } from "../core/fault.ts"
import { fileName, objectKey, subjectName, subjectWord } from "../core/key.ts"
import type { DesiredJob } from "../core/schedule-plan.ts"
import { storeDump } from "../pipeline/store.ts"
import type { Destination, NewBackup } from "../ports.ts"
import type { BackupDeps } from "./backup.ts"
import { requireComplete } from "./complete.ts"
import { deadline, tookTooLong } from "./deadline.ts"
import { failureOf, type Journal, statusOf } from "./journal.ts"
import { manifestOf } from "./manifest-of.ts"
import { partOf, sayPart } from "./part.ts"
import type { Look, Target } from "./probe.ts"
import { publish } from "./publish.ts"

/** Undefined when the backup is good, else the problem it was recorded with. Never throws. */
export async function dumpSubject(
  deps: BackupDeps,
  job: DesiredJob,
  target: Target,
  look: Look,
  backup: NewBackup,
  journal: Journal,
  signal: AbortSignal,
): Promise<Problem | undefined> {
  const { catalogue, clock, log } = deps
  const name = subjectName(backup.subject)
  const limit = deadline(signal, job.spec.timeout, () =>
    tookTooLong(
      `dumping ${name}`,
      job.spec.timeout,
      "Raise the label dbbackup.timeout, or find out what holds the server up.",
    ),
  )
  try {
    signal.throwIfAborted()
    requirePresent(look, backup, target)
    requireSeen(look, backup)
    const facts = factsOf(look, backup)
    const asking = { docker: deps.docker, target, look, spec: job.spec }
    const part = facts && (await partOf(asking, name, facts, limit.signal))
    if (part) sayPart(name, part, journal)
    const form = { choice: part?.choice ?? null, plain: job.spec.format === "plain" }
    const plan = look.rules.dump(backup.subject, look.probe, look.access, job.spec.compress, form)
    const startedAt = clock()
    const file = {
      server: target.id,
      subject: subjectWord(backup.subject),
      type: backup.type,
      at: startedAt,
      id: backup.id,
      extension: plan.extension,
    }
    const key = objectKey(file)
    const destinations = destinationsOf(deps, job).map((destination) => ({ destination, key }))
    catalogue.startBackup(
      backup.id,
      startedAt,
      destinations.map(({ destination }) => ({ destination: destination.name, key })),
    )
    journal("info", `dumping ${name}: ${plan.command.join(" ")}`)
    const end = plan.end()
    const stored = await storeDump({
      start: () =>
        deps.docker.exec({ containerId: target.container.id, ...plan.script, stdin: false }, limit.signal),
      end,
      compression: plan.streamCompression,
      destinations,
      signal: limit.signal,
      onProgress: (rawBytes, storedBytes) => catalogue.progress(backup.id, rawBytes, storedBytes),
      explain: (code, stderr) =>
        look.rules.explain(`dumping ${name}`, { code, stdout: "", stderr }, look.access),
    })
    const holds = end.held()
    try {
      if (facts) await requireComplete(asking, name, part?.wanted ?? facts, holds, limit.signal)
    } catch (error) {
      await Promise.all(stored.writers.map(({ writer }) => writer.abort(error)))
      throw error
    }
    const manifest = manifestOf({
      job,
      target,
      look,
      backup,
      plan,
      startedAt,
      finishedAt: clock(),
      fileName: fileName(file),
      facts,
      proof: stored.proof,
      holds,
      part: part?.record,
      program: deps.program,
    })
    const copies = await publish(stored, manifest, clock, log, limit.signal)
    catalogue.finishBackup(backup.id, new Date(manifest.finishedAt), {
      status: "completed",
      manifest,
      copies,
    })
    for (const copy of copies)
      if (copy.state === "failed")
        journal("warn", `no copy of ${name} at ${copy.destination}: ${copy.error.message}`)
    journal(
      "info",
      `${name} is good: exit code 0, ${stored.proof.end}, ${stored.proof.storedBytes} bytes, sha256 ${stored.proof.storedSha256}${facts ? `; it holds ${inWords(holds)}` : ""}`,
    )
    return undefined
  } catch (error) {
    const problem = failureOf(limit.signal.aborted ? limit.signal.reason : error, log)
    return recordFailure(deps, backup, problem, journal)
  } finally {
    limit.clear()
  }
}

export function recordFailure(
  { catalogue, clock }: BackupDeps,
  backup: NewBackup,
  problem: Problem,
  journal: Journal,
): Problem {
  const why = `${problem.message}${problem.hint ? `. ${problem.hint}` : ""}`
  journal("error", `${subjectName(backup.subject)} was not backed up: ${why}`)
  catalogue.finishBackup(backup.id, clock(), { status: statusOf(problem), error: problem })
  return problem
}

function requirePresent(look: Look, { subject }: NewBackup, target: Target): void {
  if (subject.kind === "globals" || look.probe.databases.some(({ name }) => name === subject.name)) return
  throw new Fault("database-gone", `there is no database ${subject.name} on ${target.name}`, {
    hint: `Databases there: ${look.probe.databases.map(({ name }) => name).join(", ") || "none"}. Check the label dbbackup.databases.`,
  })
}

/** What the server said of the database before the dump; null for globals. */
function factsOf({ probe }: Look, { subject }: NewBackup): DatabaseFacts | null {
  if (subject.kind === "globals") return null
  return probe.databases.find(({ name }) => name === subject.name)?.facts ?? null
}

function requireSeen({ probe }: Look, { subject }: NewBackup): void {
  if (subject.kind === "globals") return
  const { hidden = [] } = probe.databases.find(({ name }) => name === subject.name) ?? {}
  if (hidden.length > 0) throw unseen(subject.name, hidden)
}

function destinationsOf(deps: BackupDeps, job: DesiredJob): readonly Destination[] {
  return job.destinations.map((name) => {
    const destination = deps.destinations.get(name)
    if (!destination) throw new Fault("destination-unknown", `there is no destination named ${name}`)
    return destination
  })
}
