// What is said and recorded of a dump that was handed in: its manifest, and its rows, before its bytes are visible.
import type { Encryption } from "../../schemas/encryption.ts"
import { type Manifest, manifestVersion } from "../../schemas/manifest.ts"
import type { Compression } from "../../schemas/scalar.ts"
import type { DumpKind } from "../core/dump-kind.ts"
import { rulesFor } from "../engines/registry.ts"
import type { Measure } from "../pipeline/stage.ts"
import type { Stored } from "../pipeline/store.ts"
import type { EndDetector, NewBackup } from "../ports.ts"
import type { ImportDeps, ImportRequest } from "./import.ts"
import { failureOf } from "./journal.ts"
import { serverIn } from "./manifest-of.ts"
import { publish } from "./publish.ts"

/** No job of labels can have the name of one that is in no label: retention, which goes by jobs, never decides about an import. */
export const importJob = "@import"

export interface Made {
  readonly kind: DumpKind
  readonly backup: NewBackup
  readonly compression: Compression
  readonly encryption: Encryption | null
  readonly stored: Stored
  readonly end: EndDetector
  readonly file: string
}

/** The times are those of the file; facts of the database are what the dump tells by itself. */
export function importManifest(
  { clock, program }: ImportDeps,
  { server, madeAt, fileName: given }: ImportRequest,
  { kind, backup, compression, encryption, stored, end, file }: Made,
  { bytes, sha256 }: Measure,
): Manifest {
  const { container } = server
  const { subject } = backup
  const { tables = 0, ...objects } = end.held()
  const holds = { tables, ...objects }
  const facts = subject.kind === "globals" ? null : { attributes: {}, tables, objects }
  const { algorithm } = compression
  const what = { subject, facts, format: kind.format, compression: algorithm, encryption, fileName: file }
  return {
    formatVersion: manifestVersion,
    id: backup.id,
    runId: backup.runId,
    server: serverIn(server),
    ...what,
    job: importJob,
    type: backup.type,
    trigger: backup.trigger,
    engine: {
      name: kind.engine,
      serverVersion: kind.serverVersion,
      tool: kind.tool,
      toolVersion: kind.toolVersion,
    },
    command: [],
    startedAt: madeAt.toISOString(),
    finishedAt: madeAt.toISOString(),
    sourceCompression: null,
    proof: stored.proof,
    ...(facts === null ? {} : { holds }),
    imported: { fileName: given, bytes, sha256, at: clock().toISOString() },
    spec: {},
    restore: [...rulesFor(kind.engine).restoreCommands({ ...what, container: container.name })],
    program,
  }
}

/** The rows come before the first visible byte, so that a crash in between is cleaned up as any backup's is. */
export async function recordImport(
  { catalogue, clock, log, signer = null }: ImportDeps,
  backup: NewBackup,
  manifest: Manifest,
  stored: Stored,
  key: string,
  signal: AbortSignal,
): Promise<void> {
  const { runId, serverId, serverName, jobId, trigger, id } = backup
  const at = new Date(manifest.startedAt)
  catalogue.addRun({
    id: runId,
    serverId,
    serverName,
    jobId,
    trigger,
    queuedAt: at,
    attempt: 1,
    retryOf: null,
  })
  catalogue.startRun(runId, at)
  catalogue.addBackup(backup)
  const names = [
    ...stored.writers.map(({ destination }) => destination.name),
    ...stored.failed.map(({ destination }) => destination),
  ]
  catalogue.startBackup(
    id,
    at,
    names.map((destination) => ({ destination, key })),
  )
  const { fileName: name = "", bytes } = manifest.imported ?? {}
  catalogue.log(runId, clock(), "info", `${name}, ${bytes} bytes, was handed in: ${manifest.proof.end}`)
  try {
    const copies = await publish(stored, manifest, clock, log, signal, signer)
    catalogue.finishBackup(id, at, { status: "completed", manifest, copies })
    catalogue.pinBackup(id, clock(), `imported from ${name}`.slice(0, 200))
    catalogue.finishRun(runId, at, { status: "completed" })
  } catch (error) {
    const problem = failureOf(error, log)
    catalogue.finishBackup(id, at, { status: "failed", error: problem })
    catalogue.finishRun(runId, at, { status: "failed", error: problem })
    throw error
  }
}
