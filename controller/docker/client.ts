// The Docker engine behind the port that the rest of the controller knows.
import Dockerode from "dockerode"
import { isOutside } from "../core/outside-server.ts"
import type { Docker, Leftovers, OutsideHelp, Scratch } from "../ports.ts"
import { connect } from "./connection.ts"
import { nudges } from "./events.ts"
import { exec } from "./exec.ts"
import { notDocker } from "./faults.ts"
import { runInHelper } from "./helper-container.ts"
import { sweepHelpers } from "./helper-sweep.ts"
import { endLeftovers } from "./leftovers.ts"
import type { Mark } from "./mark.ts"
import { observer } from "./observe.ts"
import { noPipes, pipesIn } from "./pipes.ts"
import { startScratch } from "./scratch-server.ts"

const noHelp: OutsideHelp = { guess: () => null, secrets: async () => ({ password: "", ca: "" }) }

export interface HelperTools {
  /** Resolves once every helper container that was made is removed, or the time is over: the next start removes the rest. */
  helpersGone(milliseconds: number): Promise<void>
}

/** Its declared type lacks the options that it takes. */
const askVersion: (this: Dockerode, options: { abortSignal: AbortSignal }) => Promise<unknown> =
  Dockerode.prototype.version

/**
 * Opens nothing yet. Throws a Fault `settings-invalid` for an endpoint that is not understood.
 * @param endpoint `unix:///var/run/docker.sock`, `tcp://host:2375`, `http://host:2375`: the forms of DOCKER_HOST
 * @param pipeFolder of its own, for named pipes; absent: what helpers print comes through the engine
 * @param mark for the tools it starts; what carries one of the same installation and another instance is a leftover
 */
export function createDocker(
  endpoint: string,
  mark?: Mark,
  help: OutsideHelp = noHelp,
  pipeFolder?: string,
): Docker & Leftovers & Scratch & HelperTools {
  const connection = connect(endpoint, mark)
  const pipes = pipeFolder === undefined ? noPipes : pipesIn(connection, pipeFolder)
  const observe = observer(connection)
  let swept = false
  const atWork = new Set<Promise<unknown>>()
  return {
    endpoint,
    async version(signal) {
      const answer = await connection.ask("to tell its version", signal, (abortSignal) =>
        askVersion.call(connection.docker, { abortSignal }),
      )
      if (typeof answer === "object" && answer !== null && "Version" in answer && "ApiVersion" in answer) {
        return String(answer.Version)
      }
      throw notDocker(connection.endpoint)
    },
    async observe(signal) {
      // At the first look, which comes before any work: what a killed process left behind may still hold locks.
      if (!swept) {
        swept = await sweepHelpers(connection, signal).then(
          () => true,
          () => false,
        )
        // Once, and after those that wrote to them.
        if (swept) await pipes.sweep()
      }
      return await observe(signal)
    },
    nudges: (signal, onLost) => nudges(connection, signal, onLost),
    exec({ helper, ...request }, signal) {
      if (!helper) return exec(connection, request, signal)
      const tool = runInHelper(connection, request, helper, help, pipes, signal)
      const gone = tool.then(({ exit }) => exit).catch(() => undefined)
      atWork.add(gone)
      void gone.then(() => atWork.delete(gone))
      return tool
    },
    startScratch: (request, signal) => startScratch(connection, request, signal),
    async helpersGone(milliseconds) {
      await Promise.race([Promise.all(atWork), Bun.sleep(milliseconds)])
    },
    async endLeftovers(containerId, signal) {
      const removed = await sweepHelpers(connection, signal)
      return isOutside(containerId)
        ? removed
        : removed + (await endLeftovers(connection, containerId, signal))
    },
  }
}
