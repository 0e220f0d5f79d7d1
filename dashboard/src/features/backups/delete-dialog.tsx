// Deleting a backup: what will be gone, in words; the database's name typed; then the button.
import { useMutation, useQuery } from "@tanstack/react-query"
import { useState } from "react"
import type { CompletedBackup } from "../../../../schemas/backup.ts"
import { Button } from "../../components/button.tsx"
import { Dialog } from "../../components/dialog.tsx"
import { Refusal } from "../../components/problem.tsx"
import { Size } from "../../components/size.tsx"
import { Time } from "../../components/time.tsx"
import { TypedName } from "../../components/typed-name.tsx"
import { count, listed } from "../../lib/format.ts"
import { removeBackup } from "../../lib/queries/backups.ts"
import { databaseQuery } from "../../lib/queries/databases.ts"
import { heldAt } from "../../lib/words.ts"

interface Props {
  readonly backup: CompletedBackup
  readonly onClose: () => void
  /** After the server said that it is gone. */
  readonly onDeleted?: () => void
}

export function DeleteDialog({ backup, onClose, onDeleted = onClose }: Props) {
  const [typed, setTyped] = useState("")
  const removal = useMutation({ ...removeBackup, onSuccess: onDeleted })
  const newest = useQuery(databaseQuery(backup.databaseId)).data?.lastBackup?.id === backup.id
  const copies = heldAt(backup)
  return (
    <Dialog title={`Delete a backup of ${backup.database}`} onClose={onClose}>
      <div className="space-y-4 text-sm">
        <p>
          The backup of <strong className="font-semibold">{backup.database}</strong> on {backup.serverName}{" "}
          from <Time at={backup.finishedAt} zone />, <Size bytes={backup.proof.storedBytes} />.
        </p>
        {backup.pinned ? (
          <p>It is pinned, so it stays: {backup.pinned.reason}. Unpin it first; then it can go.</p>
        ) : newest ? (
          <p>
            It is the newest good backup of this database, so it stays. Make a newer one first; then this one
            can go.
          </p>
        ) : (
          <>
            <p>
              {count(copies.length, "copy", "copies")} will be deleted, at {listed(copies)}: first the
              manifest, then the bytes. This cannot be undone. Its record and log stay.
            </p>
            <TypedName name={backup.database} purpose="delete this backup" typed={typed} onType={setTyped} />
          </>
        )}
        {removal.error && <Refusal what="Not deleted" error={removal.error} />}
        <div className="flex justify-end gap-2 max-sm:flex-col-reverse">
          <Button onClick={onClose}>Keep it</Button>
          {!newest && !backup.pinned && (
            <Button
              look="danger"
              disabled={typed !== backup.database || removal.isPending}
              onClick={() => removal.mutate(backup.id)}
            >
              {removal.isPending ? "Deleting…" : "Delete the backup"}
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  )
}
