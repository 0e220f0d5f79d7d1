// The frame of a page: its title in the tab, its heading with room for actions, focus on it after navigation.
import { type ReactNode, useEffect, useId, useRef } from "react"

let firstPage = true

interface PageProps {
  readonly title: string
  /** Shown instead of the title as the heading's content. */
  readonly heading?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
}

export function Page({ title, heading, actions, children }: PageProps) {
  const headingElement = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} · dbbackup`
  }, [title])
  useEffect(() => {
    // After a link was followed, reading goes on at the new page's heading; on first load the browser decides.
    if (!firstPage) headingElement.current?.focus({ preventScroll: true })
    firstPage = false
  }, [])
  return (
    <div className="py-5">
      <div className="mb-4 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
        <h1 ref={headingElement} tabIndex={-1} className="min-w-0 text-xl font-semibold">
          {heading ?? title}
        </h1>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
      {children}
    </div>
  )
}

interface SectionProps {
  readonly title: ReactNode
  readonly note?: ReactNode
  readonly children: ReactNode
  readonly className?: string
}

/** A part of a page under a hairline. */
export function Section({ title, note, children, className = "mb-7" }: SectionProps) {
  const id = useId()
  return (
    <section aria-labelledby={id} className={className}>
      <div className="flex flex-wrap items-baseline justify-between gap-x-4 border-b border-line pb-1.5">
        <h2 id={id} className="text-sm font-semibold">
          {title}
        </h2>
        {note && <span className="text-xs text-muted">{note}</span>}
      </div>
      {children}
    </section>
  )
}
