// What a restore will do, in data and in words, or why it cannot be done. Nothing is done here.
import type { Hook } from "../../schemas/labels.ts"
import type { NewOptions, RestorePlan } from "../../schemas/restore.ts"
import type { PlanDetails } from "../../schemas/restore-details.ts"
import type { ServerId } from "../../schemas/server.ts"
import type { FoundIdentity } from "../ports.ts"
import { copiesToTry, storedCopies, storedNowhere } from "./copy-order.ts"
import { Fault } from "./fault.ts"
import { subjectName } from "./key.ts"
import { requireIdentity } from "./key-missing.ts"
import { loadJobs, parallelSteps, parallelWarnings } from "./parallel-load.ts"
import { aboutRoom, withHash } from "./plan-hash.ts"
import { partWarnings, requireTables } from "./restorable-part.ts"
import { needsOf } from "./restore-needs.ts"
import { type TargetTools, versionWarnings } from "./restore-versions.ts"
import { isEverything, type Selected, selectionOf } from "./selection.ts"
import { guessOf, requireSelectable, selectionWarnings, whatIsLoaded } from "./selection-plan.ts"
import type { RestorableBackup, RestorableManifest } from "./source-as-backup.ts"
import { aboutFile, neededOf, wordsOf } from "./source-words.ts"
import type { Survey } from "./survey.ts"

/** Of any restore, whatever its mode. */
export interface CommonFacts {
  /** With its copies in the order in which they are tried. */
  readonly backup: RestorableBackup
  readonly manifest: RestorableManifest
  /** What opens the backup; null when it is not encrypted. */
  readonly identity: FoundIdentity | null
  /** The server to restore on. */
  readonly target: { readonly id: ServerId; readonly name: string }
  readonly tools: TargetTools
  readonly timeGuess: PlanDetails["timeGuess"]
  /** Commands that the container's labels name, for before and after. */
  readonly hooks: { readonly before: Hook | null; readonly after: Hook | null }
}

export interface RestoreFacts extends CommonFacts {
  /** Databases on the server now. */
  readonly present: readonly string[]
  /** What else is there; null when it could not be asked. */
  readonly survey: Survey | null
  /** Why the engine would refuse the new name, if it would. */
  readonly nameMistake: string | undefined
  /** What the tables that were chosen come to; null or absent: none were, or that is only seen as the copy is read. */
  readonly selected?: Selected | null
  /** It is to take the place of another database afterwards. */
  readonly takesPlace?: boolean
}

/** Throws a Fault, `restore-unsupported`, `request-invalid`, `target-exists`, `key-missing` or `copy-missing`, when it must not begin. */
export function planRestore(facts: RestoreFacts, options: NewOptions): RestorePlan {
  const { backup, manifest, present, target, tools, survey, hooks } = facts
  if (manifest.subject.kind === "globals") {
    throw new Fault("restore-unsupported", "globals cannot be restored into a new database", {
      hint: "Restore them with the mode globals, which makes what the server lacks.",
    })
  }
  requireTables(manifest)
  const selection = selectionOf(options)
  requireSelectable(manifest, selection)
  if (facts.nameMistake !== undefined) {
    throw new Fault(
      "request-invalid",
      `"${options.name}" cannot name the new database: ${facts.nameMistake}`,
      { hint: "Choose another name." },
    )
  }
  if (present.includes(options.name)) {
    throw new Fault("target-exists", `a database named ${options.name} exists on ${target.name}`, {
      hint: "A restore goes into a new database. Choose a name that is free, or drop that database first.",
    })
  }
  const versions = versionWarnings(manifest, tools)
  const needs = needsOf(neededOf(manifest), survey, options, target.name, facts.takesPlace)
  const source = subjectName(manifest.subject)
  const words = wordsOf(backup, source)
  const { name } = options
  const jobs = loadJobs(manifest, options)
  const selected = facts.selected ?? null
  const elsewhere =
    target.id === backup.serverId ? "" : `, which is not ${backup.serverName}, where it was made`
  const neededBytes = isEverything(selection) ? (manifest.fingerprint?.databaseBytes ?? null) : null
  const fileBytes = isEverything(selection) ? backup.proof.rawBytes : null
  const freeBytes = survey?.freeBytes ?? null
  return withHash(
    {
      ...planned(facts, needs.owners),
      timeGuess: guessOf(facts.timeGuess, manifest, selection, selected),
      sourceDatabase: source,
      targetDatabase: name,
      mode: options.mode,
      steps: [
        ...firstSteps(facts),
        `Create the database ${name} on ${target.name}${elsewhere}, empty${words.settings}`,
        ...parallelSteps(backup, jobs),
        `Load ${whatIsLoaded(selection, words.what)} into ${name}${needs.owners === "drop" ? `, leaving out owners and grants` : ""}, stopping at the first error`,
        `Count the tables of ${name} and compare them with ${selection.tables === undefined ? words.counted : words.countedOfChosen}`,
        ...hookStep(hooks.after, "whatever happened"),
        `If anything fails, drop ${name} again${words.untouched}`,
      ],
      warnings: [
        ...doubtWarning(backup),
        ...aboutFile(backup),
        ...versions,
        ...partWarnings(manifest),
        ...selectionWarnings(manifest, selection, selected),
        ...(selection.tables === undefined ? eventWarning(manifest, name) : []),
        ...needs.warnings,
        ...(backup.source
          ? roomWarning(fileBytes, "the file has", freeBytes, target.name)
          : roomWarning(neededBytes, "the database took", freeBytes, target.name)),
        ...parallelWarnings(backup, jobs, survey),
      ],
      freeBytes,
      neededBytes,
      connections: survey?.connections.map((connection) => ({ ...connection })) ?? [],
      missing: needs.missing,
    },
    options,
  )
}

type Common =
  | "sourceDatabase"
  | "targetDatabase"
  | "mode"
  | "steps"
  | "warnings"
  | "freeBytes"
  | "neededBytes"

/** What all plans say alike. Throws a Fault, `key-missing` or `copy-missing`. */
export function planned(
  { backup, manifest, identity, target, tools, timeGuess }: CommonFacts,
  owners: PlanDetails["owners"],
): Omit<RestorePlan, Common | "hash" | "connections" | "missing"> {
  requireIdentity(manifest.encryption, identity)
  return {
    backupId: backup.id,
    source: backup.source ?? null,
    serverId: target.id,
    serverName: target.name,
    engine: backup.engine,
    destination: copyOf(backup).destination,
    storedBytes: backup.proof.storedBytes,
    rawBytes: backup.proof.rawBytes,
    backupFinishedAt: backup.finishedAt,
    versions: { source: manifest.engine.serverVersion, target: tools.serverVersion },
    timeGuess,
    owners,
    lost: [],
    accounts: null,
  }
}

/** The first that is there, which is the nearest. Throws a Fault, `copy-missing`. */
export function copyOf(backup: Pick<RestorableBackup, "copies">) {
  const [copy] = copiesToTry(backup)
  if (copy) return copy
  throw storedNowhere()
}

export function firstSteps({ backup, manifest, hooks }: CommonFacts): string[] {
  const { destination } = copyOf(backup)
  const others = copiesToTry(backup).flatMap((copy) =>
    copy.destination === destination ? [] : copy.destination,
  )
  const decrypting = manifest.encryption ? `, decrypt it with the key ${manifest.encryption.key},` : ""
  return [
    backup.source
      ? `Read ${backup.source.fileName} once${decrypting} and compare its size and sha-256 with what was looked through`
      : `Read the copy at ${destination} once${decrypting} and compare its size and sha-256 with the manifest${others.length === 0 ? "" : `; if it is bad or cannot be read, the one at ${others.join(", then at ")}`}`,
    ...hookStep(
      hooks.before,
      hooks.before?.onError === "continue" ? "going on if it fails" : "stopping if it fails",
    ),
  ]
}

export function hookStep(hook: Hook | null, when: string): string[] {
  return hook === null
    ? []
    : [`Run the ${hook.moment} hook in the container, ${when}: ${hook.argv.join(" ")}`]
}

export function doubtWarning(backup: Pick<RestorableBackup, "suspect" | "acceptedAt" | "copies">): string[] {
  return [
    ...(backup.suspect !== null && backup.acceptedAt === null
      ? [`This backup is suspect, and nobody has accepted it: ${backup.suspect.message}`]
      : []),
    ...(storedCopies(backup).length > 0
      ? []
      : ["No copy of this backup was good when it was last read: it is restored only if one is by now"]),
  ]
}

/** Of MySQL and MariaDB. One that names a database does to that one what it always did, only twice. */
function eventWarning({ facts }: RestorableManifest, name: string): string[] {
  const events = facts?.objects?.events ?? 0
  if (events === 0) return []
  return [
    `The backup has ${events === 1 ? "an event" : `${events} events`}: once loaded, what is enabled of that runs in ${name} as well as in the original`,
  ]
}

function roomWarning(needed: number | null, what: string, free: number | null, target: string): string[] {
  if (needed === null || free === null || free > needed) return []
  return [
    `${aboutRoom}${what} ${needed} bytes${what === "the file has" ? " unpacked" : " when it was dumped"}, and ${target} has ${free} left on its disk`,
  ]
}
