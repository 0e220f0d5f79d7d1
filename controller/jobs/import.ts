// A dump that another tool made becomes a backup: looked at ▸ unpacked ▸ proven ▸ stored like any other ▸ pinned. Nothing is recorded
// or visible of one that is refused.
import type { Readable } from "node:stream"
import type { Backup, BackupId } from "../../schemas/backup.ts"
import type { RunId } from "../../schemas/run.ts"
import type { Compression, Engine } from "../../schemas/scalar.ts"
import type { Subject } from "../../schemas/server.ts"
import { type DumpKind, dumpKindOf } from "../core/dump-kind.ts"
import { checkOf } from "../core/dump-text.ts"
import { Fault } from "../core/fault.ts"
import { keepingOf } from "../core/keeping.ts"
import { databaseIdOf, fileName, jobIdOf, objectKey, subjectWord } from "../core/key.ts"
import type { KeySettings } from "../core/key-settings.ts"
import type { Signer } from "../core/manifest-seal.ts"
import type { DesiredJob } from "../core/schedule-plan.ts"
import type { DerivedServer } from "../core/server.ts"
import { rulesFor } from "../engines/registry.ts"
import { storeDump } from "../pipeline/store.ts"
import { type Unpacked, unpack } from "../pipeline/unpack.ts"
import type {
  Catalogue,
  Clock,
  Destination,
  EndDetector,
  ExecProcess,
  Identities,
  Log,
  NewBackup,
} from "../ports.ts"
import { encryptionOf } from "./encryption-of.ts"
import { leaveGuide } from "./guide.ts"
import { importJob, importManifest, recordImport } from "./import-record.ts"

export interface ImportDeps {
  readonly catalogue: Catalogue
  readonly destinations: ReadonlyMap<string, Destination>
  readonly clock: Clock
  readonly newId: () => string
  readonly log: Log
  readonly program: string
  readonly keys: () => ReadonlyMap<string, Pick<KeySettings, "recipients">>
  readonly limitBytes: () => number
  readonly identities: Pick<Identities, "all">
  readonly signer?: Signer | null
}

export interface ImportRequest {
  readonly server: DerivedServer
  /** As a look inside has found it. */
  readonly engine: Engine | null
  readonly database: string
  readonly fileName: string
  readonly madeAt: Date
}

const none: Compression = { algorithm: "none", level: 0 }

/** Rejects with a Fault: `import-refused`, or the destinations'. */
export async function importDump(
  deps: ImportDeps,
  request: ImportRequest,
  file: Readable,
  signal: AbortSignal,
): Promise<Backup> {
  const { server, madeAt } = request
  if (madeAt > deps.clock())
    throw new Fault(
      "request-invalid",
      `the dump cannot have been made at ${madeAt.toISOString()}, which is to come`,
    )
  const [job] = server.jobs
  if (!job)
    throw new Fault("nothing-to-back-up", `${server.name} has no job that says where its backups are kept`)
  const unpacked = await unpack(file, deps.limitBytes(), signal, deps.identities.all)
  try {
    return await keep(deps, request, job, unpacked, signal)
  } finally {
    unpacked.stream.destroy()
  }
}

async function keep(
  deps: ImportDeps,
  request: ImportRequest,
  job: DesiredJob,
  unpacked: Unpacked,
  signal: AbortSignal,
): Promise<Backup> {
  const { catalogue, clock, log } = deps
  const { server, madeAt } = request
  const kind = requireKind(dumpKindOf(unpacked.head), request.engine)
  const subject: Subject =
    kind.of === "globals" ? { kind: "globals" } : { kind: "database", name: request.database }
  const encryption = encryptionOf(deps, job)
  // An archive is compressed inside; statements are as the job's are.
  const compression = kind.format === "archive" ? none : job.spec.compress
  const backup: NewBackup = {
    id: deps.newId() as BackupId,
    runId: deps.newId() as RunId,
    jobId: jobIdOf(server.id, importJob),
    serverId: server.id,
    serverName: server.name,
    databaseId: databaseIdOf(server.id, subject),
    subject,
    engine: kind.engine,
    type: "manual",
    trigger: "manual",
    queuedAt: madeAt,
  }
  const suffix = { zstd: ".zst", gzip: ".gz", none: "" }[compression.algorithm]
  const named = {
    server: server.id,
    subject: subjectWord(subject),
    type: backup.type,
    at: madeAt,
    id: backup.id,
    extension: `${kind.format === "archive" ? "dump" : "sql"}${suffix}${encryption ? ".age" : ""}`,
  }
  const key = objectKey(named)
  const keeping = keepingOf(backup, { name: importJob, spec: job.spec }, clock(), undefined)
  const places = job.destinations.flatMap((name) => deps.destinations.get(name) ?? [])
  const end = watched(rulesFor(kind.engine).end(kind.format, subject), kind)
  const stored = await storeDump({
    start: async () => asTool(unpacked.stream),
    end,
    compression,
    recipients: encryption?.recipients ?? null,
    destinations: places.map((destination) => ({ destination, key, keeping })),
    signal,
    onProgress: () => {},
    explain: () => new Fault("internal", "a file that is read has no exit code"),
  })
  const manifest = importManifest(
    deps,
    request,
    { kind, backup, compression, encryption, stored, end, file: fileName(named) },
    unpacked.measure(),
  )
  await recordImport(deps, backup, manifest, stored, key, signal)
  await leaveGuide(places, log, signal)
  const kept = catalogue.backup(backup.id)
  if (!kept) throw new Error(`backup ${backup.id} was recorded and is not there`)
  log("info", `${request.fileName} was taken in as a backup of ${request.database} on ${server.name}`, {
    backupId: backup.id,
  })
  return kept
}

function requireKind(kind: DumpKind, engine: Engine | null): DumpKind {
  if (kind.engine === engine || engine === null) return kind
  throw new Fault("import-refused", `the file is a dump of ${kind.engine}, the server is ${engine}`, {
    hint: "Name a server of that engine.",
  })
}

/** Its end, as the engine's own dumps are proven, and what stands in the way of loading it elsewhere. */
function watched(end: EndDetector, kind: DumpKind): EndDetector {
  const check = checkOf(kind)
  return {
    push(chunk) {
      end.push(chunk)
      check.push(chunk)
    },
    finish() {
      const seen = wholly(end)
      check.finish()
      return seen
    },
    held: end.held,
  }
}

function wholly(end: EndDetector): string {
  try {
    return end.finish()
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    // An archive of a version that cannot be proven says itself what to do.
    const hint = error.code === "dump-failed" ? error.hint : null
    throw new Fault("import-refused", error.message, {
      hint: hint ?? "The file was cut or changed after it was made. Fetch it again from where it comes from.",
      cause: error,
    })
  }
}

/** What is handed in, in the place of a tool that prints it: it has ended well when its last byte was read. */
function asTool(stdout: Readable): ExecProcess {
  return {
    stdout,
    stdin: null,
    stderrTail: () => "",
    exit: new Promise((resolve, reject) => stdout.once("end", () => resolve(0)).once("error", reject)),
    kill: async () => void stdout.destroy(),
  }
}
