// The life of a tool in a container, as the byte path sees it: started under a signal, and asked for the true cause when its stream breaks.
import { Fault } from "../core/fault.ts"
import type { ExecProcess } from "../ports.ts"
import { untilAborted } from "./first-cause.ts"

export type Start = () => Promise<ExecProcess>
/** Why a tool failed, from its exit code and the end of its stderr. */
export type Explain = (code: number, stderr: string) => Fault

/** A tool that only comes up after the abort is ended as soon as it is there. */
export async function startTool(start: Start, signal: AbortSignal): Promise<ExecProcess> {
  signal.throwIfAborted()
  const starting = start()
  try {
    const tool = await untilAborted(starting, signal)
    tool.exit.catch(() => {}) // Reported where it is awaited, which an abort may prevent.
    return tool
  } catch (error) {
    starting.then(
      (tool) => {
        tool.exit.catch(() => {})
        tool.stdout.on("error", () => {}).destroy()
        return tool.kill()
      },
      () => {},
    )
    throw error
  }
}

/** TERM and KILL as shells report them, and the 0 of a tool that takes TERM for a wish. */
const codesOfOurKill: readonly number[] = [0, 128 + 15, 128 + 9]

/**
 * A broken stream is mostly a symptom. The tool is given `graceMs` to end by itself, and `explain` (asked at 0 as well)
 * then says why; a tool that goes on is ended, and the stream's own error is the cause.
 */
export async function whyItBroke(
  tool: ExecProcess,
  error: Fault,
  explain: Explain,
  signal: AbortSignal,
  graceMs = 2000,
): Promise<Fault> {
  try {
    const ended = await untilAborted(within(graceMs, tool.exit), signal)
    if (ended === undefined) await untilAborted(tool.kill(), signal)
    const code = ended ?? (await untilAborted(tool.exit, signal))
    const ours = ended === undefined && codesOfOurKill.includes(code)
    return ours ? error : explain(code, tool.stderrTail())
  } catch (cause) {
    return cause instanceof Fault ? cause : error
  }
}

/** Undefined when it takes longer. */
export async function within<T>(ms: number, promise: Promise<T>): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, ms, undefined)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** A Fault as it is; anything else wrapped as a broken stream. */
export function brokenStream(error: unknown, code: "dump-failed" | "restore-failed", what: string): Fault {
  if (error instanceof Fault) return error
  const message = error instanceof Error ? error.message : String(error)
  return new Fault(code, `${what} broke: ${message}`, {
    hint: "The connection to the Docker engine was cut. See its log, and that of a proxy in between.",
    cause: error,
  })
}
