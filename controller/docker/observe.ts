// What containers there are. Lists them all, and inspects only those of which not enough is known from the last look.
import type { ContainerInfo, ContainerInspectInfo } from "dockerode"
import { Fault } from "../core/fault.ts"
import type { ContainerFacts } from "../ports.ts"
import type { Connection } from "./connection.ts"
import { notDocker, statusOf } from "./faults.ts"

/** What a listing lacks. All but `startedAt` is fixed for a container's life. */
interface Inspected {
  readonly startedAt: string | null
  readonly envNames: readonly string[]
  readonly exposedPorts: readonly string[]
}
interface Known extends Inspected {
  /** Null when it could not be inspected in this state. */
  readonly state: string | null
  readonly facts: ContainerFacts
}

const parallelInspects = 8
const unknown: Inspected = { startedAt: null, envNames: [], exposedPorts: [] }

/**
 * A container restarted between two looks is "up for" less than the time between them. So what is known of it holds as long as
 * its listing says five minutes or more, and the last look was at most four minutes ago.
 */
const trustedGapMs = 4 * 60 * 1000

/**
 * As `Docker.observe`. Each call remembers what it saw for the next one, and a container that has not changed is the same object
 * again: what is made of it need not be made anew.
 */
export function observer(
  connection: Connection,
): (signal: AbortSignal) => Promise<readonly ContainerFacts[]> {
  let known: ReadonlyMap<string, Known> = new Map()
  let lookedAt = Number.NEGATIVE_INFINITY
  return async (signal) => {
    const beganAt = performance.now()
    const listed = await list(connection, signal)
    const usable = beganAt - lookedAt <= trustedGapMs ? known : new Map<string, Known>()
    const seen = new Map<string, Known>()
    const facts = await inParallel(listed, parallelInspects, async (container) => {
      const before = usable.get(container.Id)
      const current = before !== undefined && stillTrue(before, container)
      const inspected = current ? before : await inspect(connection, container.Id, signal)
      if (inspected === "gone") return []
      // One that cannot be inspected is there all the same, and is tried again.
      const refused = inspected === "refused"
      const best = refused ? (known.get(container.Id) ?? unknown) : inspected
      const latest = factsOf(container, best)
      const earlier = known.get(container.Id)?.facts
      const facts = Bun.deepEquals(earlier, latest) && earlier ? earlier : latest
      const { startedAt, envNames, exposedPorts } = facts
      seen.set(container.Id, {
        ...{ startedAt, envNames, exposedPorts, facts },
        state: refused ? null : container.State,
      })
      return [facts]
    })
    known = seen
    lookedAt = beganAt
    return facts.flat()
  }
}

async function list(connection: Connection, signal: AbortSignal): Promise<readonly ContainerInfo[]> {
  try {
    const answer: unknown = await connection.ask("to list containers", signal, (abortSignal) =>
      connection.docker.listContainers({ all: true, abortSignal }),
    )
    if (!Array.isArray(answer)) throw notDocker(connection.endpoint)
    return answer
  } catch (error) {
    if (!(error instanceof Fault) || error.code === "docker-unreachable") throw error
    const { message, hint } = error
    throw new Fault("docker-unreachable", message, { cause: error, ...(hint !== null && { hint }) })
  }
}

async function inspect(
  connection: Connection,
  id: string,
  signal: AbortSignal,
): Promise<Inspected | "gone" | "refused"> {
  try {
    const answer = await connection.ask("to inspect a container", signal, (abortSignal) =>
      connection.docker.getContainer(id).inspect({ abortSignal }),
    )
    return inspectedOf(answer)
  } catch (error) {
    if (statusOf(error) === 404) return "gone"
    if (statusOf(error) !== undefined) return "refused"
    throw error
  }
}

/** Drops the values of the environment: passwords are among them. */
export function inspectedOf({ State, Config }: ContainerInspectInfo): Inspected {
  return {
    startedAt: State.StartedAt.startsWith("0001-") ? null : State.StartedAt,
    envNames: (Config.Env ?? []).map((variable) => variable.split("=", 1)[0] ?? ""),
    exposedPorts: Object.keys(Config.ExposedPorts ?? {}),
  }
}

function stillTrue(before: Known, now: ContainerInfo): boolean {
  if (before.state !== now.State) return false
  return now.State === "created" || saysFiveMinutes(now.Status)
}

/** Whether the status, such as `Up 3 hours (healthy)` or `Exited (0) 7 minutes ago`, says five minutes or more. */
export function saysFiveMinutes(status: string): boolean {
  const minutes = /\b(\d+) minutes\b/.exec(status)?.[1]
  if (minutes !== undefined) return Number(minutes) >= 5
  return /\b(About an hour|\d+ (hours|days|weeks|months|years))\b/.test(status)
}

function factsOf(container: ContainerInfo, { startedAt, envNames, exposedPorts }: Inspected): ContainerFacts {
  return {
    id: container.Id,
    name: nameOf(container),
    image: container.Image,
    imageId: container.ImageID,
    labels: container.Labels ?? {},
    state: container.State,
    startedAt,
    envNames,
    exposedPorts,
  }
}

/** A name with another slash inside is a link's: another container's name for it. */
function nameOf({ Names, Id }: ContainerInfo): string {
  const own = (Names ?? []).find((name) => name.lastIndexOf("/") <= 0)
  return own?.replace(/^\//, "") ?? Id.slice(0, 12)
}

async function inParallel<T, R>(
  items: readonly T[],
  limit: number,
  act: (item: T) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = []
  const queue = items.entries()
  const work = async () => {
    for (const [index, item] of queue) results[index] = await act(item)
  }
  await Promise.all(Array.from({ length: limit }, work))
  return results
}
