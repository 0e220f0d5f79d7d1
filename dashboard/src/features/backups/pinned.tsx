// That a backup is pinned, and why: on its page with the way back, and in lists in a few words.
import { useMutation } from "@tanstack/react-query"
import { Pin as PinIcon } from "lucide-react"
import type { Backup, CompletedBackup, Pin } from "../../../../schemas/backup.ts"
import { Button } from "../../components/button.tsx"
import { Section } from "../../components/page.tsx"
import { Refusal } from "../../components/problem.tsx"
import { Age, Time } from "../../components/time.tsx"
import { unpin } from "../../lib/queries/backups.ts"

export function PinnedReport({ backup, pinned }: { readonly backup: CompletedBackup; readonly pinned: Pin }) {
  const unpinning = useMutation(unpin)
  return (
    <Section title="Pinned">
      <p className="max-w-prose pt-3 text-sm">
        {pinned.reason}. It stays whatever retention says, since <Time at={pinned.at} zone focusable />,{" "}
        <Age at={pinned.at} />.
      </p>
      {unpinning.error && <Refusal what="Not unpinned" error={unpinning.error} />}
      <p className="pt-3">
        <Button disabled={unpinning.isPending} onClick={() => unpinning.mutate(backup.id)}>
          {unpinning.isPending ? "Unpinning…" : "Unpin it"}
        </Button>
      </p>
    </Section>
  )
}

/** Nothing for one that is not pinned. */
export function PinnedMark({ backup }: { readonly backup: Backup }) {
  const pinned = backup.status === "completed" ? backup.pinned : null
  if (pinned === null) return null
  return (
    <span className="flex items-center gap-1 text-xs text-muted" title={pinned.reason}>
      <PinIcon aria-hidden className="size-3 flex-none" />
      <span className="line-clamp-2 max-w-60">pinned: {pinned.reason}</span>
    </span>
  )
}
