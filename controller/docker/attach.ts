// Starts a command in a container with its streams attached to a connection of its own, as Docker hands it over.

import { Socket } from "node:net"
import type { Duplex } from "node:stream"
import { Fault } from "../core/fault.ts"
import type { Connection } from "./connection.ts"
import { engineWords, statusOf } from "./faults.ts"
import { lookAt, whyDown } from "./look.ts"
import { assignment } from "./mark.ts"

export interface Command {
  readonly containerId: string
  readonly argv: readonly string[]
  readonly stdin: boolean
  readonly user?: string | undefined
}

export interface Attached {
  readonly execId: string
  /** Multiplexed output. Input too, if `upgraded`. */
  readonly stream: Duplex
  /** The connection became a two-way one (HTTP 101), and `stream.end()` ends only the input. */
  readonly upgraded: boolean
}

/** Rejects with `server-down`, `tool-missing`, `docker-error` or `docker-unreachable`. */
export async function attach(
  connection: Connection,
  command: Command,
  signal: AbortSignal,
): Promise<Attached> {
  const { docker } = connection
  try {
    const exec = await connection.ask("to create an exec", signal, (abortSignal) =>
      docker.getContainer(command.containerId).exec({
        Cmd: [...command.argv],
        Env: [assignment(connection.mark)],
        AttachStdin: command.stdin,
        AttachStdout: true,
        AttachStderr: true,
        // A terminal would rewrite line ends inside the dump.
        Tty: false,
        ...(command.user !== undefined && { User: command.user }),
        abortSignal,
      }),
    )
    const stream = await connection.ask("to start an exec", signal, async (abortSignal) => {
      const started = await exec.start({ hijack: true, Detach: false, Tty: false, abortSignal })
      if (abortSignal.aborted) started.destroy()
      return started
    })
    return { execId: exec.id, stream, upgraded: stream instanceof Socket }
  } catch (error) {
    if (statusOf(error) === undefined) throw error
    // The engine's reasons differ from version to version, the container's state does not.
    throw (
      whyDown(await lookAt(connection, command.containerId, signal), command.containerId) ??
      whyNotStarted(command.argv[0] ?? "", engineWords(error), error)
    )
  }
}

/** What the engine's words about a command that did not start mean. */
export function whyNotStarted(tool: string, words: string, cause?: unknown): Fault {
  if (/executable file not found|no such file or directory|exec format error/.test(words)) {
    return new Fault("tool-missing", `the container has no ${tool}`, {
      hint: `Its image has no POSIX shell; dbbackup runs the server's own tools through one. Docker said: ${words}`,
      cause,
    })
  }
  return new Fault(
    "docker-error",
    `docker could not start ${tool} in the container: ${words || "no reason given"}`,
    {
      hint: "Try it by hand: docker exec CONTAINER sh -c 'echo ok'.",
      cause,
    },
  )
}
