// Says that no schedule starts runs, who decided that, and how to take it back. Silent while schedules run.
import { useMutation } from "@tanstack/react-query"
import { Pause } from "lucide-react"
import { Link } from "wouter"
import { settingsPath } from "../lib/paths.ts"
import { changeAllJobs } from "../lib/queries/schedules.ts"
import type { Status } from "../lib/queries/status.ts"
import { Button, buttonClass } from "./button.tsx"
import { Refusal } from "./problem.tsx"

export function AllPaused({ by }: { readonly by: Status["pausedBy"] }) {
  const resuming = useMutation(changeAllJobs)
  if (by === null) return null
  return (
    <section
      aria-label="All schedules are paused"
      className="mb-6 flex items-start justify-between gap-x-6 gap-y-2 border-y border-line bg-sunken px-3 py-2 max-sm:flex-col"
    >
      <div className="flex min-w-0 items-start gap-2 text-sm">
        <Pause aria-hidden className="mt-0.5 size-4 flex-none text-late" />
        <div>
          <p className="font-medium">
            {by === "person" ? "A person paused every schedule." : "The settings pause every schedule."}
          </p>
          <p className="text-muted">No run starts by itself. Backups that are asked for still run.</p>
          {resuming.error && <Refusal what="Not resumed" error={resuming.error} />}
        </div>
      </div>
      {by === "person" ? (
        <Button disabled={resuming.isPending} onClick={() => resuming.mutate("resume")}>
          {resuming.isPending ? "Resuming…" : "Resume all"}
        </Button>
      ) : (
        <Link href={settingsPath} className={buttonClass()}>
          See settings
        </Link>
      )}
    </section>
  )
}
