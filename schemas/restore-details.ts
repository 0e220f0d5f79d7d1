// What a person should know of a restore before they confirm it, as data: what the target has, what it lacks, how long it may take.
import { z } from "zod"
import { Bytes, Sha256 } from "./scalar.ts"

const Account = z.string()

/** What becomes of the roles or accounts that a backup of globals holds. */
export const AccountPlan = z.object({
  create: z.array(Account),
  /** There already, and as in the backup. */
  same: z.array(Account),
  /** There already, and other than in the backup, in which it stays. */
  different: z.array(z.object({ name: Account, differs: z.array(z.string()).min(1) })),
  leftOut: z.array(z.object({ what: z.string(), why: z.string() })),
})
export type AccountPlan = z.output<typeof AccountPlan>

export const PlanDetails = z.object({
  /** Of all that the plan depends on, but for sizes and connections, which change all the time. */
  hash: Sha256,
  /** Of the server that was dumped, and of the one to restore on. */
  versions: z.object({ source: z.string(), target: z.string() }),
  /** By the bytes per second of earlier work; null when there was none. */
  timeGuess: z
    .object({
      seconds: z.number().positive(),
      from: z.enum(["restores of this server", "restores of this engine", "dumps of its server"]),
    })
    .nullable(),
  /** Where the server keeps its data; null when that cannot be asked. */
  freeBytes: Bytes.nullable(),
  /** What the database took when it was dumped; null when that was not noted. */
  neededBytes: Bytes.nullable(),
  /** Sessions in what the restore touches. */
  connections: z.array(z.object({ user: z.string(), count: z.number().int().positive() })),
  /** What the backup needs and the target does not have. */
  missing: z.object({
    /** Owners, grantees, definers. */
    roles: z.array(Account),
    /** `available`: the version that would be made instead; null: none can be. */
    extensions: z.array(z.object({ name: z.string(), wanted: z.string(), available: z.string().nullable() })),
  }),
  /** Whether objects get their owners and grants. */
  owners: z.enum(["keep", "drop"]),
  /** What is overwritten or dropped; empty: nothing. */
  lost: z.array(z.string()),
  /** Of globals only. */
  accounts: AccountPlan.nullable(),
})
export type PlanDetails = z.output<typeof PlanDetails>
