// The commands a person types to restore a MySQL or MariaDB backup with docker and the server's own client, without this program.
import type { Manifest } from "../../schemas/manifest.ts"
import { decompress, quote } from "./command-text.ts"
import type { Address } from "./engine.ts"

type Restorable = Pick<
  Manifest,
  "subject" | "format" | "compression" | "encryption" | "fileName" | "facts" | "part"
> & {
  readonly container: string
  readonly outside?: Address | undefined
}

/** `client`: mysql or mariadb. `prefixes`: of the variables with root's password, the preferred one first. */
export function mysqlCommands(
  client: string,
  prefixes: readonly string[],
  backup: Restorable,
): readonly string[] {
  const { subject, container, outside, facts } = backup
  const exec = outside ? "sh -c" : `docker exec -i ${quote(container)} sh -c`
  const first = outside
    ? [`# With ${client}, the engine's own client, and MYSQL_PWD set to the password.`]
    : []
  const bytes = decompress(backup)
  const login = outside
    ? `${client} -u${quote(outside.user)} -h${quote(outside.host)} -P${outside.port} --protocol=tcp --default-character-set=utf8mb4`
    : `MYSQL_PWD="${rootPassword(prefixes)}" ${client} -uroot -hlocalhost --default-character-set=utf8mb4`
  if (subject.kind === "globals") {
    return [
      ...first,
      "# Accounts and roles that exist already stay; their grants are added.",
      `${bytes} | ${exec} ${quote(login)}`,
    ]
  }
  const { charset, collation } = facts?.attributes ?? {}
  const options = [charset && ` CHARACTER SET ${charset}`, collation && ` COLLATE ${collation}`].join("")
  const create = `CREATE DATABASE \`<new database>\`${options}`
  const into = (name: string) =>
    `${bytes} | ${exec} ${quote(`${login} --binary-mode "$1"`)} sh ${quote(name)}`
  if (backup.part?.content === "data")
    return [
      ...first,
      "# Rows alone, for a database that has the tables and nothing in them.",
      into("<database with the tables>"),
    ]
  return [...first, `echo ${quote(create)} | ${exec} ${quote(login)}`, into("<new database>")]
}

/** `${A:-${B:-$(cat "${A_FILE:-$B_FILE}")}}` */
function rootPassword(prefixes: readonly string[]): string {
  const names = prefixes.map((prefix) => `${prefix}_ROOT_PASSWORD`)
  const nest = (suffix: string, last: string) =>
    names.reduceRight((inner, name) => `\${${name}${suffix}:-${inner}}`, last)
  return nest("", `$(cat "${nest("_FILE", "/dev/null")}")`)
}
