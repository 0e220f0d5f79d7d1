// What must be known of an engine to bring a backup to one of its servers, beside the loading itself.
import type { DatabaseFacts, DumpFormat } from "../../schemas/manifest.ts"
import type { Content } from "../../schemas/restore.ts"
import type { GlobalsRules } from "../core/globals.ts"
import type { Selection } from "../core/selection.ts"
import type { Survey } from "../core/survey.ts"
import type { ToolOutcome } from "../ports.ts"
import type { Access, Script } from "./engine.ts"
import type { Selecting } from "./selecting.ts"

/** What is known of a dump beside its format. */
export interface Loadable {
  /** It lacks some of what the rest may refer to. */
  readonly isPart?: boolean
  /** Of the database that was dumped. */
  readonly facts?: DatabaseFacts
  /** Of an archive: which of pg_dump's formats it is in; absent: the custom one. Of the directory format comes a tar file of its files. */
  readonly archive?: "tar" | "directory"
  /**
   * Absent: all. `schema`: tables without their rows. `data`, of statements: rows alone, which take the place of those in tables that are
   * there, all or none.
   */
  readonly content?: Content
  /** With `data`: those tables, by their names in the fingerprint. */
  readonly tables?: readonly string[]
  /** Of an archive: neither owners nor grants. */
  readonly withoutOwners?: boolean
  /** Into a database that is there: where the engine can, all of it in one transaction; it never waits long for a lock. */
  readonly inPlace?: boolean
  /** Of a whole archive: how many jobs load it at once, and its bytes, which they need as a file meanwhile. */
  readonly parallel?: { readonly jobs: number; readonly bytes: number }
  /** Of statements: they do not confine the client themselves, as PostgreSQL's newer dumps do. */
  readonly unconfined?: boolean
}

export interface Receiving {
  /** Prints what `readSurvey` reads: what the server has, and who is in the database of that name. */
  survey(name: string, access: Access): Script
  /** Throws when it is not a whole one. */
  readSurvey(outcome: ToolOutcome): Survey
  readonly globals: GlobalsRules
  /** What takes of a dump only what is selected. Throws a Fault, `restore-unsupported`, for a dump of which that cannot be told. `database`: its name. */
  selecting(selection: Selection, format: DumpFormat, database: string): Selecting
  /** Runs statements from stdin, stopping at the first error, in a database of the server's own. */
  run(access: Access): Script
}
