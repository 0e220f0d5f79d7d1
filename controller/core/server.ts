// Containers as Docker shows them → servers with their jobs, or the reason why there are none. Says nothing about time.
import type { Problem } from "../../schemas/errors.ts"
import type { ServerLabels } from "../../schemas/labels.ts"
import type { Engine } from "../../schemas/scalar.ts"
import type { ServerId, ServerState, SettingInForce } from "../../schemas/server.ts"
import type { ContainerFacts, ServerRecord } from "../ports.ts"
import { identityOf, isIgnored, isLive } from "./identity.ts"
import { jobIdOf } from "./key.ts"
import { type JobSpec, type ParsedLabels, parseLabels } from "./labels.ts"
import { type DesiredJob, desiredJob } from "./schedule-plan.ts"

/** What the operator set, as far as labels refer to it. */
export interface DerivationSettings {
  readonly prefix: string
  readonly discovery: "labels" | "auto"
  readonly timeZone: string
  /** Names of the destinations there are, in order. */
  readonly destinations: readonly string[]
}

export interface DerivedJob extends DesiredJob {
  readonly settings: readonly SettingInForce[]
}

export interface DerivedServer {
  readonly id: ServerId
  readonly name: string
  readonly project: string | null
  readonly service: string | null
  readonly container: ContainerFacts
  /** By label, else guessed from the image; null when only a look inside can tell. */
  readonly engine: Engine | null
  readonly access: Pick<ServerLabels, "user" | "password-env" | "password-file">
  readonly state: Exclude<ServerState, "retired">
  readonly why: string
  readonly problems: readonly Problem[]
  readonly jobs: readonly DerivedJob[]
  /** Labels to remember as good. Null when what is in force is older than what the container says. */
  readonly goodLabels: Readonly<Record<string, string>> | null
}

type GuessEngine = (container: ContainerFacts) => Engine | null

/** Every database server among the containers, and every container that carries one of our labels. Sorted by name. */
export function deriveServers(
  containers: readonly ContainerFacts[],
  settings: DerivationSettings,
  remembered: ReadonlyMap<ServerId, ServerRecord>,
  guess: GuessEngine,
): readonly DerivedServer[] {
  const candidates = containers
    .filter((container) => !isIgnored(container, settings.prefix))
    .map((container): Candidate => {
      const engine = guess(container)
      const enabledByDefault = settings.discovery === "auto" && engine !== null
      const parsed = parseLabels(container.labels, settings.prefix, enabledByDefault)
      return { container, ...identityOf(container, settings.prefix), engine, parsed }
    })
    .filter(({ parsed, engine }) => parsed.kind !== "absent" || engine !== null)
  const byId = Map.groupBy(candidates, ({ id }) => id)
  return [...byId.values()]
    .map((claims) => {
      const live = claims.filter(({ container }) => isLive(container))
      const rivals = live.length > 1 ? live : []
      const chosen = live[0] ?? newest(claims)
      return derive(
        chosen,
        rivals.map(({ container }) => container.name),
        settings,
        remembered.get(chosen.id),
      )
    })
    .sort((a, b) => a.name.localeCompare(b.name))
}

type Candidate = {
  readonly container: ContainerFacts
  readonly id: ServerId
  readonly name: string
  readonly project: string | null
  readonly service: string | null
  readonly engine: Engine | null
  readonly parsed: ParsedLabels
}

function newest(claims: readonly [Candidate, ...Candidate[]] | readonly Candidate[]): Candidate {
  const [first, ...rest] = claims
  if (!first) throw new Error("a group of containers is never empty")
  return rest.reduce((a, b) => ((b.container.startedAt ?? "") > (a.container.startedAt ?? "") ? b : a), first)
}

function derive(
  candidate: Candidate,
  rivals: readonly string[],
  settings: DerivationSettings,
  remembered: ServerRecord | undefined,
): DerivedServer {
  const { container, id, name, project, service, parsed } = candidate
  const base = {
    id,
    name,
    project,
    service,
    container,
    engine: candidate.engine,
    access: {},
    jobs: [],
    goodLabels: null,
    problems: [],
  }
  if (rivals.length > 1) {
    const problem = conflict(name, rivals, settings.prefix)
    return { ...base, state: "conflict", why: `not backed up: ${problem.message}`, problems: [problem] }
  }
  switch (parsed.kind) {
    case "absent":
      return {
        ...base,
        state: "unprotected",
        why: `not backed up: the container has no ${settings.prefix}.enable label`,
      }
    case "disabled":
      return { ...base, state: "disabled", why: `not backed up: ${settings.prefix}.enable=false says so` }
    case "not-enabled":
      return {
        ...base,
        state: "unprotected",
        why: `not backed up: it has labels, but not ${settings.prefix}.enable`,
        problems: parsed.problems,
      }
    case "bad":
      return lastGood(base, parsed.problems, settings, remembered)
    case "good": {
      const unknown = unknownDestinations(parsed.jobs, settings)
      if (unknown.length > 0) return lastGood(base, unknown, settings, remembered)
      return active(base, parsed, settings, container.labels)
    }
  }
}

type Base = Omit<DerivedServer, "state" | "why">
type Good = Extract<ParsedLabels, { kind: "good" }>

function active(
  base: Base,
  parsed: Good,
  settings: DerivationSettings,
  goodLabels: Readonly<Record<string, string>>,
): DerivedServer {
  const { server } = parsed
  const jobs = parsed.jobs.map((spec) => jobOf(base, spec, settings))
  return {
    ...base,
    engine: server.type ?? base.engine,
    access: server,
    state: "active",
    why: `backed up by ${jobs.length === 1 ? "its job" : "its jobs"} ${jobs.map((job) => job.name).join(", ")}`,
    jobs,
    goodLabels: ownLabels(goodLabels, settings.prefix),
  }
}

/** Mistakes never stop what ran well before: the last good labels stay in force, with the mistakes in sight. */
function lastGood(
  base: Base,
  problems: readonly Problem[],
  settings: DerivationSettings,
  remembered: ServerRecord | undefined,
): DerivedServer {
  const parsed = remembered?.goodLabels
    ? parseLabels(remembered.goodLabels, settings.prefix, settings.discovery === "auto")
    : undefined
  if (parsed?.kind !== "good" || unknownDestinations(parsed.jobs, settings).length > 0) {
    return { ...base, state: "misconfigured", why: "not backed up: its labels have mistakes", problems }
  }
  const server = active(base, parsed, settings, {})
  return {
    ...server,
    why: `${server.why}, by its last good labels: the new ones have mistakes`,
    problems,
    goodLabels: null,
  }
}

function jobOf(base: Base, spec: JobSpec, settings: DerivationSettings): DerivedJob {
  const timeZone = spec.labels.timezone ?? settings.timeZone
  const destinations = spec.labels.destinations ?? settings.destinations
  const inForce = spec.settings.map((setting): SettingInForce => {
    if (setting.source === "label") return setting
    if (setting.key === "timezone") return { ...setting, value: timeZone, source: "settings" }
    if (setting.key === "destinations")
      return { ...setting, value: destinations.join(","), source: "settings" }
    return setting
  })
  const job = desiredJob(jobIdOf(base.id, spec.name), base.id, spec.name, spec.labels, timeZone, destinations)
  return { ...job, settings: inForce }
}

function unknownDestinations(jobs: readonly JobSpec[], settings: DerivationSettings): Problem[] {
  const unknown = new Set(
    jobs
      .flatMap((job) => job.labels.destinations ?? [])
      .filter((name) => !settings.destinations.includes(name)),
  )
  return [...unknown].map((name) => ({
    code: "destination-unknown",
    message: `there is no destination named ${name}`,
    hint: `Defined are: ${settings.destinations.join(", ")}.`,
    key: `${settings.prefix}.destinations`,
    suggestion: null,
  }))
}

function conflict(name: string, containers: readonly string[], prefix: string): Problem {
  return {
    code: "identity-conflict",
    message: `${containers.length} running containers claim the name ${name}: ${[...containers].sort().join(", ")}`,
    hint: `Give each its own ${prefix}.id. None of them is backed up until then.`,
    key: `${prefix}.id`,
    suggestion: null,
  }
}

function ownLabels(labels: Readonly<Record<string, string>>, prefix: string): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => key.startsWith(`${prefix}.`)))
}
