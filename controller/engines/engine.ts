// What the controller must know of an engine: which scripts to run in the server's container, and how to read what they say.
import type {
  DatabaseFacts,
  DumpFormat,
  Fingerprint,
  FingerprintLevel,
  Manifest,
} from "../../schemas/manifest.ts"
import type { Compression, Engine } from "../../schemas/scalar.ts"
import type { Subject } from "../../schemas/server.ts"
import type { Fault } from "../core/fault.ts"
import type { Choice, Relation } from "../core/part.ts"
import type { Cutter, EndDetector, Rewriter, ToolOutcome } from "../ports.ts"
import type { InPlace } from "./in-place.ts"
import type { Loadable, Receiving } from "./receiving.ts"
import type { ScratchRules } from "./scratch-rules.ts"
import type { Standing } from "./standing.ts"
import type { Swapping } from "./swapping.ts"

/** Names, never values: of a user, of a variable, of a file inside the container. Absent: the image's conventions. */
export interface Access {
  readonly user?: string | undefined
  readonly passwordEnv?: string | undefined
  readonly passwordFile?: string | undefined
}

/** Of a server that has no container. */
export interface Address {
  readonly host: string
  readonly port: number
  readonly user: string
}

/** A POSIX shell script and its positional parameters, as `ExecRequest` takes them. Values are never spliced into the script. */
export interface Script {
  readonly script: string
  readonly args: readonly string[]
}

export interface ProbedDatabase {
  readonly name: string
  readonly facts: DatabaseFacts
  /** Kinds of which the user does not even learn that there are some, and the right that is missing: a dump would leave them out. */
  readonly hidden?: readonly string[]
}

/** What a look at a running server gives. */
export interface Probe {
  readonly engine: Engine
  /** Such as `17.6`, `11.8.3-MariaDB`, `9.7.0`. */
  readonly serverVersion: string
  /** Name of the dump tool as found, `pg_dump`, `mariadb-dump` or `mysqldump`, and its version. */
  readonly tool: string
  readonly toolVersion: string
  /** pg_dump compresses with zstd by itself. */
  readonly sourceZstd: boolean
  /** Every non-system database, sorted by name, with what is needed to create it anew. */
  readonly databases: readonly ProbedDatabase[]
  /** What the operator should know, in sentences: tables that are not in the snapshot, databases the user cannot see. */
  readonly warnings: readonly string[]
  /** The version of TLS that was spoken; null or absent: none. */
  readonly tls?: string | null
  /** Whether the account may read everything there is. */
  readonly readsAll?: boolean
}

/** What can be chosen of a database. */
export interface Listing {
  readonly relations: readonly Relation[]
  /** The server takes names that differ in case for the same. */
  readonly foldCase: boolean
}

/** How a dump differs from that of a whole database in the engine's own format. */
export interface Form {
  /** Null or absent: everything. */
  readonly choice?: Choice | null
  /** Only PostgreSQL has another one than SQL text. */
  readonly plain?: boolean
}

/** How one subject is dumped. */
export interface DumpPlan {
  readonly script: Script
  /** The tool's argv for people and for the manifest. Holds no secret. */
  readonly command: readonly string[]
  readonly format: DumpFormat
  /** What the tool compresses with by itself, in its own words, or null. */
  readonly sourceCompression: string | null
  /** What the byte path still has to do. */
  readonly streamCompression: Compression
  /** `dump`, `dump.zst`, `sql.gz` … */
  readonly extension: string
  /** A fresh watcher for the format's end and for what is in it, fed with the bytes as they leave the server (before the stream's compression). */
  end(): EndDetector
}

/** What a script can tell of a fingerprint. The rest is known to whoever runs it. */
export type FingerprintReading = Omit<Fingerprint, "level" | "sameSnapshot" | "seconds">

/** How a session reads the fingerprint in the very snapshot that a dump is then taken of. */
export interface SharedSnapshot {
  /** Reads statements on stdin, and answers on stdout as far as `endLine`. Ends with its input, or at the first error. */
  session(database: string, access: Access): Script
  readonly endLine: string
  /** Statements that open the snapshot, which is there as long as the session is. To be asked before the dump begins. */
  readonly open: string
  /** The snapshot's name, from the answer to `open`. */
  readId(opened: readonly string[]): string
  /** The dump, of that snapshot. */
  dump(plan: DumpPlan, id: string): DumpPlan
  /** Yields statements, is given the answer to each, and returns the fingerprint. To begin once the dump has begun: it holds its locks then. */
  fingerprint(
    level: FingerprintLevel,
    opened: readonly string[],
  ): Generator<string, FingerprintReading, readonly string[]>
}

/** Of the snapshot that was dumped. `sameSnapshot` is false when some of the tables are in no snapshot. */
export type SnapshotReading = FingerprintReading & Pick<Fingerprint, "sameSnapshot">

/**
 * How a session opens a snapshot at the very instant at which a dump opens its own: a lock holds all writers up while both do.
 * Whatever becomes of the session and of who speaks with it, the server lets the lock go within seconds.
 */
export interface LockedSnapshot {
  /** Reads statements on stdin, and answers on stdout as far as `endLine`. Ends with its input, or at the first error. */
  session(access: Access): Script
  readonly endLine: string
  /**
   * Yields statements, and is given the answer to each; then the lock is held, and the session's snapshot open. Returns what must be
   * known before, by database. Throws a Fault when the lock is better not asked for.
   */
  lock(
    databases: readonly string[],
  ): Generator<string, ReadonlyMap<string, readonly string[]>, readonly string[]>
  readonly unlock: string
  /** How long it was asked for and held, from the answer to `unlock`. */
  heldMilliseconds(unlocked: readonly string[]): number
  /** The same dump; it waits for a line on its input before it connects. */
  waiting(script: Script): Script
  /** Whether a dump that has printed so much has its snapshot. */
  hasOpened(printed: Buffer): boolean
  /** Yields statements, is given the answer to each, and returns the fingerprint. `before`: what `lock` returned of the database. */
  fingerprint(
    database: string,
    level: FingerprintLevel,
    before: readonly string[],
  ): Generator<string, SnapshotReading, readonly string[]>
}

/** How one run of the tool dumps several databases at one instant. */
export interface Together {
  /** Whether a database can be one of them. */
  joins(database: ProbedDatabase): boolean
  /** Prints, for those of the databases that it names, what `dump` must know before. */
  outline(
    databases: readonly ProbedDatabase[],
    access: Access,
  ): { readonly names: readonly string[]; readonly script: Script }
  /** Which one an outline that printed so much, and no more, failed at. */
  failedAt(names: readonly string[], printed: Buffer): string | undefined
  /** The dump of them all, and what makes of it one of each, as its plan alone would. Throws a Fault when the outline is not a whole one. */
  dump(
    databases: readonly ProbedDatabase[],
    outline: Buffer,
    probe: Probe,
    access: Access,
    compress: Compression,
  ): { readonly plan: DumpPlan; readonly cutter: Cutter }
}

export interface EngineRules extends Receiving {
  readonly engine: Engine
  /** Finds versions, abilities and databases, in one script that prints its answer on stdout. */
  probe(access: Access): Script
  /** Throws a Fault: `server-not-ready` (starting, or still in its image's initialisation), `access-denied`, `tool-missing`, `server-down`. */
  readProbe(outcome: ToolOutcome): Probe
  dump(subject: Subject, probe: Probe, access: Access, compress: Compression, form?: Form): DumpPlan
  /** Prints what `readRelations` reads. */
  relations(name: string, access: Access): Script
  readRelations(outcome: ToolOutcome): Listing
  /** What the dump of a part must hold. `facts`: of the whole database. */
  wanted(choice: Choice, facts: DatabaseFacts): DatabaseFacts
  /** A watcher for a stored dump of this format, to prove a copy before a restore. */
  end(format: DumpFormat, subject: Subject): EndDetector
  /** Reads a dump, its stream compression undone, on stdin to its end, without a server. Null: no tool of the engine's does that. */
  read(format: DumpFormat): Script | null
  /** Why a tool failed, as a Fault with what to do. `doing` is such as "dumping shop". */
  explain(doing: string, outcome: ToolOutcome, access: Access): Fault
  /** Creates the empty database a restore goes into, like the one that was dumped. Fails when it exists. */
  createDatabase(name: string, facts: DatabaseFacts, access: Access): Script
  /**
   * Reads the dump, its stream compression undone, on stdin. Stops at the first error; of a part, what can only not be made because
   * it refers to what was left out is left out too, where the tool can.
   */
  load(name: string, format: DumpFormat, access: Access, what?: Loadable): Script
  /** Prints what `readFacts` reads. */
  inspect(name: string, access: Access): Script
  readFacts(outcome: ToolOutcome): DatabaseFacts
  /** Gathers the planner's statistics of a database anew. Absent: the server does so by itself within seconds of a load. */
  refresh?(name: string, access: Access): Script
  /** Prints what `readFingerprint` reads, of one snapshot of the database, its own. Absent: there are no fingerprints of this engine. */
  fingerprint?(database: string, level: FingerprintLevel, access: Access): Script
  /** Of a script that exited 0. Tables and sequences by `schema.name` where there are schemas. Throws when it is not a whole one. */
  readFingerprint?(outcome: ToolOutcome): FingerprintReading
  /** For dumps of databases as SQL text, when they are stored, and again when they are loaded. Absent: they stay as the tool prints them. */
  readonly rewriter?: (database: string) => Rewriter
  /** Absent: each database can only be dumped in a snapshot of its own. */
  readonly together?: Together
  /** Absent, and no `lockedSnapshot` either: the fingerprint can only be taken of another snapshot than the dump. */
  readonly sharedSnapshot?: SharedSnapshot
  /** What a drill does beside a restore. */
  readonly scratch: ScratchRules
  /** For an engine that shares no snapshot, but lets two be opened at one instant. */
  readonly lockedSnapshot?: LockedSnapshot
  /** Prints what `readStanding` reads of the tools at work in a database; null: on those of the globals. */
  standing(name: string | null, access: Access): Script
  readStanding(outcome: ToolOutcome): Standing
  /** Drops a database that a failed restore created. */
  dropDatabase(name: string, access: Access): Script
  /** Marks a database that was just created as the one that a restore is filling, inside the server. */
  claim(name: string, restoreId: string, access: Access): Script
  /** Takes the mark off. */
  release(name: string, access: Access): Script
  /** Drops the database if it carries the mark of that restore, and then prints `dropped`. */
  dropUnfinished(name: string, restoreId: string, access: Access): Script
  readonly inPlace: InPlace
  /** Absent: no database can take the place of another one. */
  readonly swap?: Swapping
  /** Whether a name can be given to a new database; a sentence when it cannot. */
  nameMistake(name: string): string | undefined
  /** Commands, with placeholders in angle brackets, for a person without this program. */
  restoreCommands(
    manifest: Pick<
      Manifest,
      "subject" | "format" | "compression" | "encryption" | "fileName" | "facts" | "part"
    > & {
      readonly container: string
      /** Where it is, when it has no container. */
      readonly outside?: Address | undefined
    },
  ): readonly string[]
}
