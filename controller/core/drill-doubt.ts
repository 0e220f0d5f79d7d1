// Whether a load that failed in a drill tells of the backup, or only of the throw-away server: what a server of the same image lacks
// is not the dump's fault, and a backup that is said to be bad counts for nothing any more.

const ofTheServer: readonly RegExp[] = [
  /role ".*" does not exist|tablespace ".*" does not exist/,
  /extension ".*" (is not available|must be preloaded|has no installation script)|could not open extension control file|could not access file/,
  /LC_COLLATE|LC_CTYPE|locale|icu/i,
  /No space left|could not extend file|could not write|is full|errno: 28/i,
  /out of memory|cannot allocate|too many connections|shared memory/i,
  // MySQL and MariaDB: unknown collation or character set, read-only, no such plugin or engine.
  /\b(1273|1115|1290|1524|1286)\b/,
]

/** The other database that a statement of MySQL or MariaDB wants, which is not in the backup of this one. */
const otherDatabase = (message: string, name: string): string | undefined => {
  const [, table] = /Table '([^']+?)\.[^']*' doesn't exist/.exec(message) ?? []
  const [, database] = /Unknown database '([^']+)'/.exec(message) ?? []
  const wanted = table ?? database
  return wanted !== undefined && wanted !== name ? wanted : undefined
}

/** Why a failed load is no verdict on the backup, in words; null when it is one. @param name of the database that was loaded */
export function whyNoVerdict(message: string, name: string): string | null {
  const other = otherDatabase(message, name)
  if (other !== undefined)
    return `it refers to the database ${other}, and a drill restores one database by itself`
  return ofTheServer.some((pattern) => pattern.test(message))
    ? "the throw-away server lacks something that the backup does not hold"
    : null
}

/** Whether the first value of the first row of an answer says that a check of a person's passes. */
export function isYes(answer: string): boolean {
  const [value = ""] = (answer.split("\n", 1)[0] ?? "").split(/[\t|]/, 1)
  return !["", "0", "f", "false", "no", "null"].includes(value.trim().toLowerCase())
}
