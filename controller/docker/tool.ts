// A tool that was started in a container: what its output's end means, and how it is ended.
import type { Duplex } from "node:stream"
import { finished } from "node:stream/promises"
import { Fault } from "../core/fault.ts"
import type { ExecProcess } from "../ports.ts"
import type { KillOutcome } from "./kill.ts"
import type { PidLine, ProcessIdentity } from "./pid-line.ts"
import type { StderrTail } from "./stderr-tail.ts"
import { notRead, toolInput } from "./tool-input.ts"
import { toolOutput } from "./tool-output.ts"

/** A tool as whoever started it knows it, in the server's container or in one beside it. */
export interface StartedTool {
  /** Its exit code, asked for over so many seconds. Rejects as `ExecProcess.exit`. */
  learn(patienceSeconds: number): Promise<number>
  /** TERM, then KILL. Never rejects. */
  end(identity: ProcessIdentity): Promise<KillOutcome>
}

interface Started extends StartedTool {
  readonly head: PidLine
  readonly stderr: StderrTail
  readonly stream: Duplex
  readonly stdin: boolean
}

/** `whole`: every frame was seen. `dropped`: nobody reads on, or the signal was aborted. */
type Ending = "whole" | "dropped" | { readonly broken: Error }

/** After a whole output: an engine under load notices late; one that restarts needs as long. */
const patienceSeconds = 30
/** Otherwise there is nothing to hope for, only something to learn. */
const briefSeconds = 2

/** What an engine notes for a tool once it could not pass on its output, though the tool may run on. A shell has it, too. */
const abandonedCode = 126

/** Takes the stream over. The tool is ended when the signal is aborted, when its stdout is destroyed, and when its connection breaks. */
export function runningTool(started: Started, signal: AbortSignal): ExecProcess {
  const { stream, head, stderr } = started
  const ended = Promise.withResolvers<Ending>()
  const stdout = toolOutput(head, stderr, (error) =>
    ended.resolve(error === null ? "whole" : { broken: error }),
  )
  const stdin = started.stdin ? toolInput(stream, (reason) => exited || stop(reason)) : null
  let exited = false
  let killing: Promise<KillOutcome> | undefined

  /** One at a time; what is gone needs no second. */
  function end(): Promise<KillOutcome> {
    if (exited) return Promise.resolve("gone")
    killing ??= head.process
      .then((identity) => (identity === null ? "unknown" : started.end(identity)))
      .finally(() => {
        killing = undefined
      })
    return killing
  }

  function stop(reason: unknown): void {
    stdout.destroy(reason instanceof Error ? reason : new Error(String(reason)))
    void end()
  }

  async function exitAfter(ending: Ending): Promise<number> {
    if (ending === "whole") {
      const code = await started.learn(patienceSeconds)
      // A shell says why it gives this code. A tool that nobody listened to any more may be gone by now.
      if (code === abandonedCode && ((await end()) === "ended" || stderr.text().trim() === ""))
        throw brokenOff(new Error("its output ended before it did"))
      return code
    }
    if (ending === "dropped") {
      await end()
      await drained(stream)
      return await started.learn(briefSeconds)
    }
    stream.destroy()
    const outcome = await started.learn(briefSeconds).catch((fault: unknown) => fault)
    const fault =
      outcome instanceof Fault && outcome.code !== "docker-error" ? outcome : brokenOff(ending.broken)
    stdout.destroy(fault)
    if (typeof outcome === "number" && outcome !== 0 && outcome !== abandonedCode) return outcome
    throw fault
  }

  ended.promise.then(head.end)
  const exit = ended.promise.then(exitAfter)
  exit
    .then(
      () => {
        exited = true
      },
      () => end(),
    )
    .finally(() => {
      signal.removeEventListener("abort", onAbort)
      if (stdin !== null && !stdin.writableFinished) stdin.destroy(notRead())
      stream.destroy()
    })

  // Not before the pid is known, or nothing could be ended.
  const onAbort = () => void head.process.then(() => stop(signal.reason))
  signal.addEventListener("abort", onAbort, { once: true })
  // An error is told by `stdout` and `exit` to whoever uses them. It must not end the process when nobody does, or does no more.
  stdout.on("error", () => {}).once("close", () => ended.resolve("dropped"))
  stream
    .on("error", (error) => !stream.readableEnded && ended.resolve({ broken: error }))
    .once("close", () => !stream.readableEnded && ended.resolve({ broken: new Error("closed too soon") }))
    .pipe(stdout)
  return { stdout, stdin, stderrTail: stderr.text, exit, kill: async () => void (await end()) }
}

/**
 * Reads the last of an ended tool's output away: until it is read, an engine does not see that the tool has ended. Closing
 * the connection first would have it note a code of its own instead.
 */
async function drained(stream: Duplex): Promise<void> {
  stream.unpipe().resume()
  const signal = AbortSignal.timeout(briefSeconds * 1000)
  await finished(stream, { writable: false, signal }).catch(() => {})
  stream.destroy()
}

function brokenOff(error: Error): Fault {
  if (error instanceof Fault) return error
  return new Fault(
    "docker-error",
    `the connection to docker broke while a tool was running: ${error.message}`,
    {
      hint: "The tool was ended. Look at the Docker engine's log, and at the timeouts of a proxy in front of its socket.",
      cause: error,
    },
  )
}
