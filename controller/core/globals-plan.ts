// What applying a backup of the globals will do: make what is missing, and nothing else.
import type { RestoreOptions, RestorePlan } from "../../schemas/restore.ts"
import { Fault } from "./fault.ts"
import type { ChosenAccounts } from "./globals.ts"
import { withHash } from "./plan-hash.ts"
import { type CommonFacts, doubtWarning, firstSteps, hookStep, planned } from "./restore-plan.ts"
import { aboutFile } from "./source-words.ts"
import type { Survey } from "./survey.ts"

type GlobalsOptions = Extract<RestoreOptions, { mode: "globals" }>

export interface GlobalsFacts extends CommonFacts {
  readonly survey: Survey
  readonly accounts: ChosenAccounts["plan"]
}

/** Throws a Fault, `restore-unsupported`, for a backup of a database. */
export function requireGlobals({ manifest }: Pick<CommonFacts, "manifest">): void {
  if (manifest.subject.kind === "globals") return
  throw new Fault(
    "restore-unsupported",
    `the backup is of the database ${manifest.subject.name}, not of globals`,
    {
      hint: "Restore it into a new database (mode new).",
    },
  )
}

export function planGlobals(facts: GlobalsFacts, options: GlobalsOptions): RestorePlan {
  const { backup, target, hooks, accounts, survey } = facts
  const { create, same, different, leftOut } = accounts
  return withHash(
    {
      ...planned(facts, "keep"),
      sourceDatabase: "globals",
      targetDatabase: "globals",
      mode: "globals",
      steps: [
        ...firstSteps(facts),
        create.length === 0
          ? `Make nothing: ${target.name} has all that the backup holds`
          : `Make ${create.join(", ")} on ${target.name}, with their passwords, options, memberships and grants`,
        ...(same.length + different.length === 0
          ? []
          : [
              `Leave ${[...same, ...different.map(({ name }) => name)].join(", ")} as they are, and drop nothing`,
            ]),
        ...hookStep(hooks.after, "whatever happened"),
        ...(create.length === 0 ? [] : ["If anything fails, take away again what was made"]),
      ],
      warnings: [
        ...doubtWarning(backup),
        ...aboutFile(backup),
        ...different.map(
          ({ name, differs }) =>
            `${name} is there already and stays as it is, though the backup differs in ${differs.join(", ")}`,
        ),
        ...leftOut.map(({ what, why }) => `${what} is left out: ${why}`),
      ],
      freeBytes: survey.freeBytes,
      neededBytes: null,
      connections: [],
      missing: { roles: create, extensions: [] },
      accounts,
    },
    options,
  )
}
