// Containers as Docker shows them → servers with their jobs, or the reason why there are none. Says nothing about time.
import type { Problem } from "../../schemas/errors.ts"
import type { ServerLabels } from "../../schemas/labels.ts"
import type { Engine } from "../../schemas/scalar.ts"
import type { ServerId, ServerState } from "../../schemas/server.ts"
import type { ContainerFacts, ServerRecord } from "../ports.ts"
import { type DerivedJob, derivedJob } from "./derived-job.ts"
import { unknownKeys, wouldStayPlain } from "./encryption-asked.ts"
import { goodLabels } from "./good-labels.ts"
import { identityOf, isIgnored, isLive } from "./identity.ts"
import type { OperatorRetention } from "./job-retention.ts"
import { readingLabels } from "./label-memory.ts"
import { strayLabels } from "./label-strays.ts"
import { type OperatorWords, type ParsedLabels, parseLabels } from "./labels.ts"
import { askedRestore, stricter } from "./restorable.ts"
import { conflict, isUp, notRunning, unableSnapshots, unknownDestinations } from "./server-problems.ts"
import { type HelperSettings, type Method, methodOf, usualHelper } from "./tool-place.ts"
import { unmet } from "./unmet.ts"

/** What the operator set, as far as labels refer to it. */
export interface DerivationSettings extends OperatorWords {
  readonly prefix: string
  readonly discovery: "labels" | "auto"
  readonly timeZone: string
  /** Names of the destinations there are, in order. */
  readonly destinations: readonly string[]
  /** The same of encryption keys. */
  readonly keys: readonly string[]
  /** Those that can keep a copy from being deleted; none when absent. */
  readonly lockable?: readonly string[]
  /** What a helper container is given; the usual when not said. */
  readonly helper?: HelperSettings
  readonly operatorRetention?: OperatorRetention
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
  /** How it is looked into, and with what; a job at work says for itself. */
  readonly method?: Method
  readonly helper?: HelperSettings
  /** Which restores into it are allowed. */
  readonly restore: ServerLabels["restore"]
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
  const read = readingLabels(settings)
  const candidates = containers
    .filter((container) => !isIgnored(container, settings.prefix))
    .map((container): Candidate => {
      const engine = guess(container)
      const enabledByDefault = settings.discovery === "auto" && engine !== null
      const parsed = read(container.labels, enabledByDefault)
      const strays = strayLabels(container.labels, settings.prefix)
      return { container, ...identityOf(container, settings.prefix), engine, parsed, strays }
    })
    .filter(({ parsed, engine, strays }) => parsed.kind !== "absent" || engine !== null || strays.length > 0)
  const byId = Map.groupBy(candidates, ({ id }) => id)
  return [...byId.values()]
    .map((claims) => {
      // Who says enable=false, or nothing, claims no name that another asks to be backed up by.
      const asking = claims.filter(({ parsed }) => parsed.kind === "good" || parsed.kind === "bad")
      const claimants = asking.length > 0 ? asking : claims
      const live = claimants.filter(({ container }) => isLive(container))
      const rivals = live.length > 1 ? live : []
      const chosen = live[0] ?? newest(claimants)
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
  readonly strays: readonly Problem[]
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
  const { container, id, name, project, service, parsed, strays } = candidate
  const base = {
    id,
    name,
    project,
    service,
    container,
    engine: candidate.engine,
    access: {},
    restore: askedRestore(container, settings.prefix),
    jobs: [],
    goodLabels: null,
    problems: strays,
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
      return {
        ...base,
        problems: [],
        state: "disabled",
        why: `not backed up: ${settings.prefix}.enable=false says so`,
      }
    case "not-enabled":
      return {
        ...base,
        state: "unprotected",
        why: `not backed up: it has labels, but not ${settings.prefix}.enable`,
        problems: [...strays, ...parsed.problems],
      }
    case "bad":
      return lastGood(base, parsed.problems, settings, remembered)
    case "good": {
      const unknown = undefinedNames(parsed.jobs, settings)
      if (unknown.length > 0) return lastGood(base, unknown, settings, remembered)
      const { stopping } = unmet(parsed.jobs, parsed.server.type ?? base.engine, settings)
      if (stopping.length > 0) return lastGood(base, stopping, settings, remembered)
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
  labels: Readonly<Record<string, string>>,
): DerivedServer {
  const { server } = parsed
  const engine = server.type ?? base.engine
  const jobs = parsed.jobs.map((spec) => derivedJob(base.id, spec, settings))
  const names = `${jobs.length === 1 ? "its job" : "its jobs"} ${jobs.map((job) => job.name).join(", ")}`
  const { state } = base.container
  return {
    ...base,
    engine,
    access: server,
    restore: stricter(base.restore, server.restore),
    state: "active",
    why: isUp(base.container)
      ? `backed up by ${names}`
      : `backed up by ${names} once its container runs (it is ${state})`,
    problems: [
      ...base.problems,
      ...notRunning(base.name, base.container, settings.prefix),
      ...unmet(parsed.jobs, engine, settings).notes,
      ...unableSnapshots(parsed.jobs, engine, settings.prefix),
    ],
    jobs,
    method: methodOf(parsed.jobs.map(({ labels }) => labels)),
    helper: settings.helper ?? usualHelper,
    goodLabels: goodLabels(labels, settings),
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
    ? parseLabels(remembered.goodLabels, settings.prefix, settings.discovery === "auto", settings)
    : undefined
  const usable =
    parsed?.kind === "good" &&
    undefinedNames(parsed.jobs, settings).length === 0 &&
    !wouldStayPlain(base.container.labels, settings.prefix, parsed.jobs) &&
    unmet(parsed.jobs, parsed.server.type ?? base.engine, settings).stopping.length === 0
  if (!usable) {
    const refused = problems.every(({ code }) => code === "label-not-in-force")
    const why = refused ? "its labels ask for what is not in force" : "its labels have mistakes"
    return {
      ...base,
      state: "misconfigured",
      why: `not backed up: ${why}`,
      problems: [...problems, ...base.problems],
    }
  }
  const server = active(base, parsed, settings, {})
  return {
    ...server,
    why: `${server.why}, by its last good labels: the new ones have mistakes`,
    problems: [...problems, ...server.problems],
    goodLabels: null,
  }
}

const undefinedNames = (jobs: Good["jobs"], settings: DerivationSettings): readonly Problem[] => [
  ...unknownDestinations(jobs, settings),
  ...unknownKeys(jobs, settings),
]
