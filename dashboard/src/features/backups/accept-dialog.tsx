// Accepting a suspect backup: what that means for the older ones, then the button.
import { useMutation } from "@tanstack/react-query"
import type { CompletedBackup } from "../../../../schemas/backup.ts"
import { Button } from "../../components/button.tsx"
import { Dialog } from "../../components/dialog.tsx"
import { Refusal } from "../../components/problem.tsx"
import { Size } from "../../components/size.tsx"
import { Time } from "../../components/time.tsx"
import { acceptSuspect } from "../../lib/queries/backups.ts"

interface Props {
  readonly backup: CompletedBackup
  readonly onClose: () => void
}

export function AcceptDialog({ backup, onClose }: Props) {
  const accepting = useMutation({ ...acceptSuspect, onSuccess: onClose })
  return (
    <Dialog title={`Accept a suspect backup of ${backup.database}`} onClose={onClose}>
      <div className="space-y-4 text-sm">
        <p>
          The backup of <strong className="font-semibold">{backup.database}</strong> on {backup.serverName}{" "}
          from <Time at={backup.finishedAt} zone />, <Size bytes={backup.proof.storedBytes} />
          {backup.suspect && `: ${backup.suspect.message}`}.
        </p>
        <p>
          Accept it only if the data was meant to become less. It counts as good from then on: the next one is
          compared with it, and older backups are deleted again as retention says, those from before the loss
          too. This cannot be taken back.
        </p>
        {accepting.error && <Refusal what="Not accepted" error={accepting.error} />}
        <div className="flex justify-end gap-2 max-sm:flex-col-reverse">
          <Button onClick={onClose}>Not yet</Button>
          <Button look="primary" disabled={accepting.isPending} onClick={() => accepting.mutate(backup.id)}>
            {accepting.isPending ? "Accepting…" : "It is right: accept it"}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
