// What the controller must know of an engine: which scripts to run in the server's container, and how to read what they say.
import type { DatabaseFacts, DumpFormat, Manifest } from "../../schemas/manifest.ts"
import type { Compression, Engine } from "../../schemas/scalar.ts"
import type { Subject } from "../../schemas/server.ts"
import type { Fault } from "../core/fault.ts"
import type { Choice, Relation } from "../core/part.ts"
import type { EndDetector, ToolOutcome } from "../ports.ts"

/** Names, never values: of a user, of a variable, of a file inside the container. Absent: the image's conventions. */
export interface Access {
  readonly user?: string | undefined
  readonly passwordEnv?: string | undefined
  readonly passwordFile?: string | undefined
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

export interface EngineRules {
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
  /** Why a tool failed, as a Fault with what to do. `doing` is such as "dumping shop". */
  explain(doing: string, outcome: ToolOutcome, access: Access): Fault
  /** Creates the empty database a restore goes into, like the one that was dumped. Fails when it exists. */
  createDatabase(name: string, facts: DatabaseFacts, access: Access): Script
  /**
   * Reads the dump, its stream compression undone, on stdin. Stops at the first error; of a part, what can only not be made because
   * it refers to what was left out is left out too, where the tool can.
   */
  load(name: string, format: DumpFormat, access: Access, isPart?: boolean): Script
  /** Prints what `readFacts` reads. */
  inspect(name: string, access: Access): Script
  readFacts(outcome: ToolOutcome): DatabaseFacts
  /** Drops a database that a failed restore created. */
  dropDatabase(name: string, access: Access): Script
  /** Marks a database that was just created as the one that a restore is filling, inside the server. */
  claim(name: string, restoreId: string, access: Access): Script
  /** Takes the mark off. */
  release(name: string, access: Access): Script
  /** Drops the database if it carries the mark of that restore, and then prints `dropped`. */
  dropUnfinished(name: string, restoreId: string, access: Access): Script
  /** Whether a name can be given to a new database; a sentence when it cannot. */
  nameMistake(name: string): string | undefined
  /** Commands, with placeholders in angle brackets, for a person without this program. */
  restoreCommands(
    manifest: Pick<Manifest, "subject" | "format" | "compression" | "fileName" | "facts" | "part"> & {
      readonly container: string
    },
  ): readonly string[]
}
