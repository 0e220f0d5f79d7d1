// Step 4: the restore, live with its log, its outcome and its undo. Closing the dialog does not stop it.
import { useQuery } from "@tanstack/react-query"
import { Link } from "wouter"
import { Button, buttonClass } from "../../components/button.tsx"
import { Loaded } from "../../components/loading.tsx"
import { restorePath } from "../../lib/paths.ts"
import { restoreQuery } from "../../lib/queries/restores.ts"
import { OverwrittenSection } from "./overwritten-section.tsx"
import { RestoreLog } from "./restore-log.tsx"
import { RestoreOutcome } from "./restore-outcome.tsx"
import { StepLine } from "./step-line.tsx"
import { SwapSection } from "./swap-section.tsx"

interface Props {
  readonly restoreId: string
  readonly onClose: () => void
}

export function RunningStep({ restoreId, onClose }: Props) {
  const restore = useQuery(restoreQuery(restoreId))
  return (
    <div className="space-y-4 text-sm">
      <StepLine current="Restore" />
      <Loaded query={restore} what="the restore">
        {(restore) => {
          const live = restore.status === "running" || restore.status === "queued"
          return (
            <>
              <RestoreOutcome restore={restore} />
              {restore.swap && !live && <SwapSection restore={restore} swap={restore.swap} />}
              {!live && <OverwrittenSection restore={restore} />}
              <RestoreLog restoreId={restoreId} live={live} from="info" />
              {live && <p className="text-muted">It goes on when this dialog is closed.</p>}
            </>
          )
        }}
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
