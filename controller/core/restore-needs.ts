// What a backup needs beside its own bytes, against what a server has: what cannot work is refused, what may not is told.
import type { Manifest } from "../../schemas/manifest.ts"
import type { NewOptions } from "../../schemas/restore.ts"
import type { PlanDetails } from "../../schemas/restore-details.ts"
import { Fault } from "./fault.ts"
import type { Survey } from "./survey.ts"

type Needing = Pick<Manifest, "engine" | "fingerprint" | "facts" | "format" | "part">

export interface Needs {
  readonly missing: PlanDetails["missing"]
  readonly owners: PlanDetails["owners"]
  /** What is decided, as sentences without a full stop; each is in the plan and in the log. */
  readonly warnings: readonly string[]
}

/**
 * @param target the server's name
 * @param takesPlace of another database: then owners cannot be left out
 * Throws a Fault, `restore-unsupported`, for what cannot work.
 */
export function needsOf(
  manifest: Needing,
  survey: Survey | null,
  options: Pick<NewOptions, "owners">,
  target: string,
  takesPlace = false,
): Needs {
  const asked = options.owners ?? null
  if (asked === "drop") requireOptionalOwners(manifest)
  if (survey === null)
    return {
      missing: { roles: [], extensions: [] },
      owners: asked ?? "keep",
      warnings: [
        `What ${target} has could not be asked: roles and extensions that it lacks would end the load`,
      ],
    }
  requireExtensions(manifest, survey, target)
  requireNames(manifest, survey, target)
  requireCollation(manifest, survey, target)
  const missing = { roles: missingRoles(manifest, survey), extensions: otherExtensions(manifest, survey) }
  const unknown = manifest.fingerprint === undefined
  const owners = asked ?? ownersFor(manifest, missing.roles, target)
  if (asked === "keep" && manifest.engine.name === "postgres" && missing.roles.length > 0)
    throw new Fault("restore-unsupported", `${target} lacks ${roles(missing.roles)}`, {
      hint: `${rolesHint} ${takesPlace ? besideHint : dropHint}`,
    })
  return {
    missing,
    owners,
    warnings: [
      ...(unknown
        ? ["The backup has no fingerprint, so nobody knows which roles and extensions it needs"]
        : []),
      ...ownerWarning(manifest, survey, target),
      ...roleWarnings(manifest, missing.roles, owners, survey, target),
      ...missing.extensions.map(({ name, wanted, available }) =>
        available === null
          ? `${target} has no extension ${name} (${wanted}), which the tables of this part may need`
          : `The extension ${name} will be of version ${available}, it was of ${wanted}`,
      ),
    ],
  }
}

const rolesHint =
  "Make them first: restore a backup of the globals (mode globals), which makes what is missing."
const dropHint = "Or let everything belong to the user who restores (owners=drop)."
const besideHint =
  "What takes the place of a database has its owners and grants; a restore into a new database can leave them out."

function missingRoles({ fingerprint }: Needing, survey: Survey): string[] {
  if (!fingerprint || survey.roles === null) return []
  const there = new Set(survey.roles)
  return fingerprint.roles.map((role) => role.replace(/@$/, "")).filter((role) => !there.has(role))
}

/** Objects of roles that are not there cannot be given to them. Of statements, nothing can be left out. */
function ownersFor({ engine, format, part }: Needing, missing: readonly string[], target: string) {
  if (engine.name !== "postgres" || missing.length === 0) return "keep" as const
  if (format === "archive") return "drop" as const
  if (part) return "keep" as const
  throw new Fault(
    "restore-unsupported",
    `${target} lacks ${roles(missing)}, to which the backup's statements give objects`,
    {
      hint: rolesHint,
    },
  )
}

function requireOptionalOwners({ engine, format }: Needing): void {
  if (engine.name === "postgres" && format === "archive") return
  throw new Fault("restore-unsupported", "owners and grants can only be left out of an archive of pg_dump", {
    hint: "Leave owners away. In dumps of statements they cannot be told apart safely.",
  })
}

function roleWarnings(
  { engine, part }: Needing,
  missing: readonly string[],
  owners: PlanDetails["owners"],
  survey: Survey,
  target: string,
): string[] {
  if (survey.roles === null)
    return [
      `The accounts of ${target} may not be read, so nobody knows whether one that the backup needs is missing`,
    ]
  if (engine.name !== "postgres")
    return missing.length === 0
      ? []
      : [
          `${target} lacks ${accounts(missing)}: views, routines, triggers and events that they define are made, and fail when they are used, until the accounts are there`,
        ]
  const lacks = missing.length === 0 ? "" : `${target} lacks ${roles(missing)}: `
  if (owners === "drop")
    return [
      `${lacks}everything will belong to ${survey.user}, and no grants are made, as with --no-owner --no-privileges`,
    ]
  return missing.length > 0 && part
    ? [`${lacks}what cannot be given to them will belong to ${survey.user}`]
    : []
}

/** The database's own, who is left out when they are not there. */
function ownerWarning({ facts }: Needing, { roles: there, user }: Survey, target: string): string[] {
  const owner = facts?.attributes.owner
  if (owner === undefined || there === null || there.includes(owner)) return []
  return [`${target} lacks the role ${owner}, who owned the database: the new one belongs to ${user}`]
}

/** Those that will be of another version, or that a part may do without. */
function otherExtensions(
  { fingerprint }: Needing,
  { extensions }: Survey,
): PlanDetails["missing"]["extensions"] {
  return Object.entries(fingerprint?.extensions ?? {}).flatMap(([name, wanted]) => {
    const available = extensions[name]?.[0] ?? null
    return available === wanted ? [] : [{ name, wanted, available }]
  })
}

/** A part has no extensions of its own, so its load may do without. */
function requireExtensions(
  { engine, fingerprint, facts, part }: Needing,
  { extensions }: Survey,
  target: string,
): void {
  if (engine.name !== "postgres") return
  const lacking = Object.keys(fingerprint?.extensions ?? {}).filter((name) => !extensions[name])
  if (lacking.length > 0 && part?.tables === undefined)
    throw new Fault(
      "restore-unsupported",
      `${target} has no extension ${lacking.join(", ")}, which the backup needs`,
      {
        hint: "Install it in the server's image, or restore on a server that has it.",
      },
    )
  const timescale = facts?.attributes.timescaledb
  if (timescale === undefined || extensions.timescaledb?.includes(timescale)) return
  throw new Fault(
    "restore-unsupported",
    `${target} cannot make timescaledb ${timescale}, the version of the backup`,
    {
      hint: `It has ${extensions.timescaledb?.join(", ") ?? "none"}. Restore on an image that has ${timescale}, and update the extension afterwards.`,
    },
  )
}

/** Tables whose names differ in case only would be one on a server that folds them. */
function requireNames({ fingerprint }: Needing, { foldsCase }: Survey, target: string): void {
  if (!foldsCase) return
  const names = Object.keys(fingerprint?.rows ?? {})
  const same = [...Map.groupBy(names, (name) => name.toLowerCase()).values()].find(({ length }) => length > 1)
  if (!same) return
  throw new Fault(
    "restore-unsupported",
    `${same.join(" and ")} would be one table on ${target}, which does not tell case`,
    {
      hint: "Restore on a server with lower_case_table_names=0.",
    },
  )
}

function requireCollation({ engine, facts }: Needing, { collations }: Survey, target: string): void {
  const { collation, charset } = facts?.attributes ?? {}
  if (engine.name === "postgres" || collations === null || collation === undefined) return
  // MariaDB lists some of its newer ones without the character set.
  const bare = collation.replace(`${charset}_`, "")
  if (collations.includes(collation) || collations.includes(bare)) return
  throw new Fault(
    "restore-unsupported",
    `${target} does not know the collation ${collation} of the database`,
    {
      hint: "Restore on a server of the version that was dumped, or a newer one.",
    },
  )
}

const mostNames = 8
const listed = (names: readonly string[]) =>
  `${names.slice(0, mostNames).join(", ")}${names.length > mostNames ? ` and ${names.length - mostNames} more` : ""}`
const roles = (names: readonly string[]) => `the role${names.length === 1 ? "" : "s"} ${listed(names)}`
const accounts = (names: readonly string[]) => `the account${names.length === 1 ? "" : "s"} ${listed(names)}`
