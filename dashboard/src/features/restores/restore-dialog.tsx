// Give me my data back: what to restore, where to and how, the server's plan, the name typed, then live to the end.
// Open while the address says so, over whatever page is shown.
import { useQuery } from "@tanstack/react-query"
import { type ReactNode, useState } from "react"
import { useLocation } from "wouter"
import { usePathname, useSearch } from "wouter/use-browser-location"
import { Dialog } from "../../components/dialog.tsx"
import { Loaded, Skeleton } from "../../components/loading.tsx"
import { backupQuery, manifestQuery } from "../../lib/queries/backups.ts"
import { sourceQuery } from "../../lib/queries/sources.ts"
import { type RestoreInAddress, restoreInAddress, withRestoreDialog } from "../../lib/restore-address.ts"
import { BackupSummary } from "./backup-summary.tsx"
import { PlanningSteps } from "./planning-steps.tsx"
import { RunningStep } from "./running-step.tsx"
import { SourceStep } from "./source-step.tsx"
import { SourceSummary } from "./source-summary.tsx"
import { subjectOfBackup, subjectOfFile } from "./subject.ts"

export function RestoreDialog() {
  const path = usePathname()
  const search = useSearch()
  const [, navigate] = useLocation()
  // What a person gives to open what is encrypted: in this page's memory, until the dialog is closed.
  const [identity, onIdentity] = useState("")
  const asked = restoreInAddress(search)
  if (!asked) return null
  const go = (to: RestoreInAddress | undefined) =>
    navigate(`${path}${withRestoreDialog(search, to)}`, { replace: true })
  const close = () => {
    onIdentity("")
    go(undefined)
  }
  if (asked.from === "nothing yet") {
    const choose = (from: "backup" | "file", id: string) => go({ from, id })
    return (
      <Dialog title="Restore" onClose={close}>
        <SourceStep
          destination={asked.destination}
          identity={identity}
          onIdentity={onIdentity}
          onChosen={choose}
        />
      </Dialog>
    )
  }
  const { from, id, restoreId } = asked
  const ways: Ways = {
    ...{ id, identity, onIdentity },
    // Once it runs, the address says so: it survives a reload.
    running: restoreId ? <RunningStep key={restoreId} restoreId={restoreId} onClose={close} /> : null,
    onBack: () => go({ from: "nothing yet" }),
    onStarted: (restoreId) => go({ from, id, restoreId }),
    onClose: close,
  }
  return from === "backup" ? <OfBackup key={id} {...ways} /> : <OfFile key={id} {...ways} />
}

interface Ways {
  readonly id: string
  readonly identity: string
  readonly onIdentity: (identity: string) => void
  readonly running: ReactNode
  readonly onBack: () => void
  readonly onStarted: (restoreId: string) => void
  readonly onClose: () => void
}

function OfBackup({ id, running, onClose, ...ways }: Ways) {
  const backup = useQuery(backupQuery(id))
  // What can be chosen depends on it; without it, less can be.
  const manifest = useQuery({ ...manifestQuery(id), enabled: running === null })
  return (
    <Dialog title={backup.data ? `Restore ${backup.data.database}` : "Restore"} onClose={onClose}>
      {running ?? (
        <Loaded query={backup} what="the backup">
          {(backup) =>
            backup.status === "completed" && manifest.isPending ? (
              <Skeleton what="the manifest" />
            ) : backup.status === "completed" ? (
              <PlanningSteps
                subject={subjectOfBackup(backup, manifest.data)}
                facts={<BackupSummary backup={backup} />}
                {...ways}
              />
            ) : (
              <p className="text-sm">This backup is {backup.status}: only a completed one can be restored.</p>
            )
          }
        </Loaded>
      )}
    </Dialog>
  )
}

/** A file is forgotten after a while; what was restored from it can still be looked at. */
function OfFile({ id, running, onClose, ...ways }: Ways) {
  const source = useQuery({ ...sourceQuery(id), enabled: running === null })
  return (
    <Dialog title={source.data ? `Restore ${source.data.fileName}` : "Restore"} onClose={onClose}>
      {running ?? (
        <Loaded query={source} what="the file">
          {(source) => (
            <PlanningSteps
              subject={subjectOfFile(source)}
              facts={<SourceSummary source={source} />}
              {...ways}
            />
          )}
        </Loaded>
      )}
    </Dialog>
  )
}
