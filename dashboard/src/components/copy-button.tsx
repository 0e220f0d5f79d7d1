// Copies a text and says so. Where the browser gives no clipboard (plain HTTP from another machine) it selects the text.
import { Check, Copy } from "lucide-react"
import { type RefObject, useEffect, useState } from "react"

interface Props {
  readonly text: string
  /** What is copied, for the button's name: `Copy the checksum`. */
  readonly what: string
  /** The element that shows the text, selected when copying is not allowed. */
  readonly shownIn: RefObject<HTMLElement | null>
}

type Outcome = "copied" | "selected"
const outcomeWords = { copied: "Copied", selected: "Selected: press Ctrl+C" } as const

export function CopyButton({ text, what, shownIn }: Props) {
  const [outcome, setOutcome] = useState<Outcome>()
  useEffect(() => {
    if (!outcome) return
    const timer = setTimeout(() => setOutcome(undefined), 4000)
    return () => clearTimeout(timer)
  }, [outcome])

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text)
      setOutcome("copied")
    } catch {
      if (shownIn.current) getSelection()?.selectAllChildren(shownIn.current)
      setOutcome("selected")
    }
  }
  const Icon = outcome === "copied" ? Check : Copy
  return (
    <span className="inline-flex flex-none items-center">
      <button
        type="button"
        onClick={copy}
        aria-label={`Copy ${what}`}
        className="inline-flex min-h-7 items-center gap-1.5 rounded-sm px-1.5 text-xs text-muted hover:text-ink max-sm:min-h-11 max-sm:min-w-11 max-sm:justify-center"
      >
        <Icon aria-hidden className="size-3.5" />
        <span aria-hidden>{outcome ? outcomeWords[outcome] : "Copy"}</span>
      </button>
      <span role="status" className="sr-only">
        {outcome && outcomeWords[outcome]}
      </span>
    </span>
  )
}
