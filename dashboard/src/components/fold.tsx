// Something that is there when asked for.
import { ChevronRight } from "lucide-react"
import type { ReactNode } from "react"

interface Props {
  readonly summary: string
  /** Unfolded from the start. */
  readonly open: boolean
  readonly children: ReactNode
}

export function Fold({ summary, open, children }: Props) {
  return (
    <details open={open} className="group pb-2 text-sm">
      <summary className="inline-flex min-h-8 items-center gap-1 text-muted hover:text-ink max-sm:min-h-11">
        <ChevronRight aria-hidden className="size-3.5 group-open:rotate-90" />
        {summary}
      </summary>
      {children}
    </details>
  )
}
