// A look inside a server's container: its engine, versions and databases.
import type { FaultCode } from "../../schemas/errors.ts"
import { Fault } from "../core/fault.ts"
import type { DerivedServer } from "../core/server.ts"
import { detectScript, readDetection } from "../engines/detect.ts"
import type { Access, EngineRules, Probe } from "../engines/engine.ts"
import { explainOutside, requireEngine } from "../engines/outside-explain.ts"
import { rulesFor } from "../engines/registry.ts"
import type { Docker } from "../ports.ts"
import { compareTool, type Place, placeOf, requireRecentTool } from "./place.ts"
import { runTool } from "./tool.ts"

/** A server as far as running tools in it needs. */
export type Target = Pick<
  DerivedServer,
  "id" | "name" | "project" | "service" | "container" | "engine" | "access" | "jobs" | "method" | "helper"
>

export interface Look {
  readonly rules: EngineRules
  readonly access: Access
  readonly probe: Probe
  /** Where it was asked, and its tools run. */
  readonly place: Place
}

export function accessOf(target: Pick<Target, "access">): Access {
  const { user, "password-env": passwordEnv, "password-file": passwordFile } = target.access
  return { user, passwordEnv, passwordFile }
}

/** Throws a Fault that says why the server cannot be dumped now. */
export async function lookInside(docker: Docker, target: Target, signal: AbortSignal): Promise<Look> {
  const { container, name } = target
  if (container.state !== "running") {
    const hint = container.state === "paused" ? "Unpause it: docker unpause" : "Start it: docker start"
    throw new Fault("server-down", `the container of ${name} is not running (${container.state})`, {
      hint: `${hint} ${container.name}.`,
    })
  }
  const engine =
    target.engine ?? readDetection(await runTool(docker, placeOf(target, null), detectScript(), signal))
  const rules = rulesFor(engine)
  const access = accessOf(target)
  const { outside } = container
  const ask = async (place: Place) => {
    const outcome = await runTool(docker, place, rules.probe(access), signal)
    try {
      return rules.readProbe(outcome)
    } catch (error) {
      throw outside && error instanceof Fault ? explainOutside(error, outside) : error
    }
  }
  let place = placeOf(target, engine)
  let probe = await ask(place)
  if (outside) requireEngine(probe)
  if (outside && compareTool(probe) > 0) {
    // Much newer tools write what an older server does not understand: there may be some of its own age.
    place = placeOf(target, engine, probe.serverVersion)
    probe = await ask(place)
  }
  requireRecentTool(place, probe)
  return { rules, access, probe, place }
}

const awayCodes: readonly FaultCode[] = [
  "host-unknown",
  "server-down",
  "server-not-ready",
  "server-lost",
  "docker-unreachable",
]

/** Whether a code says that a server is not there for now, rather than that it refuses. */
export const meansAway = (code: FaultCode): boolean => awayCodes.includes(code)

export const isAway = (error: unknown): error is Fault => error instanceof Fault && meansAway(error.code)
