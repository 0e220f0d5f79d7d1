// The Docker engine behind the port that the rest of the controller knows.
import Dockerode from "dockerode"
import type { Docker, Leftovers } from "../ports.ts"
import { connect } from "./connection.ts"
import { nudges } from "./events.ts"
import { exec } from "./exec.ts"
import { notDocker } from "./faults.ts"
import { endLeftovers } from "./leftovers.ts"
import type { Mark } from "./mark.ts"
import { observer } from "./observe.ts"

/** Its declared type lacks the options that it takes. */
const askVersion: (this: Dockerode, options: { abortSignal: AbortSignal }) => Promise<unknown> =
  Dockerode.prototype.version

/**
 * Opens nothing yet. Throws a Fault `settings-invalid` for an endpoint that is not understood.
 * @param endpoint `unix:///var/run/docker.sock`, `tcp://host:2375`, `http://host:2375`: the forms of DOCKER_HOST
 * @param mark for the tools it starts; what carries one of the same installation and another instance is a leftover
 */
export function createDocker(endpoint: string, mark?: Mark): Docker & Leftovers {
  const connection = connect(endpoint, mark)
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
    observe: observer(connection),
    nudges: (signal, onLost) => nudges(connection, signal, onLost),
    exec: (request, signal) => exec(connection, request, signal),
    endLeftovers: (containerId, signal) => endLeftovers(connection, containerId, signal),
  }
}
