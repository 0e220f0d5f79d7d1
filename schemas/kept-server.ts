// A server outside Docker as the API takes it: the words of `servers:` in dbbackup.yaml, and those of the specification for the same.
import { z } from "zod"
import { Problem } from "./errors.ts"
import { meaningless, noMeaning, OutsideHost, OutsideName, OutsideUser, tlsModes } from "./outside.ts"
import { Engine } from "./scalar.ts"

/**
 * Whoever may use the API could else have any secret of the controller sent to a server of their own, as a password: only what
 * is named to be one can be.
 */
const PasswordVariable = z
  .string()
  .regex(
    /^DBBACKUP_SERVER_[A-Z0-9_]{1,100}$/,
    "name a variable that begins with DBBACKUP_SERVER_; others can be named in dbbackup.yaml",
  )
const PasswordFile = z
  .string()
  .regex(
    /^(?!.*\/\.\.?\/)\/(?:[^/\p{Cc}]+\/)*dbbackup-server-[^/\p{Cc}]{1,200}$/u,
    "name a file whose name begins with dbbackup-server-; others can be named in dbbackup.yaml",
  )

export const KeptTls = z.strictObject({
  mode: z.enum(tlsModes, `write ${tlsModes.join(", ")}`).prefault("verify-full"),
  /** The certificates themselves, in PEM; without them, those that browsers trust. */
  ca: z.string().max(500_000).optional(),
})

const Type = z
  .enum(["postgresql", "postgres", "mysql", "mariadb"])
  .transform((type): Engine => (type === "postgresql" ? "postgres" : type))
const Port = z.number().int().min(1).max(65_535)
const Labels = z.record(z.string().min(1).max(200), z.string().max(10_000))

/** As it is kept, but for a sealed password. */
export const KeptPlace = z.strictObject({
  type: Engine,
  host: OutsideHost,
  port: Port.optional(),
  user: OutsideUser,
  passwordVariable: PasswordVariable.optional(),
  passwordFile: PasswordFile.optional(),
  tls: KeptTls,
  labels: Labels,
})
export type KeptPlace = z.output<typeof KeptPlace>

const fields = {
  type: Type,
  host: OutsideHost,
  port: Port,
  user: OutsideUser,
  /** The specification's word for `user`. */
  username: OutsideUser,
  password: z
    .string()
    .min(1)
    .max(1024)
    .refine((text) => !/[\r\n\0]/.test(text), "write a password of one line"),
  passwordVariable: PasswordVariable,
  passwordFile: PasswordFile,
  tls: KeptTls,
  /** The specification's word: `true` is `tls: {mode: verify-full}`, `false` is `disable`. */
  ssl: z.union([z.boolean(), KeptTls]),
  labels: Labels,
  /** The specification's words for the labels `databases` and `paused`. */
  databaseName: z.string().min(1).max(64),
  enabled: z.boolean(),
}
const Changed = z.strictObject(fields).partial()
type Said = z.output<typeof Changed>

/** What was said, each thing once and in the words of `KeptPlace`. */
export type KeptChanges = {
  readonly [Key in keyof KeptPlace]?: KeptPlace[Key] | undefined
} & {
  readonly password?: string | undefined
  /** Beside `labels`, which are instead of all there are. */
  readonly addedLabels: Readonly<Record<string, string>>
}

function once({ username, ssl, databaseName, enabled, ...said }: Said): KeptChanges {
  const tls = said.tls ?? (typeof ssl === "boolean" ? { mode: ssl ? tlsModes[3] : tlsModes[0] } : ssl)
  const user = said.user ?? username
  const added = {
    // As JSON, because a name may hold a comma.
    ...(databaseName !== undefined && { databases: JSON.stringify([databaseName]) }),
    ...(enabled !== undefined && { paused: String(!enabled) }),
  }
  return { ...said, ...(tls && { tls }), ...(user !== undefined && { user }), addedLabels: added }
}

const twice: readonly (readonly [keyof Said, keyof Said])[] = [
  ["user", "username"],
  ["tls", "ssl"],
  ["password", "passwordVariable"],
  ["password", "passwordFile"],
  ["passwordVariable", "passwordFile"],
]

function refuseContradictions(said: Said, context: z.core.$RefinementCtx<unknown>): void {
  const refuse = (path: readonly string[], message: string) =>
    context.issues.push({ code: "custom", input: said, path: [...path], message })
  for (const [one, other] of twice)
    if (said[one] !== undefined && said[other] !== undefined)
      refuse([other], `is given, and so is ${one}: one of them must go`)
  for (const key of meaningless(said.labels ?? {})) refuse(["labels", key], noMeaning)
}

export type NewServer = KeptChanges & Pick<KeptPlace, "type" | "host" | "user">
const New = z.strictObject(fields).partial().required({ type: true, host: true })

const complete = (said: Said & { type: Engine; host: string }, context: z.core.$RefinementCtx<unknown>) => {
  refuseContradictions(said, context)
  if (said.user === undefined && said.username === undefined)
    context.issues.push({ code: "custom", input: said, path: ["user"], message: "is missing" })
}
const whole = (said: Said & { type: Engine; host: string }): NewServer => ({
  ...once(said),
  ...{ type: said.type, host: said.host, user: said.user ?? said.username ?? "" },
})

/** Nothing of it is kept. A name says nothing here, and may be there, so that the body of an addition can be tried first. */
export const TriedServer = New.extend({ name: OutsideName.optional(), check: z.boolean().optional() })
  .superRefine(complete)
  .transform(({ name: _, check: __, ...said }) => whole(said))

export type AddedServer = NewServer & { readonly name: string; readonly check: boolean }
/** `check: false` keeps it although it cannot be reached, or not yet. */
export const AddedServer = New.extend({ name: OutsideName, check: z.boolean().prefault(true) })
  .superRefine(complete)
  .transform(({ name, check, ...said }): AddedServer => ({ name, check, ...whole(said) }))

export type ChangedServer = KeptChanges & { readonly check: boolean }
/** What is left out stays; `labels` and `tls` are replaced as a whole. */
export const ChangedServer = Changed.extend({ check: z.boolean().prefault(true) })
  .superRefine(refuseContradictions)
  .transform(({ check, ...said }): ChangedServer => ({ check, ...once(said) }))

/** How a server answered to its own client, in a container of the kind that would dump it. */
export const Connection = z.discriminatedUnion("state", [
  z.object({
    state: z.literal("up"),
    milliseconds: z.number().int().nonnegative(),
    engine: Engine,
    serverVersion: z.string(),
    tool: z.string(),
    toolVersion: z.string(),
    databases: z.array(z.string()),
    /** Whether the account may read everything; where not, `warnings` says what a dump could lack. */
    readsAll: z.boolean(),
    warnings: z.array(z.string()),
    /** Null: not encrypted, or within a container. */
    tls: z.object({ version: z.string(), certificateChecked: z.boolean() }).nullable(),
  }),
  z.object({
    state: z.literal("down"),
    milliseconds: z.number().int().nonnegative(),
    problem: Problem,
  }),
])
export type Connection = z.output<typeof Connection>
