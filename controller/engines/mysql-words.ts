// Statements for MySQL and MariaDB as bytes, one character for each: definitions come in whatever character set they were written in.
import { Fault } from "../core/fault.ts"

/** A name's bytes, as statements hold them. */
export const bytesOf = (name: string): string => Buffer.from(name, "utf8").toString("latin1")
export const nameIn = (bytes: string): string => Buffer.from(bytes, "latin1").toString("utf8")

/** A name between backticks. */
export const quoted = (bytes: string): string => `\`${bytes.replaceAll("`", "``")}\``
export const within = (database: string, bytes: string): string => `${quoted(database)}.${quoted(bytes)}`

/** A string that is not interpreted by anybody, empty as well. */
export const hexOf = (bytes: string): string => `x'${Buffer.from(bytes, "latin1").toString("hex")}'`
/** Its hexadecimal digits, as a string. */
export const digitsOf = (bytes: string): string =>
  `'${Buffer.from(bytes, "latin1").toString("hex").toUpperCase()}'`
/** A string for where statements take no other literal. For words without quotes and backslashes. */
export function plainText(words: string): string {
  if (/['"\\\p{Cc}]/u.test(words)) throw new Fault("internal", `not a plain text: ${words}`)
  return `'${words}'`
}

/** Fails with `message` unless the condition, an expression, holds. The server takes no plainer statement for it. */
export const demand = (condition: string, message: string): readonly string[] => [
  `set @dbbackup = if(${condition}, 'do 0', ${plainText(`select \`${message}\``)})`,
  ...prepared,
]
/** Runs what the variable holds. */
export const prepared: readonly string[] = ["prepare dbbackup from @dbbackup", "execute dbbackup"]

/** The last line of what a client is handed: without it nothing is run. */
export const lastLine = "-- dbbackup: the end"

/** What a client reads: each statement up to a delimiter that none of them holds. */
export function inputOf(statements: readonly string[]): Buffer {
  let delimiter = "$dbbackup$"
  while (statements.some((each) => each.includes(delimiter))) delimiter = `$${delimiter}`
  const lines = [`delimiter ${delimiter}`, ...statements.map((each) => `${each}\n${delimiter}`), lastLine]
  return Buffer.from(`${lines.join("\n")}\n`, "latin1")
}

/** The fields of rows that a client prints in batches: it writes what would break a row as a backslash and a letter. */
export function rowsIn(answer: Buffer): readonly (readonly string[])[] {
  const text = answer.toString("latin1")
  return text === ""
    ? []
    : text
        .replace(/\n$/, "")
        .split("\n")
        .map((line) => line.split("\t").map(unescaped))
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", "0": "\0", r: "\r" }
const unescaped = (field: string) => field.replace(/\\([\s\S])/g, (_, letter) => escapes[letter] ?? letter)

/** The bytes that a field holds as hexadecimal digits. */
export const fromDigits = (digits = ""): string => Buffer.from(digits, "hex").toString("latin1")
