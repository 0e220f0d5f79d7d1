// Named pipes for what helpers print, where an engine can mount them: the same kernel, and a folder that both can reach.
import { rm } from "node:fs/promises"
import type { Connection } from "./connection.ts"
import { hostPath } from "./host-path.ts"
import { makeOutputPipe, type OutputPipe } from "./output-pipe.ts"

/** In the helper. */
export const pipeTarget = "/dbbackup-output"

export interface Offered {
  readonly pipe: OutputPipe
  /** What the engine is to mount. */
  readonly source: string
}

export interface Pipes {
  /** Null where there are none. Rejects with the signal's reason alone. */
  offer(signal: AbortSignal): Promise<Offered | null>
  /** The engine could not mount one: none is offered any more. */
  refused(): void
  /** Removes those that an earlier process left. Never rejects. */
  sweep(): Promise<void>
}

export const noPipes: Pipes = { offer: async () => null, refused: () => {}, sweep: async () => {} }

/** @param folder absolute, of nobody else's */
export function pipesIn(connection: Connection, folder: string): Pipes {
  let usable = true
  /** Where the engine finds the folder; null: not known so far. */
  let found: string | null = null
  return {
    async offer(signal) {
      if (!usable) return null
      found ??= await hostPath(connection, folder, signal)
      if (found === null) return null
      try {
        const pipe = await makeOutputPipe(folder)
        return { pipe, source: `${found}${pipe.path.slice(folder.length)}` }
      } catch {
        usable = false
        return null
      }
    },
    refused() {
      usable = false
    },
    sweep: () => rm(folder, { recursive: true, force: true }).catch(() => {}),
  }
}
