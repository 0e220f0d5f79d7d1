// A file that is no backup, told in the words of one, so that there is one way to a server for both: what is known of it is what it
// says itself, and what was seen when it was looked through.
import type { BackupId, CompletedBackup } from "../../schemas/backup.ts"
import type { Fingerprint, Manifest } from "../../schemas/manifest.ts"
import type { RestoreMode } from "../../schemas/restore.ts"
import type { RestoreSource } from "../../schemas/restore-source.ts"
import type { Engine } from "../../schemas/scalar.ts"
import type { JobId, ServerId, Subject } from "../../schemas/server.ts"
import type { SourcePart, SourceReading } from "../../schemas/source-reading.ts"
import { Fault } from "./fault.ts"
import type { Ranges } from "./kept-ranges.ts"
import { databaseIdOf } from "./key.ts"
import { rowSections } from "./part.ts"

/** What a restore needs of a backup. */
export type RestorableBackup = Pick<
  CompletedBackup,
  | "serverId"
  | "serverName"
  | "databaseId"
  | "database"
  | "jobId"
  | "engine"
  | "finishedAt"
  | "proof"
  | "copies"
  | "suspect"
  | "acceptedAt"
> & {
  /** Null of a file. */
  readonly id: BackupId | null
  /** The file; absent: it is a backup. */
  readonly source?: RestoreSource
}

/** What it needs of a manifest. */
export type RestorableManifest = Pick<
  Manifest,
  | "engine"
  | "format"
  | "subject"
  | "compression"
  | "encryption"
  | "sourceCompression"
  | "facts"
  | "fingerprint"
  | "part"
  | "imported"
> & {
  /** Of a file. */
  readonly reading?: {
    /** What of it is loaded; null: all of it. */
    readonly ranges: Ranges | null
    readonly needs: Pick<Fingerprint, "roles" | "extensions" | "rows">
    /** Of an archive: in which of pg_dump's other formats it is. */
    readonly archive?: "tar" | "directory"
  }
}

/** Whether it is a backup, with all that one has. */
export const isBackup = <
  T extends { readonly backup: RestorableBackup; readonly manifest: RestorableManifest },
>(
  one: T,
): one is T & { readonly backup: CompletedBackup; readonly manifest: Manifest } => one.backup.id !== null

/** Where uploads are, for people. */
export const uploadPlace = "upload"

/** Of a dump, an extension's version is the newest that there is. */
export const anyVersion = "any version"

/**
 * @param wanted the database in it, where it holds several. @param engine of the server, as far as it is known.
 * Throws a Fault, `restore-unsupported` or `request-invalid`, for what cannot be restored so.
 */
export function asBackup(
  source: RestoreSource,
  reading: SourceReading,
  asked: { readonly mode: RestoreMode; readonly database: string | undefined },
  server: { readonly id: ServerId; readonly name: string; readonly engine: Engine | null },
): { readonly backup: RestorableBackup; readonly manifest: RestorableManifest } {
  const { kind } = source
  const engine = kind.engine ?? server.engine
  if (engine === null)
    throw new Fault("engine-unknown", `the engine of ${server.name} is not known yet`, {
      hint: "Wait until it has been looked into, or set the label dbbackup.type.",
    })
  requireMode(source, asked.mode)
  const isGlobals = asked.mode === "globals"
  const parts = reading.parts.filter((part) => part.engine === null || part.engine === engine)
  const part = chosenPart(source, parts, isGlobals, asked.database)
  if (part.refusal !== null && !isGlobals)
    throw new Fault("restore-unsupported", `${source.fileName} is not loaded: ${part.refusal}`, {
      hint: "Look at the file. What you trust can be loaded by hand, with the server's own client.",
    })
  const subject: Subject =
    isGlobals || kind.of === "globals"
      ? { kind: "globals" }
      : { kind: "database", name: part.database ?? source.fileName }
  const { format } = kind
  // What a script has made in the end is not told by what it says.
  const tables = format === "script" ? 0 : (part.counts.tables ?? 0)
  const rowsAlone = tables === 0 && (part.counts[rowSections] ?? 0) > 0
  return {
    backup: {
      id: null,
      source,
      serverId: server.id,
      serverName: server.name,
      databaseId: databaseIdOf(server.id, subject),
      database: part.database ?? source.fileName,
      jobId: "" as JobId,
      engine,
      finishedAt: source.addedAt,
      proof: {
        exitCode: 0,
        end: source.end,
        rawBytes: source.rawBytes,
        rawSha256: reading.rawSha256,
        storedBytes: source.bytes,
        storedSha256: source.sha256,
      },
      copies: [
        {
          state: "stored",
          destination: source.destination ?? uploadPlace,
          key: source.key ?? source.id,
          storedAt: source.addedAt,
        },
      ],
      suspect: null,
      acceptedAt: null,
    },
    manifest: {
      engine: {
        name: engine,
        serverVersion: kind.serverVersion,
        tool: kind.tool,
        toolVersion: kind.toolVersion,
      },
      format: format === "sql" || format === "script" ? "sql" : "archive",
      subject,
      compression: source.compression,
      encryption:
        source.recipient === null ? null : { format: "age", key: "file", recipients: [source.recipient] },
      sourceCompression: reading.sourceCompression,
      facts: { attributes: part.attributes, tables, objects: part.counts },
      ...(rowsAlone && {
        part: { content: "data", tables: null, leftOut: [], withoutRows: [], wanted: part.counts },
      }),
      reading: {
        ranges: part.ranges,
        needs: {
          roles: part.roles,
          extensions: Object.fromEntries(part.extensions.map((name) => [name, anyVersion])),
          rows: {},
        },
        ...(format === "tar" || format === "directory" ? { archive: format } : {}),
      },
    },
  }
}

function requireMode({ kind, fileName }: RestoreSource, mode: RestoreMode): void {
  if (mode === "globals" && kind.of === "database")
    throw new Fault("restore-unsupported", `${fileName} holds no globals`, {
      hint: "Restore it into a new database (mode new).",
    })
  if (kind.format === "script" && mode !== "new")
    throw new Fault("restore-unsupported", `${fileName} is a script, of which nobody knows what it makes`, {
      hint: "Run it into a new database (mode new), look at that, and go on from there.",
    })
}

function chosenPart(
  { kind, databases, fileName }: RestoreSource,
  parts: readonly SourcePart[],
  isGlobals: boolean,
  wanted: string | undefined,
): SourcePart {
  const [only] = parts
  if (isGlobals || kind.of === "globals") {
    const globals = parts.find(({ database }) => database === null)
    if (globals) return globals
    throw new Fault("restore-unsupported", `${fileName} holds no globals`, {
      hint: "Restore one of its databases into a new one (mode new).",
    })
  }
  const found =
    wanted === undefined && kind.of === "database" ? only : parts.find(({ database }) => database === wanted)
  if (found && (found.database !== null || kind.of === "database")) return found
  throw new Fault(
    "request-invalid",
    wanted === undefined
      ? `${fileName} holds several databases: ${databases.join(", ")}`
      : `${fileName} holds no database ${wanted}${databases.length > 0 ? `, but ${databases.join(", ")}` : ""}`,
    { hint: "Name one of them: sourceDatabase in the request, --database on the command line." },
  )
}
