// A file of the person's own, to be sent.
import { type ReactNode, useId } from "react"

interface Props {
  readonly disabled: boolean
  readonly onFile: (file: File | null) => void
  /** What can be chosen. */
  readonly help?: ReactNode
}

export function FileField({ disabled, onFile, help }: Props) {
  const id = useId()
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-medium">
        File
      </label>
      <input
        id={id}
        type="file"
        disabled={disabled}
        aria-describedby={help ? `${id}-help` : undefined}
        onChange={(event) => onFile(event.target.files?.[0] ?? null)}
        className="w-full cursor-pointer file:mr-3 file:min-h-8 file:cursor-pointer file:rounded-sm file:border file:border-solid file:border-field file:bg-paper file:px-3 file:text-ink max-sm:min-h-11 max-sm:file:min-h-11"
      />
      {help && (
        <p id={`${id}-help`} className="mt-1 max-w-prose text-muted">
          {help}
        </p>
      )}
    </div>
  )
}
