// Whether what the page shows is live. Set by the event stream and by every call; read by the banner.
import { useSyncExternalStore } from "react"

export type Connection =
  | { readonly state: "connecting" }
  | { readonly state: "live" }
  /** `asOf`: when the controller was last heard. Null when it never was. */
  | { readonly state: "lost"; readonly asOf: Date | null }

export interface ConnectionStore {
  get(): Connection
  subscribe(changed: () => void): () => void
  /** The controller answered. */
  heard(at: Date): void
  lost(): void
}

export function connectionStore(): ConnectionStore {
  let connection: Connection = { state: "connecting" }
  let lastHeard: Date | null = null
  const listeners = new Set<() => void>()
  const set = (next: Connection) => {
    connection = next
    for (const listener of listeners) listener()
  }
  return {
    get: () => connection,
    subscribe(changed) {
      listeners.add(changed)
      return () => listeners.delete(changed)
    },
    heard(at) {
      lastHeard = at
      if (connection.state !== "live") set({ state: "live" })
    },
    lost() {
      if (connection.state !== "lost") set({ state: "lost", asOf: lastHeard })
    },
  }
}

export function useConnection(store: ConnectionStore): Connection {
  return useSyncExternalStore(store.subscribe, store.get)
}
