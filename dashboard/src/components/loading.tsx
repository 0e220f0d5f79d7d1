// What stands where data will be, and what stands there when it does not come.
import type { UseQueryResult } from "@tanstack/react-query"
import type { ReactNode } from "react"
import { explain } from "../lib/api-failure.ts"
import { Button } from "./button.tsx"

/** Grey bars in the shape of rows. */
export function Skeleton({ rows = 3, what }: { readonly rows?: number; readonly what: string }) {
  return (
    <div role="status" className="py-1">
      <span className="sr-only">Loading {what}</span>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the bars are all alike and never move
        <div key={row} className="flex gap-6 border-b border-line py-3">
          <div className="h-3 w-2/5 animate-pulse rounded-sm bg-line" />
          <div className="h-3 w-1/5 animate-pulse rounded-sm bg-line" />
          <div className="h-3 w-1/6 animate-pulse rounded-sm bg-line" />
        </div>
      ))}
    </div>
  )
}

export function LoadFailed({
  error,
  what,
  again,
}: {
  readonly error: unknown
  readonly what: string
  readonly again: () => void
}) {
  const { message, hint, code } = explain(error)
  return (
    <div role="alert" className="max-w-prose border-l-2 border-bad py-1 pl-3">
      <p>
        Could not load {what}: {message}.
      </p>
      {hint && <p className="text-muted">{hint}</p>}
      <p className="mt-2 flex items-center gap-3">
        <Button onClick={again}>Try again</Button>
        <code className="font-mono text-xs text-muted">{code}</code>
      </p>
    </div>
  )
}

interface LoadedProps<T> {
  readonly query: UseQueryResult<T>
  /** Ends "Loading …" and "Could not load …". */
  readonly what: string
  readonly rows?: number
  readonly children: (data: T) => ReactNode
}

/** Data once it is there. Data that is there stays, whatever happens to later calls: the banner says how old it is. */
export function Loaded<T>({ query, what, rows = 3, children }: LoadedProps<T>) {
  if (query.data !== undefined) return children(query.data)
  if (query.error) return <LoadFailed error={query.error} what={what} again={() => void query.refetch()} />
  return <Skeleton what={what} rows={rows} />
}
