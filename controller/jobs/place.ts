// Where the tools of a piece of work run: as its job says, in the server's own container or in one beside it.
import type { JobLabels } from "../../schemas/labels.ts"
import type { Engine } from "../../schemas/scalar.ts"
import { Fault } from "../core/fault.ts"
import { compareVersions, versionNumbers } from "../core/tool-image.ts"
import { methodOf, usualHelper } from "../core/tool-place.ts"
import type { Probe } from "../engines/engine.ts"
import type { ExecRequest } from "../ports.ts"
import type { Target } from "./probe.ts"

export type Place = Pick<ExecRequest, "containerId" | "helper">

/**
 * @param engine null when that is still to be found out, by the server's own image
 * @param serverVersion of a server outside Docker, once it is known
 */
export function placeOf(target: Target, engine: Engine | null, serverVersion: string | null = null): Place {
  const { container, method = "exec", helper = usualHelper } = target
  const { id: containerId, outside: server } = container
  const image = (engine && helper.images[engine]) ?? null
  const { memoryBytes } = helper
  if (server) return { containerId, helper: { image, memoryBytes, outside: { server, serverVersion } } }
  return method === "exec" ? { containerId } : { containerId, helper: { image, memoryBytes } }
}

/** The server as a job's labels want its tools run; as it is when there is no job. */
export function asJobSays(target: Target, spec: Pick<JobLabels, "method"> | undefined): Target {
  return spec ? { ...target, method: methodOf([spec]) } : target
}

/** Throws a Fault, `tool-missing`, when the tools of another image than the server's own are older than the server. */
export function requireRecentTool({ helper }: Place, probe: Probe): void {
  if (!helper?.image && !helper?.outside) return
  const { tool, toolVersion, serverVersion } = probe
  if (compareTool(probe) >= 0) return
  const from = helper.image ?? "the newest local image"
  throw new Fault(
    "tool-missing",
    `${tool} ${toolVersion} of ${from} is older than the server, ${serverVersion}`,
    {
      hint: "Pull an image of the server's version or a newer one by hand, or name one in the setting helper.images.",
    },
  )
}

/** Below 0 when the tool is older than the server, above when newer. */
export const compareTool = ({ engine, toolVersion, serverVersion }: Probe): number =>
  compareVersions(engine, versionNumbers(toolVersion), versionNumbers(serverVersion))
