// The values that only labels are made of: names, selectors and commands. They refer to things, and never hold power or secrets.
import { z } from "zod"
import { DurationOrNone, jsonStrings, List, Size } from "./scalar.ts"

export const EnvName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, "write the name of an environment variable, not its value")
export const FilePath = z
  .string()
  .regex(/^\/[^\p{Cc}]{1,1023}$/u, "write the absolute path of a file inside the container")
export const UserName = z.string().regex(/^[^\p{Cc}]{1,64}$/u, "write a user name of at most 64 characters")

/** A database selector: exact names and globs (`*`, `?`) to take, and `!` before those to leave out. */
export type DatabaseSelector = {
  readonly include: readonly string[] | "all"
  readonly exclude: readonly string[]
}

export const Databases = List.refine((items) => {
  const taken = new Set(items)
  return !items.some((item) => taken.has(`!${item}`))
}, "the same database is both taken and left out")
  .refine((items) => !items.includes("!"), "write the name to leave out after the !")
  .transform((items): DatabaseSelector => {
    const exclude = items.filter((item) => item.startsWith("!")).map((item) => item.slice(1))
    const include = items.filter((item) => !item.startsWith("!"))
    const all = include.length === 0 || include.includes("all") || include.includes("*")
    return { include: all ? "all" : include, exclude }
  })

const shortName = /^[a-z0-9-]{1,32}$/

/** A name of something the operator defined, or of a group or job. */
export const ShortName = z
  .string()
  .regex(shortName, "write a name of lower-case letters, digits and dashes, at most 32")

const areNames = (names: readonly string[]) =>
  names.every((name) => shortName.test(name)) && new Set(names).size === names.length

export const DestinationNames = List.refine(
  areNames,
  "write names of destinations that the operator defined, each once, such as local,offsite",
)

/** Names of other things that the operator defined, each once; `none` is no name. */
export const NamesOrNone = List.refine(
  (names) => areNames(names) && (names.length === 1 || !names.includes("none")),
  "write names that the operator defined, each once, such as team,oncall, or none",
).transform((names) => (names.includes("none") ? [] : names))

/** The name of a key, or `none`. */
export const EncryptWith = z
  .string()
  .regex(shortName, "write the name of a key that the operator defined, or none")

/** What may stand after `meta.` and `verify.query.`. */
export const openName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/

/** Words of a command, as a JSON array: no shell reads them. */
export const Argv = z.string().transform((text, context): readonly string[] => {
  const words = jsonStrings(text)
  if (words === undefined || words.length === 0 || words[0] === "") {
    context.addIssue({ code: "custom", message: 'write a JSON array of words such as ["redis-cli","save"]' })
    return z.NEVER
  }
  return words
})

export const Wait = z
  .string()
  .regex(/^wait=/, "write wait= and a duration, such as wait=5m")
  .transform((text) => text.slice("wait=".length))
  .pipe(DurationOrNone)

export const Percent = z
  .string()
  .regex(/^([1-9]\d?|100)%$/, "write a percentage such as 50%")
  .transform((text) => Number(text.slice(0, -1)))

/** Bytes per second, null for `none`. */
export const Rate = z.union([z.literal("none").transform(() => null), Size], {
  error: "write a size per second such as 20MiB, or none",
})
