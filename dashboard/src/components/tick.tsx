// A box to tick, with words that may take more than one line.
import type { ReactNode } from "react"

interface Props {
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
  readonly children: ReactNode
}

export function Tick({ checked, onChange, children }: Props) {
  return (
    <label className="flex items-start gap-2.5 py-1 max-sm:py-2.5">
      <input
        type="checkbox"
        className="mt-1 flex-none"
        checked={checked}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span>{children}</span>
    </label>
  )
}
