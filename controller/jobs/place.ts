// Where the tools of a piece of work run: as its job says, in the server's own container or in one beside it.
import type { JobLabels } from "../../schemas/labels.ts"
import type { Engine } from "../../schemas/scalar.ts"
import { Fault } from "../core/fault.ts"
import { usualHelper } from "../core/tool-place.ts"
import type { Probe } from "../engines/engine.ts"
import type { ExecRequest } from "../ports.ts"
import type { Target } from "./probe.ts"

export type Place = Pick<ExecRequest, "containerId" | "helper">

/** @param engine null when that is still to be found out, by the server's own image */
export function placeOf(target: Target, engine: Engine | null): Place {
  const { container, method = "exec", helper = usualHelper } = target
  if (method === "exec") return { containerId: container.id }
  const image = (engine && helper.images[engine]) ?? null
  return { containerId: container.id, helper: { image, memoryBytes: helper.memoryBytes } }
}

/** The server as a job's labels want its tools run; as it is when there is no job. */
export function asJobSays(target: Target, spec: Pick<JobLabels, "method"> | undefined): Target {
  return spec ? { ...target, method: spec.method } : target
}

/** Throws a Fault, `tool-missing`, when the tools of another image than the server's own are older than the server. */
export function requireRecentTool({ helper }: Place, probe: Probe): void {
  if (!helper?.image) return
  if (!isOlder(probe.toolVersion, probe.serverVersion, probe.engine)) return
  const { tool, toolVersion, serverVersion } = probe
  throw new Fault(
    "tool-missing",
    `${tool} ${toolVersion} of ${helper.image} is older than the server, ${serverVersion}`,
    {
      hint: "Name a local image of the server's version or a newer one in the setting helper.images.",
    },
  )
}

/** PostgreSQL's versions are told apart by one number, the others' by two. */
function isOlder(tool: string, server: string, engine: Engine): boolean {
  const parts = (version: string) => version.split(".").slice(0, engine === "postgres" ? 1 : 2)
  const [of, than] = [parts(tool), parts(server)].map((words) =>
    words.map((word) => Number.parseInt(word, 10)),
  )
  for (const [index, number] of (than ?? []).entries()) {
    const own = of?.[index] ?? 0
    if (own !== number) return own < number
  }
  return false
}
