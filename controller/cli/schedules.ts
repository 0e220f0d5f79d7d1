// `dbbackup schedules`, `pause`, `resume`, `follow-label`: the jobs and when they run, and who decides whether they do.
import {
  disableSchedule,
  enableSchedule,
  followLabel,
  getStatus,
  listSchedules,
  pauseAll,
  resumeAll,
} from "../../schemas/api.ts"
import { isPausedByLabel } from "../../schemas/in-force.ts"
import type { JobView } from "../../schemas/job.ts"
import { Fault } from "../core/fault.ts"
import type { Call } from "./client.ts"
import { table } from "./table.ts"

export const pausedWords: Readonly<Record<NonNullable<JobView["pausedBy"]>, string>> = {
  label: "paused by its label",
  person: "paused by a person",
  settings: "paused by the settings",
}

export async function schedules(call: Call): Promise<string> {
  const [{ data: jobs }, { data: status }] = await Promise.all([call(listSchedules), call(getStatus)])
  if (jobs.length === 0)
    return "Nothing is scheduled: no container asks for backups. dbbackup servers --why says more."
  const rows = jobs.map((job) => [
    nameOf(job),
    job.schedule,
    job.timeZone,
    job.nextRunAt ?? "-",
    stateOf(job),
  ])
  const list = table(["JOB", "SCHEDULE", "ZONE", "NEXT RUN", "STATE"], rows)
  return status.pausedBy ? `Every schedule is ${pausedWords[status.pausedBy]}.\n\n${list}` : list
}

function stateOf({ pausedBy, cron, settings }: JobView): string {
  if (pausedBy) return pausedWords[pausedBy]
  if (cron === null) return "only when asked for"
  return isPausedByLabel(settings) ? "runs, though its label pauses it" : "runs"
}

/** As it is written on this command line: `SERVER:JOB`. */
const nameOf = ({ serverName, name }: JobView) => `${serverName}:${name}`

/** A job by its id or as SERVER:JOB, or every job of a server. */
async function jobsNamed(call: Call, name: string): Promise<readonly JobView[]> {
  const { data: jobs } = await call(listSchedules)
  const found = jobs.filter((job) =>
    [job.id, nameOf(job), job.serverName, job.serverId].includes(name as never),
  )
  if (found.length > 0) return found
  throw new Fault("not-found", `there is no job ${name}`, {
    hint:
      jobs.length > 0
        ? `There are: ${jobs.map(nameOf).join(", ")}.`
        : "dbbackup servers --why says why there is none.",
  })
}

type Verb = "pause" | "resume" | "follow-label"

/** A pause by a person is taken back rather than outvoted, so that the label's next word counts again. */
function endpointFor(verb: Verb, { settings }: JobView) {
  if (verb === "pause") return disableSchedule
  return verb === "resume" && isPausedByLabel(settings) ? enableSchedule : followLabel
}

/** Throws when one of the jobs does not run although it was to be resumed: something else still stops it. */
export async function change(
  call: Call,
  verb: Verb,
  name: string,
  say: (line: string) => void,
): Promise<void> {
  const stopped: JobView[] = []
  for (const before of await jobsNamed(call, name)) {
    const { data: job } = await call(endpointFor(verb, before), { params: { id: before.id } })
    say(`${nameOf(job)}: ${outcome(job)}`)
    if (verb === "resume" && !job.enabled) stopped.push(job)
  }
  if (stopped.length === 0) return
  const inSettings = stopped.some(({ pausedBy }) => pausedBy === "settings")
  throw new Fault("not-enabled", `still paused: ${stopped.map(nameOf).join(", ")}`, {
    hint: inSettings
      ? "The settings pause every schedule."
      : "Every schedule is paused: dbbackup resume --all.",
  })
}

function outcome({ pausedBy, nextRunAt }: JobView): string {
  if (pausedBy) return `${pausedWords[pausedBy]}; backups asked for by hand still run`
  return nextRunAt ? `runs next at ${nextRunAt}` : "runs only when asked for"
}

export async function changeAll(call: Call, verb: "pause" | "resume"): Promise<string> {
  const { data: jobs } = await call(verb === "pause" ? pauseAll : resumeAll)
  if (verb === "pause") return `Every schedule is paused (${jobs.length}), until dbbackup resume --all.`
  const still = jobs.filter(({ enabled }) => !enabled)
  const exceptions = still.map(
    (job) => `\n${nameOf(job)}: still ${job.pausedBy ? pausedWords[job.pausedBy] : "paused"}`,
  )
  return `Every job follows its own schedule again (${jobs.length - still.length} of ${jobs.length} run).${exceptions.join("")}`
}
