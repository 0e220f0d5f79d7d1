// Why something failed, in reading order: cause, what to do, what happens by itself, the last lines the tool wrote.
import { CircleAlert } from "lucide-react"
import type { ReactNode } from "react"
import type { Problem } from "../../../schemas/errors.ts"
import type { LogLine } from "../../../schemas/run.ts"
import { whatHappensNext } from "../lib/words.ts"
import { Section } from "./page.tsx"

const lastLines = 8

interface Props {
  /** `shop was not backed up`: the cause follows after a colon. */
  readonly what: string
  readonly problem: Problem
  /** The log, oldest first. */
  readonly lines: readonly LogLine[]
  /** A sentence about what happens by itself, where more is known than what the kind of problem says. */
  readonly next?: ReactNode
}

export function FailureReport({ what, problem, lines, next }: Props) {
  const last = telling(lines, problem)
  return (
    <Section title="Why">
      <div className="flex items-start gap-2 pt-3">
        <CircleAlert aria-hidden className="mt-0.5 size-4 flex-none text-bad" />
        <div className="min-w-0 max-w-prose">
          <p className="font-medium">
            {what}: {problem.message}.
          </p>
          {problem.hint && <p className="pt-1">{problem.hint}</p>}
          <p className="pt-1 text-muted">
            {next || whatHappensNext(problem)} <code className="font-mono text-xs">{problem.code}</code>
          </p>
        </div>
      </div>
      {last.length > 0 && (
        <div className="pt-4">
          <h3 className="pb-1 text-xs text-muted">Last lines</h3>
          <pre className="border-l-2 border-line bg-sunken px-3 py-2 font-mono text-xs leading-5 break-words whitespace-pre-wrap">
            {last.map(({ message }) => message).join("\n")}
          </pre>
        </div>
      )}
    </Section>
  )
}

/**
 * What the tool said is kept as warnings and errors; where there are none, the end of the log has to do. The controller's
 * own line with the cause is left out: it stands right above.
 */
function telling(lines: readonly LogLine[], cause: Problem): readonly LogLine[] {
  const others = lines.filter(({ message }) => !message.includes(cause.message))
  const loud = others.filter(({ level }) => level === "warn" || level === "error")
  const told = others.filter(({ level }) => level !== "debug")
  return (loud.length > 0 ? loud : told).slice(-lastLines)
}
