// `dbbackup lint COMPOSE_FILE`: what is wrong with its labels, line by line; the exit code is 1 for mistakes, not for notes.
import { readFileSync } from "node:fs"
import { Fault } from "../core/fault.ts"
import { lintCompose } from "./lint.ts"

/** Throws a Fault when the file cannot be read. */
export function lintFile(path: string, say: (line: string) => void): void {
  let text: string
  try {
    text = readFileSync(path, "utf8")
  } catch (cause) {
    throw new Fault(
      "request-invalid",
      `${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      { hint: "Name a compose file." },
    )
  }
  const findings = lintCompose(text, process.env.DBBACKUP_LABEL_PREFIX || "dbbackup", process.env)
  for (const { service, line, message, kind } of findings)
    say(`${path}:${line}: ${kind === "note" ? "note: " : ""}${service}: ${message}`)
  if (findings.some(({ kind }) => kind === "mistake")) process.exitCode = 1
  else say(`${path}: the labels are good`)
}
