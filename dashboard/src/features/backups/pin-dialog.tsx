// Pinning a backup: the reason, in the person's words, then the button.
import { useMutation } from "@tanstack/react-query"
import { useId, useState } from "react"
import { type CompletedBackup, PinReason } from "../../../../schemas/backup.ts"
import { Button } from "../../components/button.tsx"
import { Dialog } from "../../components/dialog.tsx"
import { Refusal } from "../../components/problem.tsx"
import { Time } from "../../components/time.tsx"
import { plainInput } from "../../components/typed-name.tsx"
import { pin } from "../../lib/queries/backups.ts"

interface Props {
  readonly backup: CompletedBackup
  readonly onClose: () => void
}

export function PinDialog({ backup, onClose }: Props) {
  const id = useId()
  const [reason, setReason] = useState(backup.pinned?.reason ?? "")
  const pinning = useMutation({ ...pin, onSuccess: onClose })
  const ready = PinReason.safeParse(reason)
  return (
    <Dialog title={`Pin a backup of ${backup.database}`} onClose={onClose}>
      <form
        className="space-y-4 text-sm"
        onSubmit={(event) => {
          event.preventDefault()
          if (ready.success) pinning.mutate({ id: backup.id, reason: ready.data })
        }}
      >
        <p>
          The backup from <Time at={backup.finishedAt} zone /> stays whatever retention says, and takes no
          other backup's place, until somebody unpins it.
        </p>
        <div>
          <label htmlFor={id} className="mb-1 block font-medium">
            Why it is to stay
          </label>
          <input
            {...plainInput}
            id={id}
            value={reason}
            maxLength={200}
            placeholder="before the migration to 18"
            onChange={(event) => setReason(event.target.value)}
          />
        </div>
        {pinning.error && <Refusal what="Not pinned" error={pinning.error} />}
        <div className="flex justify-end gap-2 max-sm:flex-col-reverse">
          <Button onClick={onClose}>Not now</Button>
          <Button look="primary" type="submit" disabled={!ready.success || pinning.isPending}>
            {pinning.isPending ? "Pinning…" : "Pin it"}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
