// One subject of a run, from the tool in the container to a listed backup: store ▸ prove ▸ publish ▸ record.
import type { Problem } from "../../schemas/errors.ts"
import type { DatabaseFacts } from "../../schemas/manifest.ts"
import { inWords, unseen } from "../core/completeness.ts"
import { Fault, inFull } from "../core/fault.ts"
import { keepingOf } from "../core/keeping.ts"
import { fileName, objectKey, subjectName, subjectWord } from "../core/key.ts"
import type { DesiredJob } from "../core/schedule-plan.ts"
import { politely } from "../engines/polite.ts"
import { type StoreRequest, storeDump } from "../pipeline/store.ts"
import type { Destination, NewBackup } from "../ports.ts"
import type { BackupDeps } from "./backup.ts"
import { requireComplete } from "./complete.ts"
import { deadline, tookTooLong } from "./deadline.ts"
import { withDoubt } from "./doubt.ts"
import { encryptionOf } from "./encryption-of.ts"
import { expectedBytes } from "./expected-bytes.ts"
import { type Fingerprinting, fingerprinting } from "./fingerprint.ts"
import type { Instants } from "./instants.ts"
import type { JointPart } from "./joint-part.ts"
import { failureOf, type Journal, statusOf } from "./journal.ts"
import { rewriterOf } from "./load-request.ts"
import { manifestOf } from "./manifest-of.ts"
import { partOf, sayPart } from "./part.ts"
import type { Look, Target } from "./probe.ts"
import { publish } from "./publish.ts"
import { type SameInstant, sameInstant } from "./same-instant.ts"
import { limitsOf } from "./silence.ts"

/**
 * Undefined when the backup is good, else the problem it was recorded with: it failed, or is kept as suspect. Never throws.
 * @param joint what one tool prints of it beside others; a failure that it repeats is not recorded
 */
export async function dumpSubject(
  deps: BackupDeps,
  job: DesiredJob,
  target: Target,
  look: Look,
  backup: NewBackup,
  instants: Instants,
  journal: Journal,
  signal: AbortSignal,
  joint?: JointPart,
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
  let beside: Fingerprinting | undefined
  let instant: SameInstant | undefined
  try {
    signal.throwIfAborted()
    requirePresent(look, backup, target)
    requireSeen(look, backup)
    const facts = factsOf(look, backup)
    const asking = { docker: deps.docker, look, spec: job.spec }
    const part = facts && (await partOf(asking, name, facts, limit.signal))
    if (part) sayPart(name, part, journal)
    const form = { choice: part?.choice ?? null, plain: job.spec.format === "plain" }
    let plan =
      joint?.plan ?? look.rules.dump(backup.subject, look.probe, look.access, job.spec.compress, form)
    // A fingerprint is one of the whole database.
    const level = facts === null || part ? "off" : job.spec.fingerprint
    if (!joint && level !== "off" && job.spec["snapshot.lock"])
      instant = sameInstant(deps, look, [name], journal, limit.signal)
    const asked = { look, database: name, level, plan, instant: joint?.instant ?? instant }
    beside = fingerprinting(deps, asked, journal, limit.signal)
    let openedAt: Date | undefined
    const begun = begunAt(deps, backup)
    const startedAt = begun ?? clock()
    const encryption = encryptionOf(deps, job)
    const file = {
      server: target.id,
      subject: subjectWord(backup.subject),
      type: backup.type,
      at: startedAt,
      id: backup.id,
      extension: plan.extension + (encryption === null ? "" : ".age"),
    }
    const key = objectKey(file)
    const keeping = keepingOf(backup, job, startedAt, catalogue.lastGood(backup.databaseId)?.proof)
    const expected = expectedBytes(catalogue, job, backup.databaseId)
    const destinations = destinationsOf(deps, job).map((destination) => ({
      destination,
      key,
      keeping,
      expected,
    }))
    const planned = destinations.map(({ destination }) => ({ destination: destination.name, key }))
    if (begun === undefined) catalogue.startBackup(backup.id, startedAt, planned)
    let end = plan.end()
    const place = joint
      ? look.place
      : await deps.beside.placeFor(job, target, look, [backup], journal, limit.signal)
    const request: StoreRequest = {
      start: async () => {
        ;({ plan, openedAt } = (await beside?.begin()) ?? { plan, openedAt: clock() })
        const where = place.helper && !place.helper.outside ? " from a container beside the server" : ""
        journal("info", `dumping ${name}${where}: ${plan.command.join(" ")}`)
        const script = job.spec.nice ? politely(plan.script) : plan.script
        const request = { ...place, ...script, stdin: false }
        return await (joint ?? instant ?? deps.docker).exec(request, limit.signal)
      },
      rewriter: facts && plan.format === "sql" ? rewriterOf(backup.subject, look) : undefined,
      end,
      compression: plan.streamCompression,
      recipients: encryption?.recipients ?? null,
      destinations,
      signal: limit.signal,
      onProgress: (rawBytes, storedBytes) => {
        if (rawBytes > 0) beside?.dumping()
        catalogue.progress(backup.id, rawBytes, storedBytes)
      },
      explain: (code, stderr) =>
        look.rules.explain(`dumping ${name}`, { code, stdout: "", stderr }, look.access),
      ...limitsOf(deps.docker, job.spec, look, backup.subject, journal),
    }
    const written = await storeDump(request).catch(async (error) => {
      if (!(await beside?.retreat(error))) throw error
      end = plan.end()
      return await storeDump({ ...request, end })
    })
    const holds = end.held()
    try {
      if (facts) await requireComplete(asking, name, part?.wanted ?? facts, holds, limit.signal)
    } catch (error) {
      await Promise.all(written.writers.map(({ writer }) => writer.abort(error)))
      throw error
    }
    const stored = joint ? await joint.whole(written, limit) : written
    const fingerprint = await beside.taken()
    const made = manifestOf({
      job,
      target,
      look,
      backup,
      plan,
      encryption,
      startedAt,
      finishedAt: clock(),
      fileName: fileName(file),
      facts,
      proof: stored.proof,
      holds,
      part: part?.record,
      fingerprint,
      snapshot: facts && openedAt ? (joint?.snapshot ?? instants)(openedAt, instant?.held()) : null,
      program: deps.program,
    })
    const manifest = withDoubt(catalogue, backup.databaseId, made, job.spec["max-shrink"])
    const copies = await publish(stored, manifest, clock, log, limit.signal, deps.signer)
    catalogue.finishBackup(backup.id, new Date(manifest.finishedAt), {
      status: "completed",
      manifest,
      copies,
    })
    for (const copy of copies)
      if (copy.state === "failed")
        journal("warn", `no copy of ${name} at ${copy.destination}: ${copy.error.message}`)
    if (manifest.suspect) {
      journal("warn", `${name} is kept, and suspect: ${inFull(manifest.suspect)}`)
      return manifest.suspect
    }
    journal(
      "info",
      `${name} is good: exit code 0, ${stored.proof.end}, ${stored.proof.storedBytes} bytes, sha256 ${stored.proof.storedSha256}${facts ? `; it holds ${inWords(holds)}` : ""}`,
    )
    return undefined
  } catch (error) {
    const problem = failureOf(limit.signal.aborted ? limit.signal.reason : error, log)
    if (joint?.repeats(problem)) return problem
    return recordFailure(deps, backup, problem, journal)
  } finally {
    await beside?.end()
    await instant?.end()
    limit.clear()
  }
}

export function recordFailure(
  { catalogue, clock }: BackupDeps,
  backup: NewBackup,
  problem: Problem,
  journal: Journal,
): Problem {
  journal("error", `${subjectName(backup.subject)} was not backed up: ${inFull(problem)}`)
  catalogue.finishBackup(backup.id, clock(), { status: statusOf(problem), error: problem })
  return problem
}

/** When an earlier try of this run began, which planned the same copies; undefined for the first. */
function begunAt({ catalogue }: BackupDeps, { id }: NewBackup): Date | undefined {
  const record = catalogue.backup(id)
  return record?.status === "running" ? new Date(record.startedAt) : undefined
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
