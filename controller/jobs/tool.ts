// Runs a short tool inside a server's container, or beside it, and keeps what it says. Dumps and loads go through the pipeline instead.
import { Fault } from "../core/fault.ts"
import type { Script } from "../engines/engine.ts"
import type { Docker, ToolOutcome } from "../ports.ts"
import type { Place } from "./place.ts"

// A server with 10,000 databases answers a probe with about 4 MiB.
const mostAnswerBytes = 64 * 1024 * 1024

export async function runTool(
  docker: Docker,
  place: Place,
  { script, args }: Script,
  signal: AbortSignal,
): Promise<ToolOutcome> {
  const process = await docker.exec({ ...place, script, args, stdin: false }, signal)
  const chunks: Buffer[] = []
  let bytes = 0
  // Awaited below; observed at once so that an early rejection is never unhandled.
  process.exit.catch(() => undefined)
  try {
    for await (const chunk of process.stdout) {
      bytes += chunk.length
      if (bytes > mostAnswerBytes)
        throw new Fault("docker-error", `a tool in the container answered more than ${mostAnswerBytes} bytes`)
      chunks.push(chunk)
    }
  } catch (error) {
    await process.kill()
    throw error
  }
  const code = await process.exit
  return { code, stdout: Buffer.concat(chunks).toString("utf8"), stderr: process.stderrTail() }
}
