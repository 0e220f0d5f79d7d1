// The steps of the restore dialog. `confirm`, the only step with the button that restores, cannot exist without the server's plan.
import type { Content, RestoreMode, RestorePlan } from "../../../../schemas/restore.ts"
import type { ChosenOptions, WantedRestore } from "../../lib/queries/restores.ts"
import { contentsFor, intoExisting, modesFor, offersJobs, offersOwners, offersTables } from "./offered.ts"
import type { Subject } from "./subject.ts"

export interface Chosen {
  readonly step: "choose"
  readonly mode: RestoreMode
  /** Empty: the server that was backed up. */
  readonly serverId: string
  /** Of a file that holds several: which one. */
  readonly sourceDatabase: string
  /** Of the new database. */
  readonly newName: string
  /** Of the one that is there. */
  readonly existing: string
  /** Null: all of them. */
  readonly tables: readonly string[] | null
  readonly content: Content
  readonly withoutOwners: boolean
  /** Processes that load it at once. */
  readonly jobs: number
  readonly endConnections: boolean
  readonly safetyBackup: boolean
  /** Such as `24h`; empty: as the settings say. */
  readonly keepFor: string
}

export type RestoreStep =
  | Chosen
  | {
      readonly step: "confirm"
      readonly plan: RestorePlan
      /** What the plan is of. */
      readonly options: ChosenOptions
      /** To go back to. */
      readonly chosen: Chosen
      readonly typedName: string
    }

/** Longest name any of the engines' servers takes, in characters (PostgreSQL). */
const longestName = 63
const suffix = "_restored"

/** A name for a new database, to begin with. */
export const nameBeside = (database: string) => `${database.slice(0, longestName - suffix.length)}${suffix}`

/** Of a file: its name up to the first dot, if that can name a database. */
export const nameFrom = (fileName: string) => fileName.split(".")[0]?.trim().slice(0, longestName) ?? ""

export function firstStep(subject: Subject): Chosen {
  const { home, title, database } = subject
  return {
    step: "choose",
    mode: modesFor(subject)[0] ?? "new",
    ...{ serverId: "", sourceDatabase: "" },
    newName: home ? nameBeside(title) : (database ?? nameFrom(title)),
    existing: database ?? "",
    ...{ tables: null, content: "all", withoutOwners: false, jobs: 1 },
    ...{ endConnections: false, safetyBackup: true, keepFor: "" },
  }
}

/** What is restored, as the controller is told. */
export function fromOf({ mode, sourceDatabase }: Chosen, subject: Subject): WantedRestore["from"] {
  const { from } = subject
  return "sourceId" in from && asksForDatabase(mode, subject) ? { ...from, sourceDatabase } : from
}

/** What the controller is asked for: only what the mode has, and of that only what a person decided. */
export function optionsOf(chosen: Chosen, subject: Subject): ChosenOptions {
  const { mode, newName, existing, endConnections, safetyBackup, keepFor, withoutOwners } = chosen
  const where = chosen.serverId === "" ? {} : { serverId: chosen.serverId }
  const content = contentOf(chosen, subject)
  const part = {
    ...(chosen.tables !== null && offersTables(mode, subject) ? { tables: [...chosen.tables] } : {}),
    ...(content === "all" ? {} : { content }),
  }
  const speed = chosen.jobs > 1 && offersJobs(mode, subject) && isWhole(part) ? { jobs: chosen.jobs } : {}
  switch (mode) {
    case "globals":
      return { mode, ...where }
    case "new":
      return {
        ...{ mode, name: newName, ...where, ...part, ...speed },
        ...(withoutOwners && offersOwners(mode, subject) ? { owners: "drop" as const } : {}),
      } as ChosenOptions
    case "swap":
      return {
        ...{ mode, name: existing, ...where, ...speed, endConnections, safetyBackup },
        ...(keepFor === "" ? {} : { keepFor }),
      }
    case "clean":
      return { mode, name: existing, ...where, ...part, endConnections, safetyBackup }
    case "replace":
      return { mode, name: existing, ...where, endConnections, safetyBackup }
  }
}

const isWhole = (part: object): boolean => Object.keys(part).length === 0

/** What was chosen, where the mode has it. */
export function contentOf({ mode, content }: Chosen, subject: Subject): Content {
  const offered = contentsFor(mode, subject)
  return offered.includes(content) ? content : (offered[0] ?? "all")
}

export interface Mistake {
  readonly of: "server" | "source" | "name" | "tables"
  readonly words: string
}

/** What has to be filled in or put right before the server is asked. Undefined when nothing is. */
export function mistakeIn(chosen: Chosen, subject: Subject): Mistake | undefined {
  const { mode, serverId, newName, existing, tables } = chosen
  if (serverId === "" && !subject.home) return { of: "server", words: "Choose a server." }
  if (asksForDatabase(mode, subject) && chosen.sourceDatabase === "")
    return { of: "source", words: "Choose which of them." }
  if (intoExisting(mode) && existing === "") return { of: "name", words: "Write which database." }
  if (mode === "new") {
    const words = nameMistake(newName, serverId === "" ? (subject.database ?? undefined) : undefined)
    if (words) return { of: "name", words }
  }
  if (tables?.length === 0 && offersTables(mode, subject))
    return { of: "tables", words: "Choose a table, or all of them." }
  return undefined
}

/** Whether it has to be said which of several databases is restored. */
export const asksForDatabase = (mode: RestoreMode, { of }: Subject): boolean =>
  of === "server" && mode !== "globals"

/** What is wrong with a name for the new database. Undefined when nothing is. @param database there already */
export function nameMistake(name: string, database: string | undefined): string | undefined {
  if (name === "") return "Write a name for the new database."
  if (name.length > longestName) return `Write at most ${longestName} characters; this has ${name.length}.`
  if (name !== name.trim()) return "Remove the space at the beginning or the end."
  if (name === database) return "A new database goes beside the old one. Choose another name."
  return undefined
}

/** Whether the person has shown that they mean this target. */
export function isConfirmed(step: Extract<RestoreStep, { step: "confirm" }>): boolean {
  return step.typedName === step.plan.targetDatabase
}
