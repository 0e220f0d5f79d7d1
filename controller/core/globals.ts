// The roles or accounts of a globals backup, against those that a server has: what is missing is made, what is there stays as it is.
import type { AccountPlan } from "../../schemas/restore-details.ts"
import type { Survey } from "./survey.ts"

/** What an account is given once all of them are there. */
export interface Grant {
  readonly statement: string
  /** In words, for the plan. */
  readonly what: string
  /** Other accounts that must be there. */
  readonly needs: readonly string[]
  /** It is of an object in a database, which may not be there. */
  readonly ofObject: boolean
}

/** A role, or an account as `user@host`. Its statements are secret: hashes of passwords are among them. */
export interface Account {
  readonly name: string
  /** As the statements write it. */
  readonly written: string
  readonly make: readonly string[]
  readonly grants: readonly Grant[]
  /** Statements that tell one thing about it, by the thing's name. */
  readonly aspects: Readonly<Record<string, readonly string[]>>
  /** The way to log in that the server must have loaded; null: none by name. */
  readonly plugin: string | null
}

export interface Globals {
  readonly accounts: readonly Account[]
  /** What is no account, and is not made. */
  readonly others: readonly { readonly what: string; readonly why: string }[]
}

export interface GlobalsRules {
  /** Throws a Fault, `restore-unsupported`, for text that cannot be read. */
  read(text: string): Globals
  /** `undo`: takes the accounts away again when `must` failed; null when nothing of it stays then. */
  compose(
    accounts: readonly Account[],
    targetVersion: string,
  ): {
    readonly must: string
    readonly may: readonly Grant[]
    readonly undo: string | null
  }
}

export interface ChosenAccounts {
  readonly plan: AccountPlan
  /** Those to make, with the grants that can be given. */
  readonly make: readonly Account[]
}

export function planAccounts(
  wanted: Globals,
  present: Globals,
  survey: Pick<Survey, "roles" | "plugins">,
): ChosenAccounts {
  const there = new Map(present.accounts.map((account) => [account.name, account]))
  const known = new Set([...there.keys(), ...(survey.roles ?? [])])
  const leftOut = [...wanted.others]
  const creatable = wanted.accounts.filter(({ name, plugin }) => {
    if (known.has(name)) return false
    if (plugin === null || survey.plugins.length === 0 || survey.plugins.includes(plugin)) return true
    leftOut.push({ what: name, why: `the server has no ${plugin}, by which it logs in` })
    return false
  })
  const afterwards = new Set([...known, ...creatable.map(({ name }) => name)])
  const make = creatable.map((account) => ({
    ...account,
    grants: account.grants.filter(({ what, needs }) => {
      const lacking = needs.filter((need) => !afterwards.has(need))
      if (lacking.length > 0) leftOut.push({ what, why: `there is no ${lacking.join(" and no ")}` })
      return lacking.length === 0
    }),
  }))
  const existing = wanted.accounts
    .filter(({ name }) => known.has(name))
    .map((account) => {
      const other = there.get(account.name)
      return { name: account.name, differs: other ? differing(account, other) : [] }
    })
  return {
    plan: {
      create: make.map(({ name }) => name),
      same: existing.filter(({ differs }) => differs.length === 0).map(({ name }) => name),
      different: existing.filter(({ differs }) => differs.length > 0),
      leftOut,
    },
    make,
  }
}

/** Names of what is not told in the same words. */
function differing({ aspects: wanted }: Account, { aspects: present }: Account): string[] {
  const text = (aspects: Account["aspects"], key: string) => [...(aspects[key] ?? [])].sort().join("\n")
  const keys = [...new Set([...Object.keys(wanted), ...Object.keys(present)])]
  return keys.filter((key) => text(wanted, key) !== text(present, key))
}
