// A label, and a list to choose one from.
import { type ReactNode, useId } from "react"

interface Props {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
  /** `<option>`s. */
  readonly children: ReactNode
}

export function Choice({ label, value, onChange, children }: Props) {
  const id = useId()
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-medium">
        {label}
      </label>
      <select
        id={id}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="min-h-9 w-full max-w-sm rounded-sm border border-field bg-paper px-2 max-sm:min-h-11 max-sm:text-base"
      >
        {children}
      </select>
    </div>
  )
}
