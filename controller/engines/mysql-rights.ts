// What an account may not see in a database. The server hides it, and the dump leaves it out without an error.

/** Rights of the account itself: on everything, and by pattern of a database's name. */
export interface Rights {
  readonly everywhere: ReadonlySet<string>
  readonly within: readonly { readonly pattern: string; readonly right: string }[]
  /** May read the table that MariaDB keeps its routines in. */
  readonly proc: boolean
  /** Has a role in force, whose rights are not known here. */
  readonly role: boolean
}

// Each shows that a routine is there. Whoever sees one and not its text, the dump tool fails for.
const routineRights = ["EXECUTE", "ALTER ROUTINE", "CREATE ROUTINE"]
const routineRightsEverywhere = [...routineRights, "SELECT", "SHOW_ROUTINE", "SHOW CREATE ROUTINE"]

/** In words, such as "triggers (it lacks TRIGGER)"; empty when nothing is hidden, or when a role may well show it. */
export function hiddenIn(database: string, rights: Rights): readonly string[] {
  if (rights.role) return []
  const here = new Set(
    rights.within.filter(({ pattern }) => matches(pattern, database)).map(({ right }) => right),
  )
  const has = (right: string) => rights.everywhere.has(right) || here.has(right)
  const routines =
    rights.proc ||
    routineRights.some((right) => here.has(right)) ||
    routineRightsEverywhere.some((right) => rights.everywhere.has(right)) ||
    rights.within.some(({ pattern, right }) => right === "SELECT" && matches(pattern, "mysql"))
  return [
    ...(has("SELECT") ? [] : ["tables and views (it lacks SELECT)"]),
    ...(routines ? [] : ["procedures and functions (it lacks SHOW_ROUTINE, or EXECUTE in the database)"]),
    ...(has("TRIGGER") ? [] : ["triggers (it lacks TRIGGER)"]),
    ...(has("EVENT") ? [] : ["events (it lacks EVENT)"]),
  ]
}

/** As GRANT reads a database's name: % and _ stand for others, unless after a backslash. */
function matches(pattern: string, name: string): boolean {
  const source = pattern.replace(/\\([%_\\])|([%_])|[.*+?^${}()|[\]\\]/g, (found, escaped, wild) =>
    escaped ? (escaped === "\\" ? "\\\\" : escaped) : wild ? (wild === "%" ? ".*" : ".") : `\\${found}`,
  )
  return new RegExp(`^${source}$`, "su").test(name)
}
