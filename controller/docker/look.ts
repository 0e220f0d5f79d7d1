// One look at one container: is it there, does it run, since when. Words for the faults of a server that is not.
import { Fault } from "../core/fault.ts"
import type { Connection } from "./connection.ts"
import { statusOf } from "./faults.ts"

export interface Look {
  readonly name: string
  /** Docker's word: running, paused, exited, … */
  readonly status: string
  readonly exitCode: number
  /** As Docker writes it; changes at every start. */
  readonly startedAt: string
}

/** Null when there is no such container. Rejects as `ask` does. */
export async function lookAt(
  connection: Connection,
  containerId: string,
  signal: AbortSignal,
): Promise<Look | null> {
  try {
    const { Name, State } = await connection.ask("to inspect a container", signal, (abortSignal) =>
      connection.docker.getContainer(containerId).inspect({ abortSignal }),
    )
    return {
      name: Name.replace(/^\//, ""),
      status: State.Status,
      exitCode: State.ExitCode,
      startedAt: State.StartedAt,
    }
  } catch (error) {
    if (statusOf(error) === 404) return null
    throw error
  }
}

/** Why no tool can be started in the container, or null when one can. */
export function whyDown(look: Look | null, containerId: string): Fault | null {
  if (look === null) {
    return new Fault("server-down", `container ${containerId.slice(0, 12)} does not exist any more`, {
      hint: "It was removed or recreated. The new one is found by its labels.",
    })
  }
  if (look.status === "running") return null
  return new Fault("server-down", `container ${look.name} is not running (${look.status})`, {
    hint:
      look.status === "paused"
        ? `Unpause it: docker unpause ${look.name}.`
        : `Start it, and see why it stopped: docker logs ${look.name}.`,
  })
}

/** Why a tool that ran in the container since `before` cannot be heard of any more, or null when the container is as it was. */
export function whyLost(before: Look, now: Look | null): Fault | null {
  const lost = (what: string) =>
    new Fault("server-lost", `container ${before.name} ${what} while a tool was running in it`, {
      hint: "A backup needs its server for its whole length: see `docker events` and the container's log for what ended it.",
    })
  if (now === null) return lost("was removed")
  if (now.status === "exited" || now.status === "dead") return lost(`stopped (exit code ${now.exitCode})`)
  if (now.status !== "running" && now.status !== "paused") return lost(`went down (${now.status})`)
  return now.startedAt === before.startedAt ? null : lost("was restarted")
}
