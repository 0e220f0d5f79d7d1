// Opens the dashboard at an address, as a browser would, without the event stream: tests of it bring their own.
// Tests compare what is shown by text or with null, never a node with expect: printing one takes a minute.
import type { QueryClient } from "@tanstack/react-query"
import { render } from "@testing-library/react"
import { App } from "../../../dashboard/src/app/app.tsx"
import { type ConnectionStore, connectionStore } from "../../../dashboard/src/lib/connection.ts"
import { queryClient } from "../../../dashboard/src/lib/query-client.ts"

interface Shown {
  readonly client: QueryClient
  readonly connection: ConnectionStore
}

export function show(address: string): Shown {
  history.replaceState(null, "", address)
  const connection = connectionStore()
  const client = queryClient(connection)
  render(<App client={client} connection={connection} />)
  return { client, connection }
}
