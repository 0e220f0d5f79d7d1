// A real child process in the place of a tool in a container: the same streams, exit codes and ways to die.
import { spawn } from "node:child_process"
import { constants } from "node:os"
import type { Readable, Writable } from "node:stream"
import type { ExecProcess } from "../../controller/ports.ts"

export interface ChildTool extends ExecProcess {
  readonly stdout: Readable
  readonly stdin: Writable | null
  /** Kills it from outside, as the kernel or an operator would. */
  die(signal: "SIGKILL" | "SIGTERM"): void
  kills(): number
  ended(): boolean
}

/** Runs `sh -c SCRIPT`. */
export function childTool(script: string, options: { readonly stdin?: boolean } = {}): ChildTool {
  const child = spawn("sh", ["-c", script], {
    stdio: [options.stdin ? "pipe" : "ignore", "pipe", "pipe"],
    detached: true,
  })
  if (!child.stdout || !child.stderr) throw new Error("no pipes")
  let stderr = ""
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr = (stderr + text).slice(-16_384)
  })
  child.stdin?.on("error", () => {})
  let kills = 0
  let ended = false
  const exit = new Promise<number>((resolve, reject) => {
    child.once("error", reject)
    // Not `close`, which also waits for a reader of stdout.
    child.once("exit", (code, signal) => {
      ended = true
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0))
    })
  })
  const signalGroup = (signal: "SIGKILL" | "SIGTERM"): void => {
    // The shell's children too: they hold the pipes.
    if (!ended && child.pid !== undefined) process.kill(-child.pid, signal)
  }
  return {
    stdout: child.stdout,
    stdin: child.stdin,
    stderrTail: () => stderr,
    exit,
    die: signalGroup,
    kills: () => kills,
    ended: () => ended,
    async kill() {
      kills++
      signalGroup("SIGTERM")
      await exit.catch(() => {})
    },
  }
}
