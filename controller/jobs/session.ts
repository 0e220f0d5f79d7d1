// A conversation with a client inside a server's container: statements in, answers out, one after the other, in one session.
import { Fault } from "../core/fault.ts"
import type { Script } from "../engines/engine.ts"
import type { Docker, ExecProcess } from "../ports.ts"
import type { Place } from "./place.ts"

export interface Session {
  /** The lines before the one that ends the answer. Rejects with why the session ended instead. */
  ask(statements: string): Promise<readonly string[]>
  /** Ends the session: nothing that it holds is left, and none of its processes. Never rejects. */
  end(): Promise<void>
}

export interface SessionRequest {
  readonly place: Place
  readonly script: Script
  readonly endLine: string
  /** Why it ended by itself, from its exit code and the end of its stderr. */
  readonly explain: (code: number, stderr: string) => Fault
}

/** A client that has read the end of its input is given so long to leave by itself. */
const leaveSeconds = 5
// Of 100,000 tables, ten times.
const mostAnswerCharacters = 64 * 1024 * 1024

/** Rejects as `Docker.exec` does, where the connection cannot carry an input too. */
export async function openSession(
  docker: Docker,
  { place, script, endLine, explain }: SessionRequest,
  signal: AbortSignal,
): Promise<Session> {
  const tool = await docker.exec({ ...place, ...script, stdin: true }, signal)
  tool.exit.catch(() => undefined) // Told to whoever asks.
  const chunks = tool.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  const decoder = new TextDecoder()
  let answering = false
  let ended: Promise<void> | undefined
  async function answer(): Promise<readonly string[]> {
    let text = ""
    while (!`\n${text}`.endsWith(`\n${endLine}\n`)) {
      const { done, value } = await chunks.next()
      if (done) throw explain(await tool.exit, tool.stderrTail())
      text += decoder.decode(value, { stream: true })
      if (text.length > mostAnswerCharacters)
        throw new Fault("docker-error", `a session in the container answered ${text.length} characters`)
    }
    return text.split("\n").slice(0, -2)
  }
  return {
    async ask(statements) {
      answering = true
      tool.stdin?.write(statements)
      const lines = await answer()
      answering = false
      return lines
    },
    end() {
      ended ??= (answering ? tool.kill() : Promise.resolve()).then(() => leave(tool, chunks))
      return ended
    },
  }
}

async function leave(tool: ExecProcess, chunks: AsyncIterator<Buffer>): Promise<void> {
  const timer = setTimeout(() => void tool.kill(), leaveSeconds * 1000)
  try {
    tool.stdin?.end()
    while (!(await chunks.next()).done);
    await tool.exit
  } catch {
    // It was ended, or is gone; either way it is made sure of below.
  } finally {
    clearTimeout(timer)
    await tool.kill()
  }
}
