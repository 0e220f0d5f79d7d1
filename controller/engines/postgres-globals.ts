// What pg_dumpall --globals-only writes: roles with their memberships, and tablespaces. Read, and written again for the roles that are missing.
import type { Account, Globals, GlobalsRules, Grant } from "../core/globals.ts"
import { begins, lastWord, type Statement, statementsOf } from "./sql-statements.ts"

const password = / (?:PASSWORD|ENCRYPTED PASSWORD) (?:[eE]?'(?:[^']|'')*')/
const before = "set client_encoding = 'UTF8';\nset standard_conforming_strings = on;\n"
/** Memberships say what they pass on since then. */
const membershipOptionsSince = 16

export const postgresGlobals: GlobalsRules = {
  read(text): Globals {
    const roles = new Map<string, Parts>()
    const others = new Map<string, string>()
    for (const statement of statementsOf(text, "postgres")) sort(statement, roles, others)
    return {
      accounts: [...roles].map(([name, parts]) => accountOf(name, parts)),
      others: [...others].map(([what, why]) => ({ what, why })),
    }
  },
  compose(accounts, targetVersion) {
    const grants = accounts.flatMap(({ grants }) =>
      grants.map(({ statement }) => forVersion(statement, targetVersion)),
    )
    const statements = ["begin", ...accounts.flatMap(({ make }) => make), ...grants, "commit"]
    return {
      must: `${before}${statements.map((statement) => `${statement};\n`).join("")}`,
      may: [],
      undo: null,
    }
  },
}

interface Parts {
  written: string
  readonly make: string[]
  readonly settings: string[]
  readonly comments: string[]
  readonly grants: Grant[]
}

function sort(statement: Statement, roles: Map<string, Parts>, others: Map<string, string>): void {
  const { tokens, text } = statement
  const of = (index: number): Parts => {
    const { value = "", text: written = "" } = tokens[index] ?? {}
    const parts = roles.get(value) ?? { written, make: [], settings: [], comments: [], grants: [] }
    roles.set(value, parts)
    return parts
  }
  if (begins(statement, "SET") || begins(statement, "SELECT")) return
  if (begins(statement, "CREATE", "ROLE")) of(2).make.push(text)
  else if (begins(statement, "ALTER", "ROLE")) {
    const isSetting = ["SET", "IN"].includes(tokens[3]?.text.toUpperCase() ?? "")
    of(2)[isSetting ? "settings" : "make"].push(text)
  } else if (begins(statement, "COMMENT", "ON", "ROLE")) of(3).comments.push(text)
  else if (begins(statement, "GRANT")) addGrant(statement, of, others)
  else {
    const at = lastOf(statement, ["TABLESPACE"])
    if (at >= 0)
      others.set(`the tablespace ${tokens[at + 1]?.value}`, "it is a folder of the server: make it by hand")
    else others.set(text.slice(0, 40), "it is no role")
  }
}

function addGrant(statement: Statement, of: (index: number) => Parts, others: Map<string, string>): void {
  const { tokens } = statement
  const to = lastWord(statement, "TO")
  const on = tokens.findIndex(({ kind, text }, i) => i < to && kind === "word" && text.toUpperCase() === "ON")
  const grantee = tokens[to + 1]?.value ?? ""
  if (on >= 0 && tokens[on + 1]?.text.toUpperCase() === "TABLESPACE") {
    others.set(`the tablespace ${tokens[on + 2]?.value}`, "it is a folder of the server: make it by hand")
    return
  }
  const group = on >= 0 ? null : (tokens[1]?.value ?? "")
  of(to + 1).grants.push({
    statement: statement.text.replace(/ GRANTED BY (?:"(?:[^"]|"")*"|\S+)$/, ""),
    what: group === null ? `a parameter for ${grantee}` : `${grantee} in ${group}`,
    needs: group === null ? [] : [group],
    ofObject: false,
  })
}

const lastOf = (statement: Statement, words: readonly string[]) =>
  Math.max(...words.map((word) => statement.tokens.findIndex(({ text }) => text.toUpperCase() === word)))

function accountOf(name: string, { written, make, settings, comments, grants }: Parts): Account {
  const attributes = make.slice(1)
  return {
    name,
    written,
    make: [...make, ...settings, ...comments],
    grants,
    aspects: {
      attributes: attributes.map((text) => text.replace(password, "")),
      password: attributes.flatMap((text) => password.exec(text)?.[0] ?? []),
      settings,
      comment: comments,
      memberships: grants.map(({ statement }) => statement),
    },
    plugin: null,
  }
}

/** An older server knows nothing of a membership but ADMIN OPTION. */
function forVersion(statement: string, version: string): string {
  if (Number.parseInt(version, 10) >= membershipOptionsSince) return statement
  const options = / WITH (?:(?:ADMIN|INHERIT|SET) (?:OPTION|TRUE|FALSE)(?:, )?)+$/
  const found = options.exec(statement)?.[0]
  if (found === undefined) return statement
  return statement.replace(options, /ADMIN (?:OPTION|TRUE)/.test(found) ? " WITH ADMIN OPTION" : "")
}
