// Learns how a tool ended, after its output has: the end of a stream alone proves nothing.
import { setTimeout as sleep } from "node:timers/promises"
import { Fault } from "../core/fault.ts"
import type { Connection } from "./connection.ts"
import { statusOf } from "./faults.ts"
import { type Look, lookAt, whyLost } from "./look.ts"

export interface StartedExec {
  readonly execId: string
  readonly containerId: string
  /** The container just before the start. */
  readonly container: Look
}

/** The number is an exit code. `forgotten`: its container went down, or the engine was restarted. */
export type ExecState = "running" | "forgotten" | number

/** What the kernel's KILL leaves, as when a container goes down. */
export const killedCode = 137
/** The engine notes the end of the tools in a container before that of the container. */
export const lossSeconds = 5

const never = new AbortController().signal

/** Rejects as `ask` does. */
export async function stateOf(connection: Connection, execId: string): Promise<ExecState> {
  try {
    const exec = await connection.ask("to inspect an exec", never, (abortSignal) =>
      connection.docker.getExec(execId).inspect({ abortSignal }),
    )
    if (exec.Running) return "running"
    return typeof exec.ExitCode === "number" ? exec.ExitCode : "forgotten"
  } catch (error) {
    if (statusOf(error) === 404 || statusOf(error) === 409) return "forgotten"
    throw error
  }
}

/** What happened to the tool's container since the tool was started, or null when it runs on. Rejects as `ask` does. */
export async function lossOf(
  connection: Connection,
  tool: Pick<StartedExec, "containerId" | "container">,
  patienceSeconds: number,
): Promise<Fault | null> {
  const deadline = performance.now() + patienceSeconds * 1000
  for (let pauseMs = 20; ; pauseMs *= 2) {
    const loss = whyLost(tool.container, await lookAt(connection, tool.containerId, never))
    if (loss !== null || performance.now() + pauseMs > deadline) return loss
    await sleep(pauseMs)
  }
}

/**
 * The tool's exit code. Asks again for up to `patienceSeconds` while the tool is said to be running, or the engine is away.
 * Rejects with `server-lost` when the container went down meanwhile, `docker-unreachable` when the engine stays away or has
 * forgotten the tool, `docker-error` when the tool is still running.
 */
export async function learnExitCode(
  connection: Connection,
  tool: StartedExec,
  patienceSeconds: number,
): Promise<number> {
  const deadline = performance.now() + patienceSeconds * 1000
  for (let pauseMs = 10; ; pauseMs = Math.min(pauseMs * 2, 1000)) {
    const ending = await endingOf(connection, tool).catch((away: unknown) => ({ away }))
    if (typeof ending === "number") return ending
    if (ending instanceof Fault) throw ending
    if (performance.now() + pauseMs > deadline) {
      throw ending === "running" ? stillRunning(patienceSeconds) : ending.away
    }
    await sleep(pauseMs)
  }
}

/** Returns what is final, the Fault too; rejects with what may pass. */
async function endingOf(connection: Connection, tool: StartedExec): Promise<"running" | number | Fault> {
  const state = await stateOf(connection, tool.execId)
  if (state === "running" || state === 0) return state
  // A tool that was killed with its container has a code of its own, which would only mislead.
  const lost = await lossOf(connection, tool, state === killedCode ? lossSeconds : 0)
  return lost ?? (state === "forgotten" ? forgotten() : state)
}

function forgotten(): Fault {
  return new Fault("docker-unreachable", "docker has forgotten the tool, so its exit code is lost", {
    hint: "The Docker engine was restarted while the tool was running. The next run starts anew.",
  })
}

function stillRunning(patienceSeconds: number): Fault {
  return new Fault(
    "docker-error",
    `the tool's output ended, but it is still running ${patienceSeconds} s later`,
    {
      hint: "Something between this program and the Docker engine cut the stream: look at the idle timeout of a socket proxy.",
    },
  )
}
