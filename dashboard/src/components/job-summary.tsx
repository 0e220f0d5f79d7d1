// What a job does: when, in its own zone; what it keeps; where to; and where each value comes from.
import { useQuery } from "@tanstack/react-query"
import { tellingSettings } from "../../../schemas/in-force.ts"
import type { JobView } from "../../../schemas/job.ts"
import type { SettingInForce } from "../../../schemas/server.ts"
import { formatMoment, formatUtc, listed } from "../lib/format.ts"
import { nextRunsQuery } from "../lib/queries/schedules.ts"
import { statusQuery } from "../lib/queries/status.ts"
import { retentionSentence } from "../lib/retention-words.ts"
import { cronSentence } from "../lib/schedule-words.ts"
import { useNow } from "../lib/use-now.ts"
import { Fact, Facts } from "./facts.tsx"
import { Fold } from "./fold.tsx"
import { JobPause } from "./job-pause.tsx"

const shownRuns = 3

interface Props {
  readonly job: JobView
  /** With the sources shown at once. */
  readonly unfolded?: boolean
}

export function JobSummary({ job, unfolded = false }: Props) {
  return (
    <>
      <Facts>
        <Fact name="Schedule">
          {job.cron === null ? "only when asked for" : `${cronSentence(job.cron)}, ${job.timeZone}`}
        </Fact>
        <Fact name="Runs">
          <JobPause job={job} />
        </Fact>
        <Fact name="Next runs">{job.enabled ? <NextThree job={job} /> : "none while it is paused"}</Fact>
        <Fact name="Retention">{retentionSentence(job.retention)}</Fact>
        <Fact name="Destinations">{listed(job.destinations)}</Fact>
      </Facts>
      <Fold summary="Where each value comes from" open={unfolded}>
        <Sources job={job} />
      </Fold>
    </>
  )
}

function NextThree({ job }: { readonly job: JobView }) {
  const runs = useQuery(nextRunsQuery(job.id, shownRuns))
  const now = useNow()
  if (runs.error) return "could not be loaded"
  if (!runs.data) return <span className="text-muted">…</span>
  if (runs.data.length === 0) return "none"
  return (
    <ol>
      {runs.data.map((iso) => {
        const at = new Date(iso)
        const there = formatMoment(at, { now, timeZone: job.timeZone, withZone: true })
        const here = formatMoment(at, { now, withZone: true })
        return (
          <li key={iso}>
            <time dateTime={iso} title={formatUtc(at)}>
              {there}
              {here !== there && <span className="whitespace-nowrap text-muted"> · here {here}</span>}
            </time>
          </li>
        )
      })}
    </ol>
  )
}

const sourceWords: Readonly<Record<SettingInForce["source"], string>> = {
  label: "label",
  settings: "settings",
  default: "default",
}

function Sources({ job }: { readonly job: JobView }) {
  const prefix = useQuery(statusQuery()).data?.labelPrefix ?? "dbbackup"
  const label = job.name === "default" ? `${prefix}.schedule` : `${prefix}.${job.name}.schedule`
  return (
    <>
      <table className="w-full max-w-xl text-xs leading-5">
        <caption className="sr-only">Values in force and their sources</caption>
        <thead className="sr-only">
          <tr>
            <th scope="col">Key</th>
            <th scope="col">Value</th>
            <th scope="col">Source</th>
          </tr>
        </thead>
        <tbody>
          {tellingSettings(job.settings).map(({ key, value, source }) => (
            <tr key={key} className="border-b border-line align-top">
              <th scope="row" className="py-1 pr-4 text-left font-mono font-normal whitespace-nowrap">
                {key}
              </th>
              <td className="py-1 pr-4 font-mono wrap-anywhere">{value}</td>
              <td className={`py-1 whitespace-nowrap ${source === "label" ? "" : "text-muted"}`}>
                {sourceWords[source]}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="pt-1.5 text-xs text-muted">
        To change a value, set its label on the container, such as <code className="font-mono">{label}</code>.
      </p>
    </>
  )
}
