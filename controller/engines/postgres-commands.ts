// The commands a person types to restore a PostgreSQL backup with docker and the server's own tools, without this program.
import type { Manifest } from "../../schemas/manifest.ts"
import { lacksSome } from "../core/restorable-part.ts"
import { decompress, quote } from "./command-text.ts"
import type { Address } from "./engine.ts"
import { ownStatements } from "./postgres-own.ts"

type Restorable = Pick<
  Manifest,
  "subject" | "format" | "compression" | "encryption" | "fileName" | "facts" | "part"
> & {
  readonly container: string
  readonly outside?: Address | undefined
}

// The image's own user; the socket inside the container needs no password unless the image was told otherwise.
const byImage = { login: `PGPASSWORD="$POSTGRES_PASSWORD" `, user: `-U "\${POSTGRES_USER:-postgres}"` }
const byAddress = ({ host, port, user }: Address) => ({
  login: "",
  user: `-h ${quote(host)} -p ${port} -U ${quote(user)}`,
})

export function postgresCommands(backup: Restorable): readonly string[] {
  const { subject, container, outside, facts } = backup
  const exec = outside ? "" : `docker exec -i ${quote(container)} `
  // Without -i: it would read the rest of a script that comes on its standard input.
  const execAlone = outside ? "" : `docker exec ${quote(container)} `
  const { login, user } = outside ? byAddress(outside) : byImage
  const first = outside ? ["# With PostgreSQL's own client tools, and PGPASSWORD set to the password."] : []
  const bytes = decompress(backup)
  if (subject.kind === "globals") {
    return [
      ...first,
      "# Roles that exist already are reported as errors and stay as they are.",
      `${bytes} | ${exec}sh -c ${quote(`${login}psql -X ${user} -d postgres`)}`,
    ]
  }
  const create = `${login}createdb ${user} ${createOptions(facts?.attributes ?? {})} -- "$1"`
  const load = `${login}${loader(backup)} ${user} --dbname="$1"`
  const own = ownStatements(facts?.attributes ?? {})
  const tell = `${login}psql -X -q ${user} -d postgres -v ON_ERROR_STOP=1 -c "$1"`
  const into = (name: string) => `${bytes} | ${exec}sh -c ${quote(load)} sh ${quote(name)}`
  if (backup.part?.content === "data")
    return [
      ...first,
      "# Rows alone, for a database that has the tables and nothing in them.",
      into("<database with the tables>"),
    ]
  const around = timescaleStatements(facts?.attributes ?? {})
  const ask = (statements: readonly string[]) => {
    const options = statements.map((statement) => `-c ${quote(statement)}`).join(" ")
    const query = `${login}psql -X -v ON_ERROR_STOP=1 ${user} --dbname="$1" ${options}`
    return `${execAlone}sh -c ${quote(query)} sh ${quote("<new database>")}`
  }
  return [
    ...first,
    `${execAlone}sh -c ${quote(create)} sh ${quote("<new database>")}`,
    ...(around
      ? ["# TimescaleDB must be told before and after, also when loading fails.", ask(around.before)]
      : []),
    ...(lacksSome(backup)
      ? ["# What refers to what the backup lacks is reported as an error and left out."]
      : []),
    into("<new database>"),
    ...(around ? [ask(around.after)] : []),
    ...own.map((statement) => `${execAlone}sh -c ${quote(tell)} sh ${quote(statement)}`),
  ]
}

/** As postgres-timescale.sh has it. */
function timescaleStatements({ timescaledb, timescaledbSchema = "public" }: Record<string, string>) {
  if (timescaledb === undefined) return undefined
  const schema = `"${timescaledbSchema.replaceAll('"', '""')}"`
  const before =
    timescaledbSchema === "public"
      ? [
          `create extension timescaledb schema public version '${timescaledb.replaceAll("'", "''")}'`,
          "select public.timescaledb_pre_restore()",
        ]
      : [
          "do 'begin execute format(''alter database %I set timescaledb.restoring = on'', current_database()); end'",
        ]
  return { before, after: [`select ${schema}.timescaledb_post_restore()`] }
}

function loader({ format, part, facts }: Restorable): string {
  const lenient = lacksSome({ part, facts })
  if (format === "sql") return `psql -X -q${lenient ? "" : " -v ON_ERROR_STOP=1"}`
  if (part?.content === "data") return "pg_restore --data-only --disable-triggers --exit-on-error"
  return `pg_restore${lenient ? "" : " --exit-on-error"}`
}

function createOptions(attributes: Record<string, string>): string {
  const { encoding, collate, ctype, localeProvider, locale, icuRules } = attributes
  const options = ["--template=template0"]
  if (encoding) options.push(`--encoding=${quote(encoding)}`)
  if (collate) options.push(`--lc-collate=${quote(collate)}`)
  if (ctype) options.push(`--lc-ctype=${quote(ctype)}`)
  if (localeProvider === "icu" && locale)
    options.push(
      "--locale-provider=icu",
      `--icu-locale=${quote(locale)}`,
      ...(icuRules ? [`--icu-rules=${quote(icuRules)}`] : []),
    )
  if (localeProvider === "builtin" && locale)
    options.push("--locale-provider=builtin", `--builtin-locale=${quote(locale)}`)
  return options.join(" ")
}
