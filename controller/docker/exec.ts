// Starts a tool in a container by `docker exec`: its shell has said that it runs, and which process it is.
import { Fault } from "../core/fault.ts"
import type { ExecProcess, ExecRequest } from "../ports.ts"
import { attach, whyNotStarted } from "./attach.ts"
import type { Connection } from "./connection.ts"
import { lookAt, whyDown } from "./look.ts"
import { announcing, goLine, type PidLine, type ProcessIdentity, pidLine } from "./pid-line.ts"
import { stderrTail } from "./stderr-tail.ts"
import { runningTool } from "./tool.ts"

/** A shell starts in a tenth of a second, on a loaded machine in several. */
const startSeconds = 60
/** How long an aborted start is still waited for, so that what it started can be ended. */
const abortedStartSeconds = 5

/** As `Docker.exec`. Rejects with the signal's reason when aborted, after the tool has been ended. */
export async function exec(
  connection: Connection,
  request: ExecRequest,
  signal: AbortSignal,
): Promise<ExecProcess> {
  const { containerId, script, args, stdin, user } = request
  const container = await lookAt(connection, containerId, signal)
  const down = whyDown(container, containerId)
  if (container === null || down !== null) throw down
  const argv = ["sh", "-c", announcing(script, stdin), "dbbackup", ...args]
  const { stream, execId, upgraded } = await attach(connection, { containerId, argv, stdin, user }, signal)
  if (stdin) {
    if (!upgraded) {
      stream.on("error", () => {}).destroy()
      throw noInput()
    }
    stream.write(goLine)
  }
  const head = pidLine()
  const stderr = stderrTail()
  const tool = runningTool(
    connection,
    { execId, containerId, container, user, head, stderr, stream, stdin },
    signal,
  )
  const identity = await firstOf(head, signal)
  if (signal.aborted) {
    tool.stdout.destroy()
    await tool.exit.catch(() => {})
    throw signal.reason
  }
  if (identity !== null) return tool
  tool.stdout.destroy()
  const said = head.said() || stderr.text().trim()
  const now = whyDown(await lookAt(connection, containerId, signal), containerId)
  throw now ?? (stdin && said === "" ? noInput() : whyNotStarted("sh", said))
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
