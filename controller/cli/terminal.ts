// The terminal of the person who types: what is said to it, and asked.
import { createInterface } from "node:readline/promises"

export function say(line: string): void {
  process.stdout.write(`${printable(line)}\n`)
}

/** Beside the output, which may go to a file. */
export function aside(line: string): void {
  process.stderr.write(`${printable(line)}\n`)
}

/** Labels and names are other people's text: what would steer the terminal is shown as a mark in its place. */
export function printable(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n]/gu, "\u{FFFD}")
}

/** What the person typed; nothing when the input has ended, as it has in a script. */
export async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const ended = new Promise<string>((resolve) => terminal.once("close", () => resolve("")))
  try {
    return (await Promise.race([terminal.question(question), ended])).trim()
  } finally {
    terminal.close()
  }
}
