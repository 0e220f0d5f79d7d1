// Step 3: the restore, live, and its outcome. Closing the dialog does not stop it.
import { useQuery } from "@tanstack/react-query"
import { Link } from "wouter"
import { Button, buttonClass } from "../../components/button.tsx"
import { Loaded } from "../../components/loading.tsx"
import { restorePath } from "../../lib/paths.ts"
import { restoreQuery } from "../../lib/queries/restores.ts"
import { RestoreOutcome } from "./restore-outcome.tsx"
import { StepLine } from "./step-line.tsx"

interface Props {
  readonly restoreId: string
  readonly onClose: () => void
}

export function RunningStep({ restoreId, onClose }: Props) {
  const restore = useQuery(restoreQuery(restoreId))
  return (
    <div className="space-y-4 text-sm">
      <StepLine current={3} />
      <Loaded query={restore} what="the restore">
        {(restore) => (
          <>
            <RestoreOutcome restore={restore} />
            {(restore.status === "running" || restore.status === "queued") && (
              <p className="text-muted">It goes on when this dialog is closed.</p>
            )}
          </>
        )}
      </Loaded>
      <div className="flex justify-end gap-2 max-sm:flex-col-reverse">
        <Button onClick={onClose}>Close</Button>
        <Link href={restorePath(restoreId)} className={buttonClass("primary")}>
          Open the restore
        </Link>
      </div>
    </div>
  )
}
