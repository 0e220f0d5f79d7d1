// `dbbackup lint COMPOSE_FILE`: reads the file and says what is found in it.
import { readFileSync } from "node:fs"
import { Fault } from "../core/fault.ts"
import { lintCompose } from "./lint.ts"

/** Says what was found; mistakes make the process end with 1. Throws a Fault for a file that cannot be read. */
export function lintFile(
  path: string,
  env: Readonly<Record<string, string | undefined>>,
  say: (line: string) => void,
): void {
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
  const findings = lintCompose(text, env.DBBACKUP_LABEL_PREFIX || "dbbackup", env)
  for (const { service, line, message, kind } of findings)
    say(`${path}:${line}: ${kind === "note" ? "note: " : ""}${service}: ${message}`)
  if (findings.some(({ kind }) => kind === "mistake")) process.exitCode = 1
  else say(`${path}: the labels are good`)
}
