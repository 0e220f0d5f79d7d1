// What a restore will do, in data and in words, or why it cannot be done. Nothing is done here.
import { type CompletedBackup, isDoubted } from "../../schemas/backup.ts"
import type { Hook } from "../../schemas/labels.ts"
import type { Manifest } from "../../schemas/manifest.ts"
import type { RestoreOptions, RestorePlan } from "../../schemas/restore.ts"
import type { Engine } from "../../schemas/scalar.ts"
import type { FoundIdentity } from "../ports.ts"
import { Fault } from "./fault.ts"
import { subjectName } from "./key.ts"
import { requireIdentity } from "./key-missing.ts"
import { partWarnings, requireTables } from "./restorable-part.ts"

export interface RestoreFacts {
  readonly backup: CompletedBackup
  readonly manifest: Manifest
  /** What opens the backup; null when it is not encrypted. */
  readonly identity: FoundIdentity | null
  /** Databases on the server now. */
  readonly present: readonly string[]
  readonly serverVersion: string
  /** Why the engine would refuse the new name, if it would. */
  readonly nameMistake: string | undefined
  /** Commands that the container's labels name, for before and after. */
  readonly hooks: { readonly before: Hook | null; readonly after: Hook | null }
}

/** Throws a Fault, `restore-unsupported`, `request-invalid`, `target-exists`, `key-missing` or `copy-missing`, when it must not begin. */
export function planRestore(facts: RestoreFacts, options: RestoreOptions): RestorePlan {
  const { backup, manifest, present, serverVersion, hooks } = facts
  if (manifest.subject.kind === "globals") {
    throw new Fault("restore-unsupported", "globals cannot be restored into a new database", {
      hint: "Download the backup: its manifest holds the commands that apply it.",
    })
  }
  requireTables(manifest)
  if (facts.nameMistake !== undefined) {
    throw new Fault(
      "request-invalid",
      `"${options.name}" cannot name the new database: ${facts.nameMistake}`,
      { hint: "Choose another name." },
    )
  }
  if (present.includes(options.name)) {
    throw new Fault("target-exists", `a database named ${options.name} exists on ${backup.serverName}`, {
      hint: "A restore goes into a new database. Choose a name that is free, or drop that database first.",
    })
  }
  requireIdentity(manifest.encryption, facts.identity)
  const copy = backup.copies.find(({ state }) => state === "stored")
  if (!copy)
    throw new Fault("copy-missing", "no destination holds this backup any more", {
      hint: "Choose another backup.",
    })
  const source = subjectName(manifest.subject)
  const { name, serverVersion: dumpedFrom } = manifest.engine
  const warnings = [
    ...doubtWarning(backup),
    ...versionWarning(name, dumpedFrom, serverVersion),
    ...partWarnings(manifest),
  ]
  return {
    backupId: backup.id,
    serverId: backup.serverId,
    serverName: backup.serverName,
    engine: backup.engine,
    sourceDatabase: source,
    targetDatabase: options.name,
    mode: options.mode,
    destination: copy.destination,
    storedBytes: backup.proof.storedBytes,
    rawBytes: backup.proof.rawBytes,
    backupFinishedAt: backup.finishedAt,
    steps: [
      `Read the copy at ${copy.destination} once${manifest.encryption ? `, decrypt it with the key ${manifest.encryption.key},` : ""} and compare its size and sha-256 with the manifest`,
      ...hookStep(
        hooks.before,
        hooks.before?.onError === "continue" ? "going on if it fails" : "stopping if it fails",
      ),
      `Create the database ${options.name} on ${backup.serverName}, empty, with the settings of ${source}`,
      `Load the backup into ${options.name}, stopping at the first error`,
      `Count the tables of ${options.name} and compare them with the manifest`,
      ...hookStep(hooks.after, "whatever happened"),
      `If anything fails, drop ${options.name} again. ${source} is not touched at any time`,
    ],
    warnings,
  }
}

function hookStep(hook: Hook | null, when: string): string[] {
  return hook === null
    ? []
    : [`Run the ${hook.moment} hook in the container, ${when}: ${hook.argv.join(" ")}`]
}

function doubtWarning(backup: CompletedBackup): string[] {
  if (!isDoubted(backup) || backup.suspect === null) return []
  return [`This backup is suspect, and nobody has accepted it: ${backup.suspect.message}`]
}

function versionWarning(engine: Engine, from: string, to: string): string[] {
  const [source, target] = [seriesOf(engine, from), seriesOf(engine, to)]
  if (source === null || target === null || target >= source) return []
  return [`The backup is from version ${from}, newer than the server's ${to}: the load may be refused`]
}

/** The release series as one number, to compare: 17 of PostgreSQL 17.6, 10011 of MariaDB 10.11.14. */
function seriesOf(engine: Engine, version: string): number | null {
  const match = /^(\d+)(?:\.(\d+))?/.exec(version)
  if (!match) return null
  return engine === "postgres" ? Number(match[1]) : Number(match[1]) * 1000 + Number(match[2] ?? 0)
}
