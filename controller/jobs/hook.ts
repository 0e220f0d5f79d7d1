// Runs one hook: a command that the container's own labels name, in that container only. No shell reads its words.
import type { Hook } from "../../schemas/labels.ts"
import type { RestoreId } from "../../schemas/restore.ts"
import type { RunId } from "../../schemas/run.ts"
import { Fault } from "../core/fault.ts"
import type { Docker } from "../ports.ts"
import { deadline } from "./deadline.ts"
import type { Journal } from "./journal.ts"

const keptLines = 20
const longestLine = 500
const keptBytes = keptLines * longestLine * 4

/** `exec` takes a first word that begins with a dash for an option of its own. Errors go where the output goes, to keep their order. */
const script = `exec 2>&1
case $1 in -*) echo "a command's name cannot begin with a dash"; exit 127 ;; esac
exec "$@"`

export type Owner = RunId | RestoreId

/**
 * Resolves when the hook has exited 0; its last lines are in the journal then, as after a failure. Throws `hook-failed`, the
 * signal's reason when it was aborted, or what `docker.exec` rejects with when the hook could not be started.
 */
export async function runHook(
  docker: Docker,
  containerId: string,
  hook: Hook,
  journal: Journal,
  outer: AbortSignal,
): Promise<void> {
  const what = `the ${hook.moment} hook`
  journal("info", `${what}: ${hook.argv.join(" ")}`)
  const limit = deadline(outer, hook.timeoutSeconds, () =>
    failed(`${what} took longer than ${hook.timeoutSeconds} s and was ended`, hook, "timeout"),
  )
  let tail = Buffer.alloc(0)
  let code: number
  try {
    const request = { containerId, script, args: hook.argv, stdin: false }
    const process = await docker.exec(request, limit.signal)
    process.exit.catch(() => undefined)
    for await (const chunk of process.stdout)
      tail = Buffer.concat([tail, chunk as Buffer]).subarray(-keptBytes)
    code = await process.exit
  } catch (error) {
    throw limit.signal.aborted ? limit.signal.reason : error
  } finally {
    limit.clear()
    for (const line of lastLines(tail.toString("utf8"))) journal("info", `${what} said: ${line}`)
  }
  if (code !== 0) throw failed(`${what} exited ${code}`, hook)
  journal("info", `${what} exited 0`)
}

function failed(message: string, { moment, argv }: Hook, by?: "timeout"): Fault {
  const label = `hooks.${moment}`
  const hint =
    by === "timeout"
      ? `Raise the label ${label}.timeout, or find out what held it up.`
      : `Its last words are in the log. Try it by hand: docker exec CONTAINER ${argv[0]} …; ${label}.on-error=continue makes it a warning.`
  return new Fault("hook-failed", message, { hint, key: label })
}

/** The last ones, without control characters, none of them endless. */
export function lastLines(text: string): readonly string[] {
  return text
    .split("\n")
    .map((line) => line.replace(/\p{Cc}+/gu, " ").trimEnd())
    .filter((line) => line !== "")
    .slice(-keptLines)
    .map((line) => (line.length > longestLine ? `${line.slice(0, longestLine)}…` : line))
}
