// The commands a person types to restore a PostgreSQL backup with docker and the server's own tools, without this program.
import type { Manifest } from "../../schemas/manifest.ts"
import { decompress, quote } from "./command-text.ts"

type Restorable = Pick<
  Manifest,
  "subject" | "format" | "compression" | "encryption" | "fileName" | "facts"
> & {
  readonly container: string
}

// The image's own user; the socket inside the container needs no password unless the image was told otherwise.
const login = `PGPASSWORD="$POSTGRES_PASSWORD"`
const user = `-U "\${POSTGRES_USER:-postgres}"`

export function postgresCommands(backup: Restorable): readonly string[] {
  const { subject, container, facts } = backup
  const exec = `docker exec -i ${quote(container)}`
  const bytes = decompress(backup)
  if (subject.kind === "globals") {
    return [
      "# Roles that exist already are reported as errors and stay as they are.",
      `${bytes} | ${exec} sh -c ${quote(`${login} psql -X ${user} -d postgres`)}`,
    ]
  }
  const name = quote("<new database>")
  const create = `${login} createdb ${user} ${createOptions(facts?.attributes ?? {})} -- "$1"`
  const load = `${login} pg_restore ${user} --exit-on-error --dbname="$1"`
  return [`${exec} sh -c ${quote(create)} sh ${name}`, `${bytes} | ${exec} sh -c ${quote(load)} sh ${name}`]
}

function createOptions({ encoding, collate, ctype, localeProvider, locale }: Record<string, string>): string {
  const options = ["--template=template0"]
  if (encoding) options.push(`--encoding=${quote(encoding)}`)
  if (collate) options.push(`--lc-collate=${quote(collate)}`)
  if (ctype) options.push(`--lc-ctype=${quote(ctype)}`)
  if (localeProvider === "icu" && locale)
    options.push("--locale-provider=icu", `--icu-locale=${quote(locale)}`)
  if (localeProvider === "builtin" && locale)
    options.push("--locale-provider=builtin", `--builtin-locale=${quote(locale)}`)
  return options.join(" ")
}
