// Runs a tool that reads a text from its input: what is secret in it is in no argument.
import { finished } from "node:stream/promises"
import { Fault } from "../core/fault.ts"
import type { Script } from "../engines/engine.ts"
import type { Docker, ToolOutcome } from "../ports.ts"
import type { Place } from "./place.ts"

/** What it prints is dropped, but for errors: of those without the lines that repeat a statement. */
export async function runWithInput(
  docker: Docker,
  place: Place,
  { script, args }: Script,
  input: string,
  signal: AbortSignal,
): Promise<ToolOutcome> {
  const tool = await docker.exec({ ...place, script, args, stdin: true }, signal)
  tool.exit.catch(() => undefined)
  const { stdin } = tool
  if (!stdin) throw new Fault("internal", "the tool was started without an input")
  // A tool that fails leaves its input unread; its exit code says why.
  stdin.on("error", () => {})
  tool.stdout.on("error", () => {})
  tool.stdout.resume()
  try {
    stdin.end(input)
    await finished(stdin).catch(() => {})
    return { code: await tool.exit, stdout: "", stderr: withoutStatements(tool.stderrTail()) }
  } finally {
    await tool.kill()
  }
}

function withoutStatements(stderr: string): string {
  return stderr
    .split("\n")
    .filter((line) => !/^(LINE \d+:|STATEMENT:|\s+\^)/.test(line.trimEnd()))
    .join("\n")
}
