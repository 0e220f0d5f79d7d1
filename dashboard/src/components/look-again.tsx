// Has every container and every server looked at now, and says what came of it.
import { useMutation } from "@tanstack/react-query"
import { explain } from "../lib/api-failure.ts"
import { count } from "../lib/format.ts"
import { lookAgain } from "../lib/queries/servers.ts"
import { Button } from "./button.tsx"

export function LookAgain() {
  const looking = useMutation(lookAgain)
  return (
    <span className="inline-flex flex-wrap items-center justify-end gap-x-3 gap-y-1 max-sm:w-full max-sm:flex-col max-sm:items-stretch">
      <span role="status" className="max-w-80 text-xs text-muted empty:hidden">
        {looking.isSuccess && `Looked: ${count(looking.data.length, "server")}.`}
        {looking.error && refusal(looking.error)}
      </span>
      {/* Not disabled meanwhile: it would lose the focus. */}
      <Button aria-busy={looking.isPending} onClick={() => looking.isPending || looking.mutate()}>
        {looking.isPending ? "Looking…" : "Look again"}
      </Button>
    </span>
  )
}

function refusal(error: unknown): string {
  const { message, hint } = explain(error)
  return `Could not look: ${message}. ${hint ?? ""}`
}
