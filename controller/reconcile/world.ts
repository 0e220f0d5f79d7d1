// The picture of servers, databases and jobs in force now: made by observations, read by the API, the scheduler and jobs.
import type { DockerStatus, Verdict } from "../../schemas/api.ts"
import type { Problem } from "../../schemas/errors.ts"
import type { JobView } from "../../schemas/job.ts"
import type { Database, DatabaseId, JobId, Server, ServerId } from "../../schemas/server.ts"
import { databaseViews, type Insight, jobView, retiredView, serverView } from "../core/database-view.ts"
import { deadlinesOf, drillDeadlinesOf } from "../core/deadlines.ts"
import { Fault } from "../core/fault.ts"
import { databaseIdOf } from "../core/key.ts"
import { managedBy } from "../core/outside-server.ts"
import type { NoVerdict } from "../core/overdue-drill.ts"
import { type DesiredJob, labelRules, nextRunsAt, type Rules } from "../core/schedule-plan.ts"
import type { DerivedServer } from "../core/server.ts"
import { verdictOf } from "../core/verdict.ts"
import type { Catalogue, Clock, EventHub, Log, ServerRecord } from "../ports.ts"
import { drilledIn, historyOf } from "./database-history.ts"
import { waitingPrunes } from "./held-prunes.ts"
import { createServerMemory, recordOf } from "./server-memory.ts"

export interface World {
  /** Takes in what was derived from a listing of every container: what is not in it is gone. */
  see(servers: readonly DerivedServer[]): void
  /** What a look inside a server gave; it stands until the next. */
  learn(id: ServerId, insight: Insight): void
  derived(id: ServerId): DerivedServer | undefined
  /** Wanted jobs of every active server. */
  wantedJobs(): ReadonlyMap<JobId, DesiredJob>
  /** Those of servers that were looked into without a problem, and can begin to work. */
  knownJobs(): readonly DesiredJob[]
  remembered(): ReadonlyMap<ServerId, ServerRecord>
  /** Takes in a server that is known from its backups only, as one whose container is gone. */
  remember(record: ServerRecord): void
  /** The server as work needs it. Throws `server-down` when its container is gone, or the reason why it is not backed up. */
  require(id: ServerId): DerivedServer
  servers(): readonly Server[]
  databases(): readonly Database[]
  /** When each database that has a good backup will be, or became, late; and so its drills. */
  deadlines(): readonly Deadline[]
  jobs(): readonly JobView[]
  /** The next times a job fires; undefined when there is no such job. */
  nextRuns(id: string, count: number): readonly Date[] | undefined
  /** What is known of a server's inside; from the catalogue, when it was not looked into yet. */
  insight(id: ServerId): Insight
  verdict(docker: DockerStatus, settingsProblem?: Problem | null, catalogueProblem?: Problem | null): Verdict
}

export interface Deadline {
  readonly serverId: ServerId
  readonly databaseId: DatabaseId
  readonly lateAt: Date
  /** Of the drills that are asked for; absent: of its backups. */
  readonly of?: "drill"
}

export function createWorld(deps: {
  readonly catalogue: Catalogue
  readonly events: EventHub
  readonly clock: Clock
  readonly prefix: string
  readonly rules?: Rules
  readonly log?: Log
  /** Of databases whose newest drill reached no verdict. */
  readonly noVerdicts?: () => ReadonlyMap<string, NoVerdict>
}): World {
  const { catalogue, events, clock, prefix, rules = labelRules, log = () => {} } = deps
  const { noVerdicts = () => new Map() } = deps
  let current: ReadonlyMap<ServerId, DerivedServer> = new Map()
  const insights = new Map<ServerId, Insight>()
  const memory = createServerMemory(catalogue, log)
  const { records: remembered, save } = memory
  const shown = new Map<ServerId, string>()
  let lastSeen: readonly DerivedServer[] | undefined

  const insightOf = (id: ServerId): Insight =>
    insights.get(id) ?? {
      engine: remembered.get(id)?.engine ?? null,
      serverVersion: remembered.get(id)?.serverVersion ?? null,
      databases: catalogue.databases(id),
      problem: null,
      warnings: [],
    }
  const isRetired = ({ id, goodLabels }: ServerRecord) => !current.has(id) && goodLabels !== null
  const retired = () => [...remembered.values()].filter(isRetired)
  const viewOf = (id: ServerId): Server | undefined => {
    const server = current.get(id)
    if (server) return serverView(server, insightOf(id), prefix)
    const record = remembered.get(id)
    return record && isRetired(record) ? retiredView(record) : undefined
  }
  const servers = () => [
    ...[...current.values()].map((server) => serverView(server, insightOf(server.id), prefix)),
    ...retired().map(retiredView),
  ]

  /** Tells those who watch, once per server whose picture has changed. */
  const announce = (ids: Iterable<ServerId>) => {
    for (const id of ids) {
      const view = viewOf(id)
      const text = view && Bun.hash(JSON.stringify(view)).toString(36)
      if (shown.get(id) === text) continue
      if (text === undefined) shown.delete(id)
      else shown.set(id, text)
      events.publish({ name: "server.changed", data: { serverId: id } })
    }
  }

  return {
    see(derived) {
      const unsaved = memory.takeUnsaved()
      if (derived === lastSeen && !unsaved) return
      lastSeen = derived
      const now = clock()
      const before = current
      // What reads the same keeps its identity, and costs nothing further on.
      current = new Map(
        derived.map((server) => {
          const known = before.get(server.id)
          return [server.id, known && Bun.deepEquals(known, server) ? known : server]
        }),
      )
      const changed = new Set<ServerId>()
      for (const [id, server] of current) {
        const isNew = server !== before.get(id)
        if (isNew) changed.add(id)
        if (server.state === "active" && (isNew || unsaved))
          save(recordOf(server, insightOf(id), remembered.get(id), now))
      }
      for (const record of retired()) {
        if (record.retiredAt === null) save({ ...record, retiredAt: now })
        if (before.has(record.id) || !shown.has(record.id)) changed.add(record.id)
      }
      for (const id of before.keys()) if (!current.has(id)) changed.add(id)
      announce(changed)
    },
    learn(id, insight) {
      insights.set(id, insight)
      const server = current.get(id)
      if (server?.state === "active") save(recordOf(server, insight, remembered.get(id), clock()))
      announce([id])
    },
    derived: (id) => current.get(id),
    wantedJobs: () => new Map([...current.values()].flatMap(({ jobs }) => jobs).map((job) => [job.id, job])),
    knownJobs: () =>
      [...current.values()].flatMap(({ id, jobs }) => (insights.get(id)?.problem === null ? jobs : [])),
    remembered: () => remembered,
    remember(record) {
      save(record)
      announce([record.id])
    },
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
    databases() {
      const doubts = new Map(catalogue.doubts().map((doubt) => [doubt.databaseId, doubt]))
      const drills = catalogue.lastDrills()
      const [drilledBy, tried] = [drilledIn(catalogue), noVerdicts()]
      const held = waitingPrunes(catalogue, catalogue.heldPrunes(), (id) => current.get(id), clock())
      return servers().flatMap((server) => {
        const jobs = current.get(server.id)?.jobs ?? []
        const views = databaseViews(
          server,
          jobs,
          insightOf(server.id).databases,
          (subject) => {
            const id = databaseIdOf(server.id, subject)
            return {
              ...historyOf(catalogue, doubts, held, server.id, subject),
              ...{ lastDrill: drills.get(id), noVerdict: tried.get(id), drilledBy: drilledBy(id) },
            }
          },
          clock(),
          rules,
        )
        return server.state === "retired" ? views.filter(({ lastBackup }) => lastBackup !== null) : views
      })
    },
    deadlines() {
      const drilledBy = drilledIn(catalogue)
      return [...current.values()].flatMap(({ id, state, jobs }) => {
        if (state !== "active") return []
        const { databases } = insightOf(id)
        const drills = drillDeadlinesOf(id, jobs, databases, drilledBy, rules)
        return [
          ...deadlinesOf(id, jobs, databases, (databaseId) => catalogue.lastGood(databaseId), rules),
          ...drills.map((deadline) => ({ ...deadline, of: "drill" as const })),
        ]
      })
    },
    jobs: () =>
      [...current.values()].flatMap(({ name, jobs, container }) =>
        jobs.map((job) => jobView(job, name, clock(), rules, managedBy(container))),
      ),
    nextRuns(id, count) {
      const job = [...current.values()].flatMap(({ jobs }) => jobs).find((job) => job.id === id)
      return job && nextRunsAt(job, clock(), count, rules)
    },
    insight: insightOf,
    verdict(docker, settingsProblem = null, catalogueProblem = null) {
      const bad = catalogue.badCopies()
      return verdictOf(
        servers(),
        this.databases(),
        docker,
        prefix,
        clock(),
        settingsProblem,
        bad,
        catalogueProblem,
      )
    },
  }
}
