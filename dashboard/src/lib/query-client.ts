// The cache of what the controller said. Kept fresh by events; a slow poll stands in where events cannot pass.
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query"
import { isUnreachable } from "./api-failure.ts"
import type { ConnectionStore } from "./connection.ts"

const pollMs = 60_000

export function queryClient(connection: ConnectionStore): QueryClient {
  const onSuccess = () => connection.heard(new Date())
  const onError = (error: unknown) => {
    if (isUnreachable(error)) connection.lost()
  }
  return new QueryClient({
    queryCache: new QueryCache({ onSuccess, onError }),
    mutationCache: new MutationCache({ onSuccess, onError }),
    defaultOptions: {
      queries: {
        staleTime: 10_000,
        refetchInterval: pollMs,
        // A refusal stays a refusal; only silence is worth another try.
        retry: (failures, error) => isUnreachable(error) && failures < 2,
        // The page must ask even where the browser believes to be offline: the controller may be on this machine.
        networkMode: "always",
      },
      mutations: { networkMode: "always" },
    },
  })
}
