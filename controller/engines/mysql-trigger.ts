// The definition of a trigger, as the server tells it, for a table of another name: the one thing in it that an exchange has to change.
import { Fault } from "../core/fault.ts"
import { nameIn, quoted } from "./mysql-words.ts"

const gap = "(?:\\s|/\\*[\\s\\S]*?\\*/|--[ \\t][^\\n]*\\n|#[^\\n]*\\n)"
const name = '(?:`(?:[^`]|``)+`|"(?:[^"]|"")+"|[A-Za-z0-9_$\\x80-\\xff]+)'
const account = `(?:${name}|'(?:[^']|'')*')(?:@(?:${name}|'(?:[^']|'')*'))?`
const word = `(?:${gap}|,|${name}(?![A-Za-z0-9_$\\x80-\\xff]))`
const qualifier = `(?:${name}${gap}*\\.${gap}*)?`
// What comes between is when it fires; the first ON is followed by the table. A word is taken as a whole: nothing is tried twice.
const definition = new RegExp(
  `^(CREATE${gap}+(?:OR${gap}+REPLACE${gap}+)?(?:DEFINER${gap}*=${gap}*${account}${gap}+)?TRIGGER${gap}+(?:IF${gap}+NOT${gap}+EXISTS${gap}+)?)` +
    `${qualifier}(${name}${gap}+(?:BEFORE|AFTER)${gap}${word}*?${gap})ON${gap}+${qualifier}${name}(${gap}[\\s\\S]*)$`,
  "i",
)

/** Throws a Fault when it is not to be understood. A trigger that was misread is refused by the server, where there is no such table. */
export function triggerOn(table: string, text: string, trigger: string): string {
  const [, head, until, rest] = definition.exec(text) ?? []
  if (head === undefined || until === undefined || rest === undefined)
    throw new Fault(
      "restore-unsupported",
      `the definition of the trigger ${nameIn(trigger)} cannot be read`,
      {
        hint: "Restore beside, and let the application use that database. Please report the definition.",
      },
    )
  // As MariaDB writes it when it renames a table, whatever was there.
  return `${head}${until}ON ${quoted(table)}${rest}`
}
