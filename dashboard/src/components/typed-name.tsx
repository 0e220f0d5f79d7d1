// The field where a person types a name to show that they mean it.
import { useId } from "react"

interface Props {
  readonly name: string
  /** Ends "Type NAME to …". */
  readonly purpose: string
  readonly typed: string
  readonly onType: (typed: string) => void
}

export function TypedName({ name, purpose, typed, onType }: Props) {
  const id = useId()
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-sm">
        Type <code className="font-mono font-semibold select-none">{name}</code> to {purpose}
      </label>
      <input id={id} value={typed} onChange={(event) => onType(event.target.value)} {...plainInput} />
    </div>
  )
}

/** A text field for names: nothing is corrected, completed or checked by the browser. */
export const plainInput = {
  type: "text",
  autoComplete: "off",
  autoCapitalize: "off",
  autoCorrect: "off",
  spellCheck: false,
  className:
    "w-full max-w-sm rounded-sm border border-field bg-paper px-2.5 min-h-9 max-sm:min-h-11 font-mono text-sm max-sm:text-base",
} as const
