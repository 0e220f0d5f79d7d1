// Derives servers from each listing, anew only when something in it has changed.
import type { Engine } from "../../schemas/scalar.ts"
import type { ServerId } from "../../schemas/server.ts"
import { type DerivationSettings, type DerivedServer, deriveServers } from "../core/server.ts"
import type { ContainerFacts, ServerRecord } from "../ports.ts"

export interface Derivation {
  from(containers: readonly ContainerFacts[]): readonly DerivedServer[]
  /** From the last listing, under the settings of now; undefined before there was one: that is not the same as an empty one. */
  again(): readonly DerivedServer[] | undefined
}

/**
 * `deriveServers`, which answers with the same array for a listing of the same facts under the same settings: an observer that
 * sees no change lists the objects it listed before. What is remembered of a server changes with its labels only, so with the facts.
 * @param settings asked each time, because they can change
 * @param outside servers that the settings name, in the shape of containers; they change with the settings only
 */
export function createDerivation(
  settings: () => DerivationSettings,
  remembered: () => ReadonlyMap<ServerId, ServerRecord>,
  guess: (image: string, envNames: readonly string[], exposedPorts: readonly string[]) => Engine | null,
  outside: () => readonly ContainerFacts[] = () => [],
): Derivation {
  let listed: readonly ContainerFacts[] | undefined
  let under: DerivationSettings | undefined
  let derived: readonly DerivedServer[] = []
  const from: Derivation["from"] = (containers) => {
    const now = settings()
    const same =
      under === now &&
      listed?.length === containers.length &&
      containers.every((container, i) => container === listed?.[i])
    if (!same) {
      derived = deriveServers(
        [...containers, ...outside()],
        now,
        remembered(),
        ({ image, envNames, exposedPorts }) => guess(image, envNames, exposedPorts),
      )
      listed = containers
      under = now
    }
    return derived
  }
  return { from, again: () => listed && from(listed) }
}
