// A problem in words: what, what to do, the nearest valid spelling; the code is there, small, to search for.
import { TriangleAlert } from "lucide-react"
import type { Problem } from "../../../schemas/errors.ts"
import { explain } from "../lib/api-failure.ts"

export function ProblemNote({ problem }: { readonly problem: Problem }) {
  const { message, hint, key, suggestion } = problem
  const quiet = problem.code === "server-warning"
  // Most messages and hints name the label and the spelling that is meant themselves.
  const unnamed = key !== null && !message.includes(key)
  const unsuggested = suggestion !== null && !hint?.includes(suggestion)
  return (
    <div className="flex max-w-3xl items-start gap-2 text-sm">
      <TriangleAlert
        aria-hidden
        className={`mt-0.5 size-3.5 flex-none ${quiet ? "text-late" : "text-bad"}`}
      />
      <div>
        <p>
          {unnamed && <code className="font-mono text-xs">{key}: </code>}
          {message}
          {unsuggested && (
            <>
              {". Did you mean "}
              <code className="font-mono text-xs">{suggestion}</code>?
            </>
          )}
        </p>
        <p className="text-muted">
          {hint} <code className="font-mono text-xs">{problem.code}</code>
        </p>
      </div>
    </div>
  )
}

/** Why something that was asked for did not happen. */
export function Refusal({ what, error }: { readonly what: string; readonly error: unknown }) {
  const { message, hint, code } = explain(error)
  return (
    <div role="alert" className="max-w-prose border-l-2 border-bad pl-3 text-sm">
      <p>
        {what}: {message}.
      </p>
      {hint && <p className="text-muted">{hint}</p>}
      <code className="font-mono text-xs text-muted">{code}</code>
    </div>
  )
}
