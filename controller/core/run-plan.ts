// Which subjects a run dumps, and where each backup's bytes will be. Plain data, made before anything is touched.

import type { DatabaseSelector } from "../../schemas/label-values.ts"
import type { Subject } from "../../schemas/server.ts"
import { subjectWord } from "./key.ts"

/**
 * Whether a glob of `*` and `?` matches the whole name. Case counts, as it does in database names.
 * Not by a regular expression: labels are input from others, and one with many stars would run for hours.
 */
export function matchesGlob(glob: string, name: string): boolean {
  const [pattern, text] = [Array.from(glob), Array.from(name)]
  let [p, t] = [0, 0]
  // Where to go on when a match fails: behind the last star, one character of the name further on.
  let retry: { p: number; t: number } | undefined
  while (t < text.length) {
    if (pattern[p] === "*") {
      p++
      retry = { p, t }
    } else if (p < pattern.length && (pattern[p] === "?" || pattern[p] === text[t])) {
      p++
      t++
    } else if (retry) {
      retry.t++
      p = retry.p
      t = retry.t
    } else return false
  }
  return pattern.slice(p).every((char) => char === "*")
}

export function isSelected(selector: DatabaseSelector, name: string): boolean {
  if (selector.exclude.some((glob) => matchesGlob(glob, name))) return false
  return selector.include === "all" || selector.include.some((glob) => matchesGlob(glob, name))
}

/** Names in the selector, without globs, that are not on the server: a typo, or a database that is gone. */
export function missingNames(selector: DatabaseSelector, present: readonly string[]): readonly string[] {
  if (selector.include === "all") return []
  const missing = selector.include.filter((name) => !/[*?]/.test(name) && !present.includes(name))
  return [...new Set(missing)]
}

/**
 * What a run backs up, in order: the globals first, because a database is restored into their roles, then the databases by name.
 * @param only the one subject an ad-hoc backup is of
 * @param again what a retry is of, as far as the job still takes it and it is there; null for all
 */
export function subjectsOf(
  spec: { readonly databases: DatabaseSelector; readonly globals: boolean },
  present: readonly string[],
  only: Subject | null,
  again: readonly Subject[] | null = null,
): readonly Subject[] {
  if (only !== null) return [only]
  const databases = [...present, ...missingNames(spec.databases, present)]
    .filter((name) => isSelected(spec.databases, name))
    .sort()
  const subjects = databases.map((name): Subject => ({ kind: "database", name }))
  const all: readonly Subject[] = spec.globals ? [{ kind: "globals" }, ...subjects] : subjects
  if (again === null) return all
  const wanted = new Set(again.map(subjectWord))
  return all.filter((subject) => wanted.has(subjectWord(subject)))
}
