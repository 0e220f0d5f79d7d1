// Which subjects a run dumps, and where each backup's bytes will be. Plain data, made before anything is touched.

import type { DatabaseSelector } from "../../schemas/labels.ts"
import type { Engine } from "../../schemas/scalar.ts"
import type { Subject } from "../../schemas/server.ts"

/** Lower-case `*` and `?` globs over whole names. Matching is case sensitive, as database names are. */
export function matchesGlob(glob: string, name: string): boolean {
  const pattern = glob
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replace(/\*/g, ".*")
    .replace(/\?/g, ".")
  return new RegExp(`^${pattern}$`, "su").test(name)
}

export function isSelected(selector: DatabaseSelector, name: string): boolean {
  if (selector.exclude.some((glob) => matchesGlob(glob, name))) return false
  return selector.include === "all" || selector.include.some((glob) => matchesGlob(glob, name))
}

/** Names in the selector, without globs, that are not on the server: a typo, or a database that is gone. */
export function missingNames(selector: DatabaseSelector, present: readonly string[]): readonly string[] {
  if (selector.include === "all") return []
  return selector.include.filter((name) => !/[*?]/.test(name) && !present.includes(name))
}

/**
 * What a run backs up, in order: the globals first, because a database is restored into their roles, then the databases by name.
 * @param only the one subject an ad-hoc backup is of
 */
export function subjectsOf(
  spec: { readonly databases: DatabaseSelector; readonly globals: boolean },
  present: readonly string[],
  only: Subject | null,
): readonly Subject[] {
  if (only !== null) return [only]
  const databases = [...present, ...missingNames(spec.databases, present)]
    .filter((name) => isSelected(spec.databases, name))
    .sort()
  const subjects = databases.map((name): Subject => ({ kind: "database", name }))
  return spec.globals ? [{ kind: "globals" }, ...subjects] : subjects
}

/** What the extension stands for, for people: "custom archive", … */
export function engineName(engine: Engine): string {
  return { postgres: "PostgreSQL", mysql: "MySQL", mariadb: "MariaDB" }[engine]
}
