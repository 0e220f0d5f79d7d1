// What can be done with one run: end it while it waits or runs; give its next try up once it has failed.
import { useMutation } from "@tanstack/react-query"
import { useState } from "react"
import type { Run } from "../../../../schemas/run.ts"
import { Button } from "../../components/button.tsx"
import { Dialog } from "../../components/dialog.tsx"
import { Refusal } from "../../components/problem.tsx"
import { stopRun } from "../../lib/queries/runs.ts"
import { nextTryAt } from "../../lib/tries.ts"

export function RunActions({ run }: { readonly run: Run }) {
  const [open, setOpen] = useState(false)
  const words = wordsFor(run)
  if (words === null) return null
  return (
    <>
      <Button onClick={() => setOpen(true)}>{words.title}</Button>
      {open && <EndDialog run={run} words={words} onClose={() => setOpen(false)} />}
    </>
  )
}

interface Words {
  readonly title: string
  /** What it does, and what it leaves alone. */
  readonly told: string
  readonly keep: string
}

function wordsFor(run: Run): Words | null {
  if (run.status === "queued" || run.status === "running") {
    return {
      title: "Cancel the run",
      told: `The run on ${run.serverName} ends: a dump that is under way is stopped inside its container, and what was written of it is removed. Backups that are finished stay. The schedule goes on.`,
      keep: "Let it run",
    }
  }
  if (nextTryAt(run) === null) return null
  return {
    title: "Do not try again",
    told: `What failed on ${run.serverName} waits for its next try, which is given up. The schedule goes on: its next run tries everything.`,
    keep: "Let it be tried",
  }
}

interface DialogProps {
  readonly run: Run
  readonly words: Words
  readonly onClose: () => void
}

function EndDialog({ run, words, onClose }: DialogProps) {
  const ending = useMutation({ ...stopRun, onSuccess: onClose })
  return (
    <Dialog title={words.title} onClose={onClose}>
      <div className="space-y-4 text-sm">
        <p>{words.told}</p>
        {ending.error && <Refusal what="Not done" error={ending.error} />}
        <div className="flex justify-end gap-2 max-sm:flex-col-reverse">
          <Button onClick={onClose}>{words.keep}</Button>
          <Button look="danger" disabled={ending.isPending} onClick={() => ending.mutate(run.id)}>
            {ending.isPending ? "Asking…" : words.title}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
