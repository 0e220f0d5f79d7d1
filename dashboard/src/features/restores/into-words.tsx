// Where a restore went or will go, in words: a new database, the place of one, or one that is there.
import type { ReactNode } from "react"
import type { RestoreMode } from "../../../../schemas/restore.ts"

interface Props {
  readonly mode: RestoreMode
  readonly database: string
  readonly server: ReactNode
}

export function IntoWords({ mode, database, server }: Props) {
  if (mode === "globals") return server
  return (
    <>
      {before[mode]} <Strong>{database}</Strong> on {server}
      {mode === "replace" && ", emptied first"}
    </>
  )
}

const before = { new: "new database", swap: "the place of", clean: "what is in", replace: "" } as const

function Strong({ children }: { readonly children: ReactNode }) {
  return <strong className="font-semibold wrap-anywhere">{children}</strong>
}
