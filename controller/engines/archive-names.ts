// Names in an archive of pg_dump, as the fingerprint writes them, and the tables that a definition in it names.
import { statementsOf, type Token } from "./sql-statements.ts"

/** A part of a name, in quotes only where it could be read as two. */
const part = (name: string): string => (/[."]/.test(name) ? `"${name.replaceAll('"', '""')}"` : name)

/** `public.item`, `public."a.b"`: as `postgres-fingerprint-sql.ts` has the server write it. */
export const fullName = (schema: string, name: string): string => `${part(schema)}.${part(name)}`

/** The table that a foreign key refers to. `schema`: of the key, where the definition names none. */
export function referredTable(definition: string, schema: string): string | undefined {
  const tokens = statementsOf(definition, "postgres")[0]?.tokens ?? []
  const at = tokens.findLastIndex(({ kind, text }) => kind === "word" && text.toUpperCase() === "REFERENCES")
  return at < 0 ? undefined : namesFrom(tokens, at + 1, schema)[0]
}

/** The tables that one inherits from, as its definition says. */
export function inheritedTables(definition: string, schema: string): readonly string[] {
  const at = definition.lastIndexOf("\nINHERITS (")
  if (at < 0) return []
  const [, list = ""] = /^\nINHERITS (\(.*\))/.exec(definition.slice(at)) ?? []
  const tokens = statementsOf(`${list};`, "postgres")[0]?.tokens ?? []
  return namesFrom(tokens, 1, schema)
}

/** Names, separated by commas, from there on. */
function namesFrom(tokens: readonly Token[], from: number, schema: string): readonly string[] {
  const found: string[] = []
  for (let at = from; isName(tokens[at]); at++) {
    const first = tokens[at]?.value ?? ""
    const isQualified = tokens[at + 1]?.text === "." && isName(tokens[at + 2])
    if (isQualified) at += 2
    found.push(isQualified ? fullName(first, tokens[at]?.value ?? "") : fullName(schema, first))
    if (tokens[at + 1]?.text !== ",") break
    at++
  }
  return found
}

const isName = (token: Token | undefined): boolean => token?.kind === "name" || token?.kind === "word"
