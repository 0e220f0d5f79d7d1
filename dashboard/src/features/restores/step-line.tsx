// Where one is in the dialog, and what this step is about. Takes the focus when the step appears, so that a screen reader goes on from here.
import { useEffect, useRef } from "react"

const names = ["Source", "Options", "Plan", "Restore"] as const
const titles = {
  Source: "What to restore",
  Options: "Where to, and what of it",
  Plan: "What will be done",
  Restore: "How it goes",
} as const

export function StepLine({ current }: { readonly current: (typeof names)[number] }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  return (
    <div className="space-y-3">
      <ol aria-label="Steps" className="flex flex-wrap gap-x-4 gap-y-1 text-xs text-muted">
        {names.map((name, index) => (
          <li
            key={name}
            aria-current={name === current ? "step" : undefined}
            className="aria-[current]:font-semibold aria-[current]:text-ink"
          >
            {index + 1}. {name}
          </li>
        ))}
      </ol>
      <h3 ref={heading} tabIndex={-1} className="text-sm font-semibold outline-none">
        {titles[current]}
      </h3>
    </div>
  )
}
