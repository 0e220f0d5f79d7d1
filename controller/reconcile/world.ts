// The picture of servers, databases and jobs in force now: made by observations, read by the API, the scheduler and jobs.
import type { DockerStatus, Verdict } from "../../schemas/api.ts"
import type { Problem } from "../../schemas/errors.ts"
import type { JobView } from "../../schemas/job.ts"
import { nextRuns } from "../../schemas/scalar.ts"
import type { Database, JobId, Server, ServerId } from "../../schemas/server.ts"
import { databaseViews, type Insight, jobView, retiredView, serverView } from "../core/database-view.ts"
import { Fault } from "../core/fault.ts"
import { databaseIdOf } from "../core/key.ts"
import type { DesiredJob } from "../core/schedule-plan.ts"
import type { DerivedServer } from "../core/server.ts"
import { verdictOf } from "../core/verdict.ts"
import type { Catalogue, Clock, EventHub, ServerRecord } from "../ports.ts"

export interface World {
  /** Takes in what was derived from a listing of every container: what is not in it is gone. */
  see(servers: readonly DerivedServer[]): void
  /** What a look inside a server gave; it stands until the next. */
  learn(id: ServerId, insight: Insight): void
  derived(id: ServerId): DerivedServer | undefined
  /** Wanted jobs of every active server. */
  wantedJobs(): ReadonlyMap<JobId, DesiredJob>
  remembered(): ReadonlyMap<ServerId, ServerRecord>
  /** The server as work needs it. Throws `server-down` when its container is gone, or the reason why it is not backed up. */
  require(id: ServerId): DerivedServer
  servers(): readonly Server[]
  databases(): readonly Database[]
  jobs(): readonly JobView[]
  /** The next times a job fires; undefined when there is no such job. */
  nextRuns(id: string, count: number): readonly Date[] | undefined
  /** What is known of a server's inside; from the catalogue, when it was not looked into yet. */
  insight(id: ServerId): Insight
  verdict(docker: DockerStatus, settingsProblem?: Problem | null): Verdict
}

export function createWorld(deps: {
  readonly catalogue: Catalogue
  readonly events: EventHub
  readonly clock: Clock
  readonly prefix: string
}): World {
  const { catalogue, events, clock, prefix } = deps
  let current: ReadonlyMap<ServerId, DerivedServer> = new Map()
  const insights = new Map<ServerId, Insight>()
  const remembered = new Map(catalogue.servers().map((record) => [record.id, record]))
  const shown = new Map<ServerId, string>()

  const insightOf = (id: ServerId): Insight =>
    insights.get(id) ?? {
      engine: remembered.get(id)?.engine ?? null,
      serverVersion: remembered.get(id)?.serverVersion ?? null,
      databases: catalogue.databases(id),
      problem: null,
      warnings: [],
    }
  const retired = () =>
    [...remembered.values()].filter(({ id, goodLabels }) => !current.has(id) && goodLabels !== null)
  const servers = () => [
    ...[...current.values()].map((server) => serverView(server, insightOf(server.id), prefix)),
    ...retired().map(retiredView),
  ]

  /** Tells those who watch, once per server whose picture has changed. */
  const announce = () => {
    const seen = new Set<ServerId>()
    for (const server of servers()) {
      seen.add(server.id)
      const text = JSON.stringify(server)
      if (shown.get(server.id) === text) continue
      shown.set(server.id, text)
      events.publish({ name: "server.changed", data: { serverId: server.id } })
    }
    for (const id of [...shown.keys()].filter((id) => !seen.has(id))) {
      shown.delete(id)
      events.publish({ name: "server.changed", data: { serverId: id } })
    }
  }

  const save = (record: ServerRecord) => {
    const { lastSeenAt: _, ...before } = remembered.get(record.id) ?? { lastSeenAt: null }
    const { lastSeenAt: __, ...after } = record
    remembered.set(record.id, record)
    if (JSON.stringify(before) !== JSON.stringify(after)) catalogue.saveServer(record)
  }

  return {
    see(derived) {
      const now = clock()
      current = new Map(derived.map((server) => [server.id, server]))
      for (const server of derived)
        if (server.state === "active")
          save(recordOf(server, insightOf(server.id), remembered.get(server.id), now))
      for (const record of retired()) if (record.retiredAt === null) save({ ...record, retiredAt: now })
      announce()
    },
    learn(id, insight) {
      insights.set(id, insight)
      const server = current.get(id)
      if (server?.state === "active") save(recordOf(server, insight, remembered.get(id), clock()))
      announce()
    },
    derived: (id) => current.get(id),
    wantedJobs: () => new Map([...current.values()].flatMap(({ jobs }) => jobs).map((job) => [job.id, job])),
    remembered: () => remembered,
    require(id) {
      const server = current.get(id)
      if (!server)
        throw new Fault("server-down", "the server's container is gone", {
          hint: "Start it again with the same name or dbbackup.id.",
        })
      if (server.state === "conflict")
        throw new Fault("identity-conflict", `${server.name} is ${server.why}`, {
          hint: `Give each container its own ${prefix}.id.`,
        })
      if (server.state !== "active")
        throw new Fault("not-enabled", `${server.name} is ${server.why}`, {
          hint:
            server.state === "misconfigured"
              ? "Correct its labels: GET /api/servers says what is wrong with them."
              : `Set the label ${prefix}.enable=true.`,
        })
      return server
    },
    servers,
    databases: () =>
      servers().flatMap((server) => {
        const jobs = current.get(server.id)?.jobs ?? []
        const views = databaseViews(
          server,
          jobs,
          insightOf(server.id).databases,
          (subject) => historyOf(catalogue, server.id, subject),
          clock(),
        )
        return server.state === "retired" ? views.filter(({ lastBackup }) => lastBackup !== null) : views
      }),
    jobs: () =>
      [...current.values()].flatMap(({ name, jobs }) => jobs.map((job) => jobView(job, name, clock()))),
    nextRuns(id, count) {
      const job = [...current.values()].flatMap(({ jobs }) => jobs).find((job) => job.id === id)
      if (!job || job.spec.schedule.kind === "manual" || job.spec.paused) return job && []
      return nextRuns(job.spec.schedule.pattern, job.timeZone, clock(), count)
    },
    insight: insightOf,
    verdict(docker, settingsProblem = null) {
      return verdictOf(servers(), this.databases(), docker, prefix, clock(), settingsProblem)
    },
  }
}

function historyOf(catalogue: Catalogue, serverId: ServerId, subject: Parameters<typeof databaseIdOf>[1]) {
  const id = databaseIdOf(serverId, subject)
  return { lastGood: catalogue.lastGood(id), lastAttempt: catalogue.lastAttempt(id) }
}

function recordOf(
  server: DerivedServer,
  insight: Insight,
  before: ServerRecord | undefined,
  now: Date,
): ServerRecord {
  return {
    id: server.id,
    name: server.name,
    project: server.project,
    service: server.service,
    engine: server.engine ?? insight.engine,
    serverVersion: insight.serverVersion,
    containerName: server.container.name,
    image: server.container.image,
    goodLabels: server.goodLabels ?? before?.goodLabels ?? null,
    lastSeenAt: now,
    retiredAt: null,
  }
}
