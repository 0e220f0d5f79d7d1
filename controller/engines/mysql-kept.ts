// The databases beside the one in place: made like it, known by their marks, and dropped by them.
import { keptTable } from "./mysql-journal.ts"
import type { Side } from "./mysql-sides.ts"
import { markTable, text } from "./mysql-sql.ts"
import { bytesOf, digitsOf, hexOf, plainText, prepared, quoted, within } from "./mysql-words.ts"

/** Statements that make the database that is to be kept, as one that the restore has not filled yet. */
export function makeKept(kept: string, restoreId: string, { defaults, encrypted }: Side): readonly string[] {
  const options = `character set ${defaults.charset} collate ${defaults.collation}${encrypted ? " encryption 'Y'" : ""}`
  return [
    `create database ${quoted(kept)} ${options}`,
    `create table ${within(kept, markTable)} (i int primary key) comment ${plainText(restoreId)}`,
  ]
}

/** Statements by which a new database encrypts what is made in it as the other one does. */
export function encryptedAs(name: string, other: string, isMysql: boolean): string {
  if (!isMysql) return "do 0"
  const alter = `alter database ${quoted(bytesOf(name))} encryption 'Y'`
  return [
    `set @dbbackup = 'do 0' /*!80016 , @dbbackup = if(exists (select 1 from information_schema.schemata s where s.schema_name = ${text(other)} and s.default_encryption = 'YES'),
  convert(${hexOf(alter)} using utf8mb4), 'do 0') */`,
    ...prepared,
  ].join(";\n")
}

/** Statements that drop it if it has that mark. The word is only read when the rest succeeded. */
export function dropIfKept(name: string, mark: string): string {
  const bytes = bytesOf(name)
  const kept = `from information_schema.tables where table_schema = ${text(name)} and hex(table_schema) = ${digitsOf(bytes)} and table_name = '${keptTable}' and table_comment = ${plainText(mark)}`
  return [
    `select 'dropped' ${kept}`,
    `set @dbbackup = if(exists (select 1 ${kept}), convert(${hexOf(`drop database ${quoted(bytes)}`)} using utf8mb4), 'do 0')`,
    ...prepared,
  ].join(";\n")
}
