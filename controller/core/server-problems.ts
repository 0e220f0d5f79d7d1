// What is wrong with a server that its labels alone cannot tell: names nobody defined, a name claimed twice, a container that is down.
import type { Problem } from "../../schemas/errors.ts"
import type { Engine } from "../../schemas/scalar.ts"
import type { ContainerFacts } from "../ports.ts"
import type { JobSpec } from "./labels.ts"
import { nearest } from "./suggest.ts"

/** A tool can be run in it. */
export const isUp = ({ state }: ContainerFacts) => state === "running"

/** A server that is down has its jobs, and each of their runs fails: said before the first of them does. */
export function notRunning(name: string, container: ContainerFacts, prefix: string): readonly Problem[] {
  const { state } = container
  if (isUp(container)) return []
  return [
    {
      code: "server-down",
      message: `the container of ${name} is not running (${state})`,
      hint: `${remedy(container)} If it needs no more backups, set ${prefix}.enable=false, or remove it: its backups stay.`,
      key: null,
      suggestion: null,
    },
  ]
}

function remedy({ state, name }: ContainerFacts): string {
  // Docker calls it so while it waits before the next try of a container that has ended by itself.
  if (state === "restarting") return `It ends each time it is started: docker logs ${name} says why.`
  return `Start it: docker ${state === "paused" ? "unpause" : "start"} ${name}.`
}

/** Each name that is not defined once, under the label that says it first. */
export function unknownDestinations(
  jobs: readonly JobSpec[],
  operator: { readonly prefix: string; readonly destinations: readonly string[] },
): readonly Problem[] {
  const unknown = new Map<string, string>()
  for (const { labels, writtenAs } of jobs)
    for (const name of labels.destinations ?? [])
      if (!operator.destinations.includes(name) && !unknown.has(name))
        unknown.set(name, writtenAs.destinations ?? `${operator.prefix}.destinations`)
  return [...unknown].map(([name, key]) => {
    const near = nearest(name, operator.destinations)
    return {
      code: "destination-unknown",
      message: `there is no destination named ${name}`,
      hint: `${near === null ? "" : `Did you mean ${near}? `}Defined are: ${operator.destinations.join(", ")}.`,
      key,
      suggestion: near,
    }
  })
}

/** What the labels ask for and the engine does not know: one instant for all databases. @param engine null when it is not known */
export function unableSnapshots(
  jobs: readonly JobSpec[],
  engine: Engine | null,
  prefix: string,
): readonly Problem[] {
  const job = jobs.find(({ labels }) => labels.snapshot === "server")
  if (job === undefined || engine !== "postgres") return []
  const key = job.writtenAs.snapshot ?? `${prefix}.snapshot`
  return [
    {
      code: "label-not-in-force",
      message: `${key}: PostgreSQL cannot show several databases at one instant`,
      hint: "Each is dumped at an instant of its own, and its manifest says how far they are apart. Set it to database, or remove it.",
      key,
      suggestion: "database",
    },
  ]
}

export function conflict(name: string, containers: readonly string[], prefix: string): Problem {
  return {
    code: "identity-conflict",
    message: `${containers.length} running containers claim the name ${name}: ${[...containers].sort().join(", ")}`,
    hint: `Give each its own ${prefix}.id. None of them is backed up until then.`,
    key: `${prefix}.id`,
    suggestion: null,
  }
}
