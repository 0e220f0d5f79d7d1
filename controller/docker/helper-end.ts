// How a tool in a helper container ended, and how it is ended: the container's end is the tool's.
import { setTimeout as sleep } from "node:timers/promises"
import { Fault } from "../core/fault.ts"
import type { Connection } from "./connection.ts"
import { killedCode, lossOf, lossSeconds } from "./exit-code.ts"
import { statusOf } from "./faults.ts"
import type { KillOutcome } from "./kill.ts"
import type { Look } from "./look.ts"
import type { StartedTool } from "./tool.ts"

export interface HelperLife {
  readonly helperId: string
  readonly memoryBytes: number
  /** The server's container just before the start; null when the server has none. */
  readonly server: { readonly containerId: string; readonly container: Look } | null
}

/** As long as an engine takes to restart. */
const patienceSeconds = 30
const termSeconds = 5
const killSeconds = 10

const never = new AbortController().signal

/** `outOfMemory` says that the kernel ended something in it for lack of memory. */
type HelperState = "running" | "gone" | { readonly code: number; readonly outOfMemory: boolean }

async function stateOf(connection: Connection, helperId: string): Promise<HelperState> {
  try {
    const { State } = await connection.ask("to inspect a helper container", never, (abortSignal) =>
      connection.docker.getContainer(helperId).inspect({ abortSignal }),
    )
    if (State.Running || State.Status === "created") return "running"
    if (State.Status === "removing") return "gone"
    return { code: State.ExitCode, outOfMemory: State.OOMKilled }
  } catch (error) {
    if (statusOf(error) === 404) return "gone"
    throw error
  }
}

/** What a started helper can be asked for and told, as its tool. The exit code is learned before the container is removed, and kept. */
export function endOfHelper(connection: Connection, life: HelperLife): StartedTool {
  let known: number | Fault | undefined

  let killed = false

  /**
   * Who removes a container kills what is in it first. Of the others the kernel is the one that does it by itself: an engine under
   * load notes late, or never, that memory was the reason.
   */
  const unlessLater = async (code: number): Promise<number | Fault> => {
    if (code !== killedCode || killed) return code
    if ((await stateOf(connection, life.helperId)) === "gone") return removedMeanwhile()
    return outOfMemory(life.memoryBytes)
  }

  /** Null while it runs. Rejects as `ask` does. */
  const ending = async (): Promise<number | Fault | null> => {
    if (known !== undefined) return known
    const state = await stateOf(connection, life.helperId)
    if (state === "running") return null
    known = state === "gone" ? removedMeanwhile() : state.code
    if (typeof state === "object" && state.code !== 0) {
      if (state.outOfMemory) known = outOfMemory(life.memoryBytes)
      // A server that goes takes the helper, which shares its processes, with it: the code would only mislead.
      else known = (await serverLoss(connection, life, state.code)) ?? (await unlessLater(state.code))
    }
    return known
  }

  /** Whether it has ended within so many seconds. */
  const endedWithin = async (seconds: number): Promise<boolean> => {
    const deadline = performance.now() + seconds * 1000
    for (;;) {
      if ((await ending()) !== null) return true
      if (performance.now() > deadline) return false
      await sleep(50)
    }
  }

  const signal = async (name: string): Promise<void> => {
    try {
      await connection.ask("to end a helper container", never, (abortSignal) =>
        connection.docker.getContainer(life.helperId).kill({ signal: name, abortSignal }),
      )
    } catch (error) {
      // It has ended by itself, or is not there any more.
      if (statusOf(error) !== 404 && statusOf(error) !== 409) throw error
    }
  }

  const end = async (): Promise<KillOutcome> => {
    if ((await ending()) !== null) return "gone"
    await signal("SIGTERM")
    if (await endedWithin(termSeconds)) return "ended"
    killed = true
    await signal("SIGKILL")
    return (await endedWithin(killSeconds)) ? "ended" : "unknown"
  }

  return {
    async learn(seconds) {
      const deadline = performance.now() + seconds * 1000
      for (let pauseMs = 10; ; pauseMs = Math.min(pauseMs * 2, 1000)) {
        const now = await ending().catch((away: unknown) => ({ away }))
        if (typeof now === "number") return now
        if (now instanceof Fault) throw now
        if (performance.now() + pauseMs > deadline) throw now === null ? stillRunning(seconds) : now.away
        await sleep(pauseMs)
      }
    },
    async end() {
      const deadline = performance.now() + patienceSeconds * 1000
      for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 2, 2000)) {
        try {
          return await end()
        } catch (error) {
          const mayPass = error instanceof Fault && error.code === "docker-unreachable"
          if (!mayPass || performance.now() + pauseMs > deadline) return "unknown"
          await sleep(pauseMs)
        }
      }
    },
  }
}

const serverLoss = async (connection: Connection, { server }: HelperLife, code: number) =>
  server && (await lossOf(connection, server, code === killedCode ? lossSeconds : 0))

function outOfMemory(bytes: number): Fault {
  return new Fault(
    "docker-error",
    `the helper container needed more than its ${Math.round(bytes / 2 ** 20)} MiB of memory and was ended`,
    { hint: "Raise helper.memory in the settings; very large rows need several times their size." },
  )
}

function removedMeanwhile(): Fault {
  return new Fault("docker-error", "the helper container was removed while its tool was running", {
    hint: "Something cleans up containers on this host: leave those with the label dbbackup.internal alone.",
  })
}

function stillRunning(seconds: number): Fault {
  return new Fault(
    "docker-error",
    `the tool's output ended, but its helper container is still running ${seconds} s later`,
    {
      hint: "Something between this program and the Docker engine cut the stream: look at the idle timeout of a socket proxy.",
    },
  )
}
