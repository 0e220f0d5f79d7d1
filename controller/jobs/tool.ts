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
  script: Script,
  signal: AbortSignal,
): Promise<ToolOutcome> {
  const answer = await toolAnswer(docker, place, script, signal)
  return { ...answer, stdout: answer.stdout.toString("utf8") }
}

/** The same, for what is no text in UTF-8, and for tools that read an input. */
export async function toolAnswer(
  docker: Docker,
  place: Place,
  { script, args }: Script,
  signal: AbortSignal,
  input?: Buffer,
): Promise<Omit<ToolOutcome, "stdout"> & { readonly stdout: Buffer }> {
  const process = await docker.exec({ ...place, script, args, stdin: input !== undefined }, signal)
  const chunks: Buffer[] = []
  let bytes = 0
  // Awaited below; observed at once so that an early rejection is never unhandled.
  process.exit.catch(() => undefined)
  // A tool that fails leaves its input unread; its exit code says why.
  process.stdin?.on("error", () => undefined)
  process.stdin?.end(input)
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
  return { code, stdout: Buffer.concat(chunks), stderr: process.stderrTail() }
}
