// What a manifest says of a backup that was just made.
import type { Proof } from "../../schemas/backup.ts"
import type { Encryption } from "../../schemas/encryption.ts"
import {
  type DatabaseFacts,
  type Fingerprint,
  type Manifest,
  manifestVersion,
  type ObjectCounts,
  type Part,
  type Snapshot,
} from "../../schemas/manifest.ts"
import { portOf } from "../../schemas/outside.ts"
import type { DesiredJob } from "../core/schedule-plan.ts"
import type { Address, DumpPlan } from "../engines/engine.ts"
import type { ContainerFacts, NewBackup } from "../ports.ts"
import type { Look, Target } from "./probe.ts"

export interface Made {
  readonly job: DesiredJob
  readonly target: Target
  readonly look: Look
  readonly backup: NewBackup
  readonly plan: DumpPlan
  readonly encryption: Encryption | null
  readonly startedAt: Date
  readonly finishedAt: Date
  readonly fileName: string
  /** Null for globals. */
  readonly facts: DatabaseFacts | null
  readonly proof: Proof
  readonly holds: ObjectCounts
  readonly fingerprint: Fingerprint | null
  /** Null for globals. */
  readonly snapshot: Snapshot | null
  /** Of a job that does not take all of it. */
  readonly part: Part | undefined
  readonly program: string
}

/** A server as manifests name it. */
export const serverIn = ({ id, name, project, service, container }: Target): Manifest["server"] => ({
  ...{ id, name, project, service },
  container: container.name,
  image: container.image,
  imageId: container.imageId,
})

export function manifestOf(made: Made): Manifest {
  const { job, look, backup, plan, facts } = made
  const { subject } = backup
  const { container } = made.target
  const { probe, rules } = look
  const stored = {
    subject,
    format: plan.format,
    compression: plan.streamCompression.algorithm,
    encryption: made.encryption,
    fileName: made.fileName,
    facts,
    ...(made.part ? { part: made.part } : {}),
  }
  return {
    formatVersion: manifestVersion,
    id: backup.id,
    runId: backup.runId,
    server: serverIn(made.target),
    ...stored,
    job: job.name,
    type: backup.type,
    trigger: backup.trigger,
    engine: {
      name: probe.engine,
      serverVersion: probe.serverVersion,
      tool: probe.tool,
      toolVersion: probe.toolVersion,
    },
    command: [...plan.command],
    startedAt: made.startedAt.toISOString(),
    finishedAt: made.finishedAt.toISOString(),
    sourceCompression: plan.sourceCompression,
    proof: made.proof,
    ...(facts === null ? {} : { holds: made.holds }),
    ...(made.fingerprint && { fingerprint: made.fingerprint }),
    ...(made.snapshot && { snapshot: made.snapshot }),
    spec: specText(job),
    meta: job.spec.meta,
    restore: [
      ...rules.restoreCommands({ ...stored, container: container.name, outside: addressOf(container) }),
    ],
    program: made.program,
  }
}

function addressOf({ outside }: ContainerFacts): Address | undefined {
  return outside && { host: outside.host, port: portOf(outside), user: outside.user }
}

/** The values in force, as text. */
function specText(job: DesiredJob): Record<string, string> {
  const values: Record<string, unknown> = {
    ...job.spec,
    timezone: job.timeZone,
    destinations: job.destinations,
  }
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  )
}
