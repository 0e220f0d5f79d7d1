// Text to paste elsewhere, as it is, with a copy button.
import { useRef } from "react"
import { CopyButton } from "./copy-button.tsx"

export function CodeBlock({ text, what }: { readonly text: string; readonly what: string }) {
  const shown = useRef<HTMLElement>(null)
  return (
    <div className="flex items-start justify-between gap-x-2 max-sm:flex-col-reverse max-sm:items-stretch border-l-2 border-line bg-sunken py-1.5 pr-1 pl-3">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <section aria-label={what} tabIndex={0} className="min-w-0 flex-1 overflow-x-auto py-0.5">
        <pre className="font-mono text-xs leading-5">
          <code ref={shown}>{text.trimEnd()}</code>
        </pre>
      </section>
      <span className="flex justify-end">
        <CopyButton text={text} what={what} shownIn={shown} />
      </span>
    </div>
  )
}
