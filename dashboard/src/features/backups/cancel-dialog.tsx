// Cancelling: a run is cancelled as a whole, so the person is told what else it stops.
import { useMutation } from "@tanstack/react-query"
import type { Backup } from "../../../../schemas/backup.ts"
import { Button } from "../../components/button.tsx"
import { Dialog } from "../../components/dialog.tsx"
import { Refusal } from "../../components/problem.tsx"
import { cancelRun } from "../../lib/queries/backups.ts"

interface Props {
  readonly backup: Backup
  readonly onClose: () => void
}

export function CancelDialog({ backup, onClose }: Props) {
  const cancelling = useMutation({ ...cancelRun, onSuccess: onClose })
  return (
    <Dialog title="Cancel the run" onClose={onClose}>
      <div className="space-y-4 text-sm">
        <p>
          The dump of {backup.database} on {backup.serverName} is stopped inside its container, and what was
          written so far is removed. If the run holds other databases of this server, those not yet done are
          cancelled too. Finished backups stay.
        </p>
        {cancelling.error && <Refusal what="Not cancelled" error={cancelling.error} />}
        <div className="flex justify-end gap-2 max-sm:flex-col-reverse">
          <Button onClick={onClose}>Let it run</Button>
          <Button look="danger" disabled={cancelling.isPending} onClick={() => cancelling.mutate(backup.id)}>
            {cancelling.isPending ? "Cancelling…" : "Cancel the run"}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
