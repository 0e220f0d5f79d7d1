// Pausing every schedule at once: what it stops and what it leaves alone, then the button.
import { useMutation, useQuery } from "@tanstack/react-query"
import { useState } from "react"
import type { JobView } from "../../../../schemas/job.ts"
import { Button } from "../../components/button.tsx"
import { Dialog } from "../../components/dialog.tsx"
import { Refusal } from "../../components/problem.tsx"
import { count } from "../../lib/format.ts"
import { changeAllJobs } from "../../lib/queries/schedules.ts"
import { statusQuery } from "../../lib/queries/status.ts"

export function PauseAll({ jobs }: { readonly jobs: readonly JobView[] }) {
  const [open, setOpen] = useState(false)
  const status = useQuery(statusQuery()).data
  if (jobs.length === 0 || status === undefined || status.pausedBy !== null) return null
  return (
    <>
      <Button onClick={() => setOpen(true)}>Pause all</Button>
      {open && <PauseAllDialog jobs={jobs.length} onClose={() => setOpen(false)} />}
    </>
  )
}

function PauseAllDialog({ jobs, onClose }: { readonly jobs: number; readonly onClose: () => void }) {
  const pausing = useMutation({ ...changeAllJobs, onSuccess: onClose })
  return (
    <Dialog title="Pause all schedules" onClose={onClose}>
      <div className="space-y-4 text-sm">
        <p>
          {count(jobs, "job starts", "jobs start")} no run by itself until you resume them. What runs now goes
          on, and backups that are asked for still run. What was missed is made up for by one run of each job.
        </p>
        {pausing.error && <Refusal what="Not paused" error={pausing.error} />}
        <div className="flex justify-end gap-2 max-sm:flex-col-reverse">
          <Button onClick={onClose}>Let them run</Button>
          <Button look="danger" disabled={pausing.isPending} onClick={() => pausing.mutate("pause")}>
            {pausing.isPending ? "Pausing…" : "Pause all"}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
