// The verdict on all backups in one sentence, with an icon that says the same.
import { CircleAlert, CircleCheck, CircleDashed } from "lucide-react"
import type { Verdict } from "../../../../schemas/api.ts"

const looks = {
  ok: { Icon: CircleCheck, tone: "text-good" },
  attention: { Icon: CircleAlert, tone: "text-bad" },
  empty: { Icon: CircleDashed, tone: "text-muted" },
} as const

export function VerdictLine({ verdict }: { readonly verdict: Verdict }) {
  const { Icon, tone } = looks[verdict.level]
  return (
    <span className="flex items-start gap-2.5 max-sm:text-lg">
      <Icon aria-hidden className={`mt-0.5 size-6 flex-none ${tone}`} />
      {/* Announced when it changes while the page is open. */}
      <span role="status">{verdict.sentence}</span>
    </span>
  )
}
