// Moments: as an age, or as a time in the viewer's zone. The exact local time and UTC are in the title.
import { formatAge, formatMoment, formatUtc } from "../lib/format.ts"
import { useNow } from "../lib/use-now.ts"

interface Props {
  /** ISO 8601. */
  readonly at: string
  /** Reachable by keyboard, with UTC written out when focused. For pages about one thing; in tables it would be in the way. */
  readonly focusable?: boolean
}

/** `3 h ago`, kept true while the page is open. */
export function Age({ at, focusable = false }: Props) {
  const now = useNow()
  return <Moment at={at} text={formatAge(new Date(at), now)} now={now} focusable={focusable} />
}

/** `Mon 24 Nov, 14:32`; `zone` adds its short name, for times that stand outside a table. */
export function Time({ at, zone = false, focusable = false }: Props & { readonly zone?: boolean }) {
  const now = useNow()
  const text = formatMoment(new Date(at), { now, withZone: zone })
  return <Moment at={at} text={text} now={now} focusable={focusable} />
}

function Moment({ at, text, now, focusable }: { at: string; text: string; now: Date; focusable: boolean }) {
  const utc = formatUtc(new Date(at))
  const title = `${formatMoment(new Date(at), { now, withZone: true })} · ${utc}`
  if (!focusable) {
    return (
      <time dateTime={at} title={title} className="whitespace-nowrap">
        {text}
      </time>
    )
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: focus is how a keyboard gets at the UTC time that hovering shows
    <time dateTime={at} title={title} tabIndex={0} className="group whitespace-nowrap">
      {text}
      <span className="sr-only group-focus:not-sr-only group-focus:text-muted"> · {utc}</span>
    </time>
  )
}
