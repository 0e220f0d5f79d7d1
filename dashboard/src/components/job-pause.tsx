// Whether a job's schedule starts runs, who decided that, and the button that changes it.
import { useMutation, useQuery } from "@tanstack/react-query"
import { isPausedByLabel } from "../../../schemas/in-force.ts"
import type { JobView } from "../../../schemas/job.ts"
import { explain } from "../lib/api-failure.ts"
import { changeJob } from "../lib/queries/schedules.ts"
import { statusQuery } from "../lib/queries/status.ts"
import { pausedWords } from "../lib/words.ts"
import { Button } from "./button.tsx"

export function JobPause({ job }: { readonly job: JobView }) {
  const changing = useMutation(changeJob)
  const all = useQuery(statusQuery()).data?.pausedBy ?? null
  return (
    <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <span>{all === null ? wordsOf(job) : `all schedules are ${pausedWords[all]}`}</span>
      {all === null &&
        choicesFor(job).map(({ change, words }, place) => (
          <Button
            // biome-ignore lint/suspicious/noArrayIndexKey: what was pressed keeps the focus, whatever it is called then
            key={place}
            aria-busy={changing.isPending}
            onClick={() => changing.isPending || changing.mutate({ id: job.id, change })}
            aria-label={`${words}: ${job.serverName}, job ${job.name}`}
          >
            {words}
          </Button>
        ))}
      <span role="status" className="w-full text-xs text-bad empty:hidden">
        {changing.error && refusal(changing.error)}
      </span>
    </span>
  )
}

function wordsOf({ pausedBy, cron, settings }: JobView): string {
  if (pausedBy !== null) return pausedWords[pausedBy]
  if (cron === null) return "only when asked for"
  return isPausedByLabel(settings)
    ? "resumed by a person, though its label pauses it"
    : "started by the schedule"
}

type Choice = { readonly change: "pause" | "resume" | "followLabel"; readonly words: string }

/** A pause by a person is taken back rather than outvoted, so that the label's next word counts again. */
function choicesFor({ pausedBy, cron, settings }: JobView): readonly Choice[] {
  const pause: Choice = { change: "pause", words: "Pause" }
  const resume: Choice = { change: "resume", words: "Resume" }
  const follow: Choice = { change: "followLabel", words: "Follow the label again" }
  if (pausedBy === null && cron === null) return []
  if (pausedBy === null) return isPausedByLabel(settings) ? [follow] : [pause]
  if (pausedBy === "label") return [resume]
  if (pausedBy === "settings") return []
  return isPausedByLabel(settings) ? [resume, follow] : [{ ...follow, words: "Resume" }]
}

function refusal(error: unknown): string {
  const { message, hint } = explain(error)
  return `Not changed: ${message}. ${hint ?? ""}`
}
