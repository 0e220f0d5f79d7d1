// Give me my data back: name of the new database, the server's plan, the name typed, then live to the end.
// Open while the address carries a backup, over whatever page is shown.
import { useQuery } from "@tanstack/react-query"
import { useState } from "react"
import { useLocation } from "wouter"
import { usePathname, useSearch } from "wouter/use-browser-location"
import type { CompletedBackup } from "../../../../schemas/backup.ts"
import { Dialog } from "../../components/dialog.tsx"
import { Loaded } from "../../components/loading.tsx"
import { backupQuery } from "../../lib/queries/backups.ts"
import { type RestoreInAddress, restoreInAddress, withRestoreDialog } from "../../lib/restore-address.ts"
import { ChooseStep } from "./choose-step.tsx"
import { ConfirmStep } from "./confirm-step.tsx"
import { firstStep, optionsOf, type RestoreStep } from "./restore-step.ts"
import { RunningStep } from "./running-step.tsx"

export function RestoreDialog() {
  const path = usePathname()
  const search = useSearch()
  const [, navigate] = useLocation()
  const asked = restoreInAddress(search)
  if (!asked) return null
  const go = (to: RestoreInAddress | undefined) =>
    navigate(`${path}${withRestoreDialog(search, to)}`, { replace: true })
  return (
    <OpenDialog
      key={asked.backupId}
      asked={asked}
      onStarted={(restoreId) => go({ ...asked, restoreId })}
      onClose={() => go(undefined)}
    />
  )
}

interface OpenProps {
  readonly asked: RestoreInAddress
  readonly onStarted: (restoreId: string) => void
  readonly onClose: () => void
}

function OpenDialog({ asked, onStarted, onClose }: OpenProps) {
  const backup = useQuery(backupQuery(asked.backupId))
  return (
    <Dialog title={backup.data ? `Restore ${backup.data.database}` : "Restore"} onClose={onClose}>
      <Loaded query={backup} what="the backup">
        {(backup) =>
          backup.status === "completed" ? (
            <Steps backup={backup} asked={asked} onStarted={onStarted} onClose={onClose} />
          ) : (
            <p className="text-sm">This backup is {backup.status}: only a completed one can be restored.</p>
          )
        }
      </Loaded>
    </Dialog>
  )
}

function Steps({ backup, asked, onStarted, onClose }: OpenProps & { readonly backup: CompletedBackup }) {
  const [planned, setPlanned] = useState<RestoreStep>(() => firstStep(backup.database))
  const [identity, setIdentity] = useState("")
  // Once it runs, the address says so: it survives a reload.
  const step: RestoreStep = asked.restoreId ? { step: "running", restoreId: asked.restoreId } : planned
  switch (step.step) {
    case "choose":
      return (
        <ChooseStep
          backup={backup}
          chosen={step}
          onChosen={setPlanned}
          identity={identity}
          onIdentity={setIdentity}
          onPlan={(plan) =>
            setPlanned({
              step: "confirm",
              plan,
              options: optionsOf(step, backup.kind),
              chosen: step,
              typedName: "",
            })
          }
        />
      )
    case "confirm":
      return (
        <ConfirmStep
          step={step}
          identity={identity}
          onType={(typedName) => setPlanned({ ...step, typedName })}
          onBack={() => setPlanned(step.chosen)}
          onStarted={onStarted}
        />
      )
    case "running":
      return <RunningStep restoreId={step.restoreId} onClose={onClose} />
  }
}
