// What mysql-globals.sh prints: accounts and roles with their grants. Read, and written again for the accounts that are missing.
import type { Account, Globals, GlobalsRules, Grant } from "../core/globals.ts"
import { begins, firstWord, lastWord, type Statement, statementsOf, type Token } from "./sql-statements.ts"

const before = "set session sql_mode = '';\n"

export function mysqlGlobals(engine: "mysql" | "mariadb"): GlobalsRules {
  return {
    read(text): Globals {
      const accounts = new Map<string, Parts>()
      const others: { what: string; why: string }[] = []
      for (const statement of statementsOf(text, "mysql")) sort(statement, accounts, others)
      return { accounts: [...accounts].map(([name, parts]) => accountOf(name, parts)), others }
    },
    compose(accounts) {
      const all = accounts.flatMap(({ grants }) => grants)
      const statements = [
        ...accounts.flatMap(({ make }) => make),
        ...all.filter(({ ofObject }) => !ofObject).map(({ statement }) => statement),
        "flush privileges",
      ]
      const drop = ({ written, name }: Account) =>
        engine === "mariadb" && !name.includes("@")
          ? `drop role if exists ${written};\n`
          : `drop user if exists ${written};\n`
      return {
        must: `${before}${statements.map((statement) => `${statement};\n`).join("")}`,
        may: all
          .filter(({ ofObject }) => ofObject)
          .map((grant) => ({ ...grant, statement: `${before}${grant.statement};\n` })),
        undo: `${before}${accounts.map(drop).join("")}`,
      }
    },
  }
}

interface Parts {
  readonly written: string
  readonly make: string[]
  readonly grants: Grant[]
  plugin: string | null
}

function sort(
  statement: Statement,
  accounts: Map<string, Parts>,
  others: { what: string; why: string }[],
): void {
  const { text, tokens } = statement
  const of = (index: number): Parts => {
    const { name, written } = accountAt(tokens, index)
    const parts = accounts.get(name) ?? { written, make: [], grants: [], plugin: null }
    accounts.set(name, parts)
    return parts
  }
  if (begins(statement, "FLUSH") || begins(statement, "SET", "SESSION")) return
  if (begins(statement, "CREATE", "USER") || begins(statement, "CREATE", "ROLE")) {
    const parts = of(
      begins(statement, "CREATE", tokens[1]?.text.toUpperCase() ?? "", "IF", "NOT", "EXISTS") ? 5 : 2,
    )
    parts.make.push(text)
    const by = Math.max(firstWord(statement, "WITH"), firstWord(statement, "VIA"))
    const named = tokens[by + 1]
    if (by > 0 && tokens[by - 1]?.text.toUpperCase() === "IDENTIFIED" && named) parts.plugin = named.value
  } else if (begins(statement, "GRANT")) {
    const to = lastWord(statement, "TO")
    of(to + 1).grants.push(grantOf(statement, to))
  } else if (begins(statement, "REVOKE")) {
    const from = lastWord(statement, "FROM")
    of(from + 1).grants.push({ ...grantOf(statement, from), ofObject: true })
  } else if (begins(statement, "SET", "DEFAULT", "ROLE")) {
    const on = lastWord(statement, "FOR")
    const { name } = accountAt(tokens, on + 1)
    const role = accountAt(tokens, 3).name
    const needs = role.toUpperCase() === "NONE" ? [] : [role]
    of(on + 1).grants.push({ statement: text, what: `the default role of ${name}`, needs, ofObject: false })
  } else others.push({ what: text.slice(0, 40), why: "it is neither an account nor a grant" })
}

function grantOf(statement: Statement, to: number): Grant {
  const { tokens, text } = statement
  const { name } = accountAt(tokens, to + 1)
  const on = firstWord(statement, "ON")
  if (on >= 0 && on < to) {
    const place = tokens.slice(on + 1, to)
    const isGlobal = place.length === 3 && place[1]?.text === "." && place[2]?.text === "*"
    const what = `${place.map(({ value }) => value).join("")} for ${name}`
    return { statement: text, what, needs: [], ofObject: !isGlobal }
  }
  const needs: string[] = []
  for (let at = 1; at < to; ) {
    const role = accountAt(tokens, at)
    needs.push(role.name)
    at = role.next + 1
  }
  return { statement: text, what: `${needs.join(", ")} for ${name}`, needs, ofObject: false }
}

/** `app@%`; of a MariaDB role its name alone. */
function accountAt(tokens: readonly Token[], at: number): { name: string; written: string; next: number } {
  const user = tokens[at]
  if (tokens[at + 1]?.text !== "@")
    return { name: user?.value ?? "", written: user?.text ?? "", next: at + 1 }
  const host = tokens[at + 2]
  return {
    name: `${user?.value ?? ""}@${host?.value ?? ""}`,
    written: `${user?.text ?? ""}@${host?.text ?? ""}`,
    next: at + 3,
  }
}

function accountOf(name: string, { written, make, grants, plugin }: Parts): Account {
  return {
    name,
    written,
    make,
    grants,
    aspects: { "password and options": make, grants: grants.map(({ statement }) => statement) },
    plugin,
  }
}
