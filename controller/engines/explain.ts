// Turns a failed tool's exit code and stderr into a Fault: the first rule whose pattern is found decides. The rules of each
// engine stand in its own file; what all tools have in common stands here.
import type { FaultCode } from "../../schemas/errors.ts"
import { Fault } from "../core/fault.ts"
import type { ToolOutcome } from "../ports.ts"
import type { Access } from "./engine.ts"

/** What a message of a tool means. `failed`: the operation itself failed, a dump or a restore. */
export interface Rule {
  readonly pattern: RegExp
  readonly code: FaultCode | "failed"
  readonly hint?: string
  /** Of a restore, where that is another one. */
  readonly restoreHint?: string
}

export interface Vocabulary {
  /** The tool whose messages begin with ERROR or FATAL rather than with its own name. */
  readonly client: string
  readonly rules: readonly Rule[]
  /** Customer data that messages quote, and what stands for it. */
  readonly redactions: readonly (readonly [RegExp, string])[]
}

const mostCharacters = 300
const warning = /^warning\b|^[a-z_-]+: (warning:|\[warning\]|deprecated)/i
const restoring = /^(restor|creat|load|check|inspect|drop)/

/** Message: `<doing>: <tool> exited <code>: <its first error line>`, redacted and cut at 300 characters. */
export function explainWith(vocabulary: Vocabulary, doing: string, { code, stderr }: ToolOutcome): Fault {
  const lines = stderr.split("\n").map((line) => line.trim())
  const own = lines.map((line) => /^dbbackup: ([a-z-]+): (.*)$/.exec(line)).filter((match) => match !== null)
  const said = lines.filter((line) => line !== "" && !line.startsWith("dbbackup: ") && !warning.test(line))
  const refusal = own.find((match) => match[1] !== "note")
  if (refusal) {
    const [, refused = "", why] = refusal
    const text = [why, redact(said[0], vocabulary)].filter((part) => part !== undefined)
    return fault(refused as FaultCode, doing, text.join(": "), ownHints[refused])
  }
  const rule = vocabulary.rules.find(({ pattern }) => said.some((line) => pattern.test(line)))
  const line = said.find((line) => rule?.pattern.test(line)) ?? said.find(looksLikeError) ?? said[0]
  const notes = own.filter((match) => match[1] === "note").map((match) => match[2])
  const ending = [`${toolIn(line, vocabulary)} ${endingOf(code)}`, redact(line, vocabulary), ...notes]
  const text = ending.filter((part) => part !== undefined && part !== "").join(": ")
  const isRestore = restoring.test(doing)
  const failed = isRestore ? "restore-failed" : "dump-failed"
  if (rule) {
    const hint = isRestore ? (rule.restoreHint ?? rule.hint) : rule.hint
    return fault(rule.code === "failed" ? failed : rule.code, doing, text, hint)
  }
  if (code === 126 || code === 127) return fault("tool-missing", doing, text, ownHints["tool-missing"])
  return fault(failed, doing, text, killed(code) ? killedHint : undefined)
}

/** For a server that answers, but only to its image's entrypoint. */
export const setupHint =
  "It makes accounts and runs the files of /docker-entrypoint-initdb.d; the backup starts once the real server is up."

const ownHints: Record<string, string> = {
  "access-denied":
    "dbbackup.password-env names a variable and dbbackup.password-file a file, both inside the database's own container.",
  "tool-missing":
    "dbbackup runs the server's own tools inside its container. Use an image that has them, such as the official one.",
  "server-not-ready": "The server is still starting. It is asked again shortly.",
}

const killedHint =
  "Something ended it: the container's memory limit, a stop of the container, or a person. See docker inspect and docker events."

/** A look that lost its connection met a server between its set-up and its real start, or a restart: worth asking again. */
export function duringLook(failure: Fault): Fault {
  if (failure.code !== "server-lost" && failure.code !== "server-down") return failure
  return new Fault("server-not-ready", failure.message, failure.hint === null ? {} : { hint: failure.hint })
}

/** The user that was tried, for a hint. Undefined: whoever asks does not know, but the message names it. */
export function whom(access: Access | undefined): string {
  if (access === undefined) return "the user named there"
  return access.user === undefined
    ? "the image's own user"
    : `the user ${access.user} that dbbackup.user names`
}

function fault(code: FaultCode, doing: string, text: string, hint: string | undefined): Fault {
  return new Fault(code, `${doing}: ${text}`, hint === undefined ? {} : { hint })
}

function looksLikeError(line: string): boolean {
  return /\b(error|fatal|panic|denied|refused|cannot|can't|couldn't|failed)\b/i.test(line)
}

function toolIn(line: string | undefined, { client }: Vocabulary): string {
  const named = /^([a-z_-]+): /.exec(line ?? "")?.[1]
  return named ?? (/^(ERROR|FATAL)\b/.test(line ?? "") ? client : "the tool")
}

const signals: Readonly<Record<number, string>> = { 129: "HUP", 130: "INT", 137: "KILL", 143: "TERM" }
const killed = (code: number): boolean => code in signals

function endingOf(code: number): string {
  return killed(code) ? `was ended by signal ${signals[code]}` : `exited ${code}`
}

function redact(line: string | undefined, { redactions }: Vocabulary): string | undefined {
  if (line === undefined) return undefined
  let text = line.replace(/^[a-z_-]+: (error: |fatal: )?|^(ERROR|FATAL): +/, "").replace(/\p{Cc}+/gu, " ")
  for (const [pattern, stand] of redactions) text = text.replace(pattern, stand)
  return text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text
}
