// What stands at a destination without the catalogue, and what is missing there: looked for on request, with one action for each.
import { useMutation, useQuery } from "@tanstack/react-query"
import { useState } from "react"
import type { Orphans } from "../../../../schemas/orphans.ts"
import { Button } from "../../components/button.tsx"
import { Fold } from "../../components/fold.tsx"
import { LoadFailed } from "../../components/loading.tsx"
import { ProblemNote, Refusal } from "../../components/problem.tsx"
import { count } from "../../lib/format.ts"
import { adopt, mend, orphansQuery } from "../../lib/queries/orphans.ts"
import { CleanDialog } from "./clean-dialog.tsx"
import { OrphansTable } from "./orphans-table.tsx"

export function OrphansFold({ name }: { readonly name: string }) {
  const look = useQuery(orphansQuery(name))
  const what = `what stands at ${name}`
  return (
    <Fold summary={`Compare ${name} with the catalogue`} open={false}>
      <p className="max-w-prose pb-2 text-muted">
        Lists every object there: left-overs of backups that failed or were deleted, backups that are not
        listed, and copies that are missing.
      </p>
      <Button aria-busy={look.isFetching} onClick={() => look.isFetching || void look.refetch()}>
        {look.isFetching ? "Comparing…" : `Compare ${name}`}
      </Button>
      {look.error && !look.isFetching && (
        <LoadFailed error={look.error} what={what} again={() => void look.refetch()} />
      )}
      <div role="status">{look.data && <Found found={look.data} />}</div>
    </Fold>
  )
}

function Found({ found }: { readonly found: Orphans }) {
  const { destination: name, orphansTotal, missingTotal, foreignTotal, halt } = found
  const [cleaning, setCleaning] = useState(false)
  const adopting = useMutation(adopt)
  const mending = useMutation(mend)
  const unlisted = found.orphans.filter(({ kind }) => kind === "unlisted").map(({ key }) => key)
  const lost = found.missing
    .filter(({ elsewhere, lacks }) => elsewhere > 0 || lacks === "manifest")
    .map(({ key }) => key)
  const due = found.orphans.filter(
    ({ kind, backupId, waits }) => kind !== "unlisted" && backupId !== null && waits === null,
  )
  const isBusy = adopting.isPending || mending.isPending
  if (orphansTotal + missingTotal + foreignTotal === 0)
    return <p className="pt-2">What stands there and the catalogue agree.</p>
  return (
    <div className="space-y-3 pt-3">
      {halt && <ProblemNote problem={halt} />}
      <OrphansTable found={found} />
      <p className="flex flex-wrap gap-2">
        {unlisted.length > 0 && (
          <Button disabled={isBusy} onClick={() => adopting.mutate({ name, keys: unlisted })}>
            List {count(unlisted.length, "backup")} again
          </Button>
        )}
        {lost.length > 0 && halt === null && (
          <Button disabled={isBusy} onClick={() => mending.mutate({ name, keys: lost })}>
            Make {count(lost.length, "missing copy", "missing copies")} again
          </Button>
        )}
        {due.length > 0 && halt === null && (
          <Button disabled={isBusy} onClick={() => setCleaning(true)}>
            Delete {count(due.length, "left-over")}…
          </Button>
        )}
      </p>
      {adopting.data && <p>{count(adopting.data.added + adopting.data.copies, "copy", "copies")} listed.</p>}
      {[adopting, mending].map(({ data, error }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: always the same two
        <div key={index}>
          {error && <Refusal what="Nothing was changed" error={error} />}
          {data?.left.map(({ key, problem }) => (
            <p key={key}>
              <span className="font-mono text-xs wrap-anywhere">{key}</span> was left as it was:{" "}
              {problem.message}. {problem.hint}
            </p>
          ))}
        </div>
      ))}
      {cleaning && <CleanDialog name={name} due={due} onClose={() => setCleaning(false)} />}
    </div>
  )
}
