// What can be done with one backup, in the state it is in.
import { useState } from "react"
import { useLocation } from "wouter"
import type { Backup } from "../../../../schemas/backup.ts"
import { Button, buttonClass } from "../../components/button.tsx"
import { RestoreLink } from "../../components/restore-link.tsx"
import { backupsPath, downloadUrl } from "../../lib/paths.ts"
import { heldAt, storedAt } from "../../lib/words.ts"
import { CancelDialog } from "./cancel-dialog.tsx"
import { DeleteDialog } from "./delete-dialog.tsx"
import { PinDialog } from "./pin-dialog.tsx"

export function BackupActions({ backup }: { readonly backup: Backup }) {
  const [open, setOpen] = useState<"cancel" | "pin" | "delete">()
  const [, navigate] = useLocation()
  const close = () => setOpen(undefined)
  if (backup.status === "queued" || backup.status === "running") {
    return (
      <>
        <Button onClick={() => setOpen("cancel")}>Cancel the run</Button>
        {open === "cancel" && <CancelDialog backup={backup} onClose={close} />}
      </>
    )
  }
  if (backup.status !== "completed" || heldAt(backup).length === 0) return null
  const good = storedAt(backup).length > 0
  return (
    <>
      <Button look="quiet" onClick={() => setOpen("delete")}>
        Delete
      </Button>
      {backup.pinned === null && <Button onClick={() => setOpen("pin")}>Pin</Button>}
      {good && (
        <a href={downloadUrl(backup.id)} download className={buttonClass()}>
          Download
        </a>
      )}
      {good && (
        <RestoreLink backupId={backup.id} className={buttonClass("primary")}>
          Restore
        </RestoreLink>
      )}
      {open === "pin" && <PinDialog backup={backup} onClose={close} />}
      {open === "delete" && (
        <DeleteDialog backup={backup} onClose={close} onDeleted={() => navigate(backupsPath)} />
      )}
    </>
  )
}
