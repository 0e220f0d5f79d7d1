// Removes helper containers: each once its tool has ended, and those that earlier processes of this installation left.
import { setTimeout as sleep } from "node:timers/promises"
import type { Connection } from "./connection.ts"
import { statusOf } from "./faults.ts"
import { helperLabel, installationLabel, instanceLabel, scratchLabel } from "./mark.ts"

const tries = 3
const never = new AbortController().signal

/**
 * With its tool, if that still runs. Never its volumes: those are the server's, and of one that was removed meanwhile they may be
 * all that is left of the data. True when it is not there any more. Never rejects.
 * @param v with its volumes: only of what has no other container's, which is a throw-away server
 */
export async function removeHelper(connection: Connection, nameOrId: string, v = false): Promise<boolean> {
  for (let attempt = 1; attempt <= tries; attempt++) {
    try {
      await connection.ask("to remove a helper container", never, (abortSignal) =>
        connection.docker.getContainer(nameOrId).remove({ force: true, v, abortSignal }),
      )
      return true
    } catch (error) {
      if (statusOf(error) === 404) return true
      // 409: somebody removes it already.
      await sleep(200 * attempt)
    }
  }
  return false
}

/** Removes helpers and throw-away servers that a process of the same installation made which is no more; returns how many. Rejects with `docker-unreachable`. */
export async function sweepHelpers(connection: Connection, signal: AbortSignal): Promise<number> {
  const { installation, instance } = connection.mark
  const label = [`${helperLabel}=true`, `${installationLabel}=${installation}`]
  const ours = await connection.ask("to list helper containers", signal, (abortSignal) =>
    connection.docker.listContainers({ all: true, filters: { label }, abortSignal }),
  )
  const left = ours.filter(({ Labels }) => Labels[instanceLabel] !== instance)
  for (const { Id, Labels } of left) await removeHelper(connection, Id, Labels[scratchLabel] === "true")
  return left.length
}
