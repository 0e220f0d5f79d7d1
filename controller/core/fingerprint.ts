// What a restored database lacks of the one that was dumped, told by their fingerprints. Only what must be equal is compared.
import type { Fingerprint } from "../../schemas/manifest.ts"
import type { Engine } from "../../schemas/scalar.ts"

type Reading = Omit<Fingerprint, "level" | "sameSnapshot" | "seconds">

/** More names are a number. */
const mostNames = 5

/**
 * Sentences without a full stop, none when nothing is different. `sameRelease`: of one release, servers write down a definition in
 * the same words.
 *
 * Rows are compared where the dump's own were counted. Estimates, and rows of another snapshot, only tell a table that has lost all.
 */
export function differencesOf(dumped: Fingerprint, restored: Reading, sameRelease: boolean): string[] {
  const tables = Object.keys(dumped.rows)
  const missing = tables.filter((name) => !Object.hasOwn(restored.rows, name))
  const there = tables.filter((name) => Object.hasOwn(restored.rows, name))
  const counted = dumped.level === "exact" && dumped.sameSnapshot
  const rowsOf = (name: string) => ({ was: dumped.rows[name] ?? 0, is: restored.rows[name] ?? 0 })
  const changed = there.filter((name) => {
    const { was, is } = rowsOf(name)
    return counted ? was !== is : was > 0 && is === 0
  })
  const lost = Object.entries(dumped.sequences).flatMap(([name, was]) => {
    const is = Object.hasOwn(restored.sequences, name) ? restored.sequences[name] : undefined
    if (is === undefined) return [`the sequence ${name} is missing`]
    // Of another snapshot than the dump's, it may have gone on since.
    return dumped.sameSnapshot && isBehind(is, was)
      ? [`the sequence ${name} is at ${is || "its start"}, the dumped one at ${was}`]
      : []
  })
  const extensions = Object.entries(dumped.extensions).flatMap(([name, was]) => {
    const is = Object.hasOwn(restored.extensions, name) ? restored.extensions[name] : undefined
    if (is === undefined) return [`the extension ${name} ${was} is missing`]
    return is === was ? [] : [`the extension ${name} is of version ${is}, the dumped one of ${was}`]
  })
  return [
    ...(missing.length === 0 ? [] : [`missing: ${named(missing)}`]),
    ...shortened(changed, (name) => {
      const { was, is } = rowsOf(name)
      if (counted) return `${name} has ${is} rows, ${was} were dumped`
      return `${name} is empty, ${dumped.level === "exact" ? "about" : "an estimated"} ${was} rows were there`
    }),
    ...shortened(lost, (sentence) => sentence),
    ...shortened(extensions, (sentence) => sentence),
    ...(sameRelease && missing.length === 0 && dumped.schemaSha256 !== restored.schemaSha256
      ? ["the definitions of tables, views, routines and the like are not those that were dumped"]
      : []),
  ]
}

/** PostgreSQL's releases are told by their first number, those of MySQL and MariaDB by two. */
export function isSameRelease(engine: Engine, one: string, other: string): boolean {
  const release = (version: string) => version.split(/[^\d]/, engine === "postgres" ? 1 : 2).join(".")
  return release(one) === release(other)
}

/** Whether a sequence would give values again that were given already. One that counts down is below zero, unless made otherwise. */
function isBehind(is: string, was: string): boolean {
  if (!isWhole(was)) return false
  if (!isWhole(is)) return true
  const [now, then] = [BigInt(is), BigInt(was)]
  return then < 0n ? now > then : now < then
}

const isWhole = (text: string) => /^-?\d+$/.test(text)

const named = (names: readonly string[]) =>
  names.length <= mostNames
    ? names.join(", ")
    : `${names.slice(0, mostNames).join(", ")} and ${names.length - mostNames} more`

function shortened(all: readonly string[], sentence: (one: string) => string): string[] {
  const shown = all.slice(0, mostNames).map(sentence)
  return all.length <= mostNames ? shown : [...shown, `and ${all.length - mostNames} more like these`]
}
