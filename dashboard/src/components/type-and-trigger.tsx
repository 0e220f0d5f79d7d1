// The period a backup belongs to; under it what started the run, where that was not the schedule.
import type { Backup } from "../../../schemas/backup.ts"
import { triggerWords } from "../lib/words.ts"

export function TypeAndTrigger({ backup }: { readonly backup: Pick<Backup, "type" | "trigger"> }) {
  const plain = backup.trigger === "schedule" || backup.type === "manual"
  return (
    <span>
      {backup.type}
      {!plain && <span className="block text-xs text-muted">{triggerWords[backup.trigger]}</span>}
    </span>
  )
}
