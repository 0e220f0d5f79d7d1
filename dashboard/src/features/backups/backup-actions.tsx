// What can be done with one backup, in the state it is in.
import { useState } from "react"
import { useLocation } from "wouter"
import type { Backup } from "../../../../schemas/backup.ts"
import { Button, buttonClass } from "../../components/button.tsx"
import { RestoreLink } from "../../components/restore-link.tsx"
import { backupsPath, downloadUrl } from "../../lib/paths.ts"
import { storedAt } from "../../lib/words.ts"
import { CancelDialog } from "./cancel-dialog.tsx"
import { DeleteDialog } from "./delete-dialog.tsx"

export function BackupActions({ backup }: { readonly backup: Backup }) {
  const [open, setOpen] = useState<"cancel" | "delete">()
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
  if (backup.status !== "completed" || storedAt(backup).length === 0) return null
  return (
    <>
      <Button look="quiet" onClick={() => setOpen("delete")}>
        Delete
      </Button>
      <a href={downloadUrl(backup.id)} download className={buttonClass()}>
        Download
      </a>
      <RestoreLink backupId={backup.id} className={buttonClass("primary")}>
        Restore
      </RestoreLink>
      {open === "delete" && (
        <DeleteDialog backup={backup} onClose={close} onDeleted={() => navigate(backupsPath)} />
      )}
    </>
  )
}
