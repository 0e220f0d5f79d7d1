// `dbbackup servers --why [NAME]` and `dbbackup discover`: for each container why it is backed up, by what and when; or why not.
import {
  discoverDatabases,
  getStatus,
  listDatabases,
  listSchedules,
  listServers,
  type ServerDetail,
} from "../../schemas/api.ts"
import type { Problem } from "../../schemas/errors.ts"
import { tellingSettings } from "../../schemas/in-force.ts"
import type { JobView } from "../../schemas/job.ts"
import type { Database } from "../../schemas/server.ts"
import { Fault } from "../core/fault.ts"
import { serverDetails } from "../core/server-detail.ts"
import { ageInWords } from "../core/verdict.ts"
import type { Call } from "./client.ts"
import { pausedWords } from "./schedules.ts"
import { size, table } from "./table.ts"

/** Every server with its jobs and databases, or the one that is named by its own name, its id or its container's name. */
export async function details(call: Call, name?: string): Promise<readonly ServerDetail[]> {
  const [{ data: servers }, { data: jobs }, { data: databases }] = await Promise.all([
    call(listServers),
    call(listSchedules),
    call(listDatabases),
  ])
  const all = serverDetails(servers, jobs, databases)
  if (name === undefined) return all
  const found = all.filter((server) => [server.name, server.id, server.container?.name].includes(name))
  if (found.length > 0) return found
  throw new Fault("not-found", `there is no server ${name}`, {
    hint:
      all.length > 0
        ? `There are: ${all.map((server) => server.name).join(", ")}.`
        : "No server is known yet.",
  })
}

export async function why(call: Call, name?: string): Promise<string> {
  const [servers, { data: status }] = await Promise.all([details(call, name), call(getStatus)])
  const now = new Date()
  const stories = servers.map((server) => story(server, now))
  const all = status.pausedBy === null ? [] : [`Every schedule is ${pausedWords[status.pausedBy]}.`]
  if (stories.length === 0) return [status.verdict.sentence, ...all].join("\n")
  return [...all, ...stories].join("\n\n")
}

/** Has every container and every server looked at now; then says of each whether it is backed up. */
export async function discover(call: Call): Promise<string> {
  const { data } = await call(discoverDatabases)
  const { data: status } = await call(getStatus)
  return [status.verdict.sentence, ...data.map(({ name, why }) => `${name}: ${why}`)].join("\n")
}

function story(server: ServerDetail, now: Date): string {
  const { engine, serverVersion, problems, databases, schedules, suggestedLabels } = server
  return [
    `${server.name}: ${server.why}`,
    ...placeOf(server),
    `  engine     ${engine ?? "not known"}${serverVersion ? ` ${serverVersion}` : ""}`,
    ...problems.map((problem) => `  problem    ${problemText(problem)}`),
    ...databases.flatMap(({ name, overdueDrill }) =>
      overdueDrill ? [`  problem    ${name}: ${problemText(overdueDrill)}`] : [],
    ),
    ...(databases.length > 0 ? ["", indented(databaseTable(databases, now))] : []),
    ...schedules.flatMap((job) => ["", indented(jobText(job))]),
    ...(suggestedLabels === null ? [] : ["", indented(advice(suggestedLabels))]),
  ].join("\n")
}

function placeOf({ container, outside, managed }: ServerDetail): readonly string[] {
  if (outside) {
    const where = managed === "api" ? "added over the API" : "named in dbbackup.yaml"
    return [`  place      ${outside.host}:${outside.port}, outside Docker, ${where}`]
  }
  return container ? [`  container  ${container.name}, ${container.image}, ${container.state}`] : []
}

function problemText({ message, hint }: Problem): string {
  return hint === null ? message : `${message}. ${hint}`
}

function databaseTable(databases: readonly Database[], now: Date): string {
  const rows = databases.map(({ name, state, jobs, server, lastBackup, nextRunAt }) => [
    name,
    state,
    jobs.join(",") || (server.state === "active" ? "none: left out by the label databases" : "-"),
    lastBackup ? `${ageInWords(now.getTime() - Date.parse(lastBackup.finishedAt))} ago` : "never",
    lastBackup ? size(lastBackup.storedBytes) : "-",
    nextRunAt ?? "-",
  ])
  return table(["DATABASE", "STATE", "JOBS", "LAST GOOD", "SIZE", "NEXT RUN"], rows)
}

function jobText(job: JobView): string {
  const when = job.nextRunAt ?? (job.pausedBy ? `none, ${pausedWords[job.pausedBy]}` : "only when asked for")
  const rows = tellingSettings(job.settings).map(({ key, value, source }) => [key, value || "-", source])
  return `job ${job.name}, next run: ${when}\n${indented(table(["KEY", "VALUE", "FROM"], rows))}`
}

function advice(labels: string): string {
  return `Labels for its service in the compose file, then: docker compose up -d\n\n${indented(labels.trimEnd())}`
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "  ")
}
