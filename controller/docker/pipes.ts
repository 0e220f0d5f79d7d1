// Named pipes for what helpers print and are fed, where an engine can mount them: the same kernel, and a folder that both can reach.
import { rm } from "node:fs/promises"
import type { Connection } from "./connection.ts"
import { hostPath } from "./host-path.ts"
import { makeNamedPipe, type NamedPipe } from "./named-pipe.ts"

/** In the helper. */
export const outputTarget = "/dbbackup-output"
export const inputTarget = "/dbbackup-input"

export interface OfferedPipe {
  readonly pipe: NamedPipe
  /** What the engine is to mount, and where. */
  readonly source: string
  readonly target: string
}

export interface Offered {
  readonly output: OfferedPipe
  /** Null: the tool is fed by nobody. */
  readonly input: OfferedPipe | null
}

export const pipesOf = ({ output, input }: Offered): readonly OfferedPipe[] =>
  input === null ? [output] : [output, input]

export interface Pipes {
  /** Null where there are none. Rejects with the signal's reason alone. @param fed one for input, too */
  offer(fed: boolean, signal: AbortSignal): Promise<Offered | null>
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
    async offer(fed, signal) {
      if (!usable) return null
      found ??= await hostPath(connection, folder, signal)
      if (found === null) return null
      const on = found
      const offer = async (does: "read" | "write", target: string): Promise<OfferedPipe> => {
        const pipe = await makeNamedPipe(folder, does)
        return { pipe, source: `${on}${pipe.path.slice(folder.length)}`, target }
      }
      try {
        const output = await offer("read", outputTarget)
        try {
          return { output, input: fed ? await offer("write", inputTarget) : null }
        } catch (error) {
          await output.pipe.remove()
          throw error
        }
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
