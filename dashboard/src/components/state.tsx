// A state, always as icon + word + colour, so that none of the three carries it alone.
import {
  Archive,
  Ban,
  Check,
  CircleAlert,
  CircleHelp,
  Clock,
  Copy,
  Hourglass,
  LoaderCircle,
  type LucideIcon,
  Pause,
  ShieldOff,
  TriangleAlert,
  Unplug,
} from "lucide-react"
import type { StateWord, Tone } from "../lib/words.ts"

const byWord: Readonly<Record<string, LucideIcon>> = {
  late: Clock,
  unprotected: ShieldOff,
  paused: Pause,
  retired: Archive,
  disabled: Ban,
  conflict: Copy,
  queued: Hourglass,
  cancelled: Ban,
  interrupted: Unplug,
  "label mistake": TriangleAlert,
  suspect: CircleHelp,
}
const byTone: Readonly<Record<Tone, LucideIcon>> = {
  good: Check,
  busy: LoaderCircle,
  late: Clock,
  bad: CircleAlert,
  quiet: Check,
}

export const toneClass: Readonly<Record<Tone, string>> = {
  good: "text-good",
  busy: "text-accent",
  late: "text-late",
  bad: "text-bad",
  quiet: "text-muted",
}

export function State({ word, tone }: StateWord) {
  const Icon = byWord[word] ?? byTone[tone]
  return (
    <span className={`inline-flex items-baseline gap-1.5 text-sm whitespace-nowrap ${toneClass[tone]}`}>
      <Icon
        aria-hidden
        className={`size-3.5 flex-none self-center ${tone === "busy" ? "animate-spin" : ""}`}
      />
      {word}
    </span>
  )
}
