// Waits until a shell that was just started has said that it runs, and which process it is: then it is a tool.
import type { Duplex } from "node:stream"
import { Fault } from "../core/fault.ts"
import type { ExecProcess } from "../ports.ts"
import { fedBy } from "./input-pipe.ts"
import { printingInto } from "./output-pipe.ts"
import { goLine, type PidLine, type ProcessIdentity, pidLine } from "./pid-line.ts"
import type { Offered } from "./pipes.ts"
import { stderrTail } from "./stderr-tail.ts"
import { runningTool, type StartedTool } from "./tool.ts"

/** A shell starts in a tenth of a second, on a loaded machine in several. */
const startSeconds = 60
/** How long an aborted start is still waited for, so that what it started can be ended. */
const abortedStartSeconds = 5

export interface StartedShell extends StartedTool {
  readonly stream: Duplex
  /** The connection can carry input. */
  readonly upgraded: boolean
  /** What is started waits for a line of input before it does anything. */
  readonly stdin: boolean
  /** Lines for the script itself, before what the tool is fed. */
  readonly input: string
  /** Where it was told to write to and to read from, if it can. */
  readonly pipes?: Offered | null
  /** The tool is fed; otherwise its input was for the script alone. */
  readonly fed: boolean
  /** Why it did not come up, from what it said instead. */
  whyNot(said: string): Promise<Fault>
}

/** Rejects with the signal's reason when aborted, after the tool has been ended. */
export async function announced(shell: StartedShell, signal: AbortSignal): Promise<ExecProcess> {
  const { stream, upgraded, stdin } = shell
  if (stdin) {
    if (!upgraded) {
      stream.on("error", () => {}).destroy()
      throw noInput()
    }
    stream.write(goLine + shell.input)
  }
  const head = pidLine()
  const stderr = stderrTail()
  const { learn, end } = shell
  const tool = runningTool({ learn, end, head, stderr, stream, stdin: shell.fed }, signal)
  const identity = await firstOf(head, signal)
  if (signal.aborted) {
    tool.stdout.destroy()
    await tool.exit.catch(() => {})
    throw signal.reason
  }
  if (identity !== null) return shell.pipes ? throughPipes(tool, shell.pipes, head.piped()) : tool
  tool.stdout.destroy()
  const said = head.said() || stderr.text().trim()
  const why = await shell.whyNot(said)
  throw stdin && said === "" && why.code !== "server-down" ? noInput() : why
}

function throughPipes(
  tool: ExecProcess,
  { output, input }: Offered,
  opened: ReturnType<PidLine["piped"]>,
): ExecProcess {
  const printing = opened.output ? printingInto(tool, output.pipe) : tool
  return input !== null && opened.input ? fedBy(printing, input.pipe) : printing
}

/** Who was started, or null when it does not come, for whatever reason. */
async function firstOf(head: PidLine, signal: AbortSignal): Promise<ProcessIdentity | null> {
  let timer = setTimeout(head.end, startSeconds * 1000)
  const hurry = () => {
    clearTimeout(timer)
    timer = setTimeout(head.end, abortedStartSeconds * 1000)
  }
  signal.addEventListener("abort", hurry, { once: true })
  try {
    return await head.process
  } finally {
    clearTimeout(timer)
    signal.removeEventListener("abort", hurry)
  }
}

function noInput(): Fault {
  return new Fault(
    "docker-error",
    "the connection to docker cannot carry a tool's input, so nothing was started",
    {
      hint: "A proxy in front of the Docker socket drops the HTTP upgrade. A restore needs the socket itself, or a proxy that passes upgrades on.",
    },
  )
}
