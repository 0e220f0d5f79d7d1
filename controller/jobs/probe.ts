// A look inside a server's container: its engine, versions and databases. Waits for a server that is still starting.
import { setTimeout as sleep } from "node:timers/promises"
import { Fault } from "../core/fault.ts"
import type { DerivedServer } from "../core/server.ts"
import { detectScript, readDetection } from "../engines/detect.ts"
import type { Access, EngineRules, Probe } from "../engines/engine.ts"
import { rulesFor } from "../engines/registry.ts"
import type { Docker } from "../ports.ts"
import { runTool } from "./tool.ts"

/** A server as far as running tools in it needs. */
export type Target = Pick<
  DerivedServer,
  "id" | "name" | "project" | "service" | "container" | "engine" | "access"
>

export interface Look {
  readonly rules: EngineRules
  readonly access: Access
  readonly probe: Probe
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
  const engine = target.engine ?? readDetection(await runTool(docker, container.id, detectScript(), signal))
  const rules = rulesFor(engine)
  const access = accessOf(target)
  const probe = rules.readProbe(await runTool(docker, container.id, rules.probe(access), signal))
  return { rules, access, probe }
}

/** Like `lookInside`, but a server that is still starting is asked again until the wait is over. A refusal is never waited out. */
export async function lookInsideWhenReady(
  docker: Docker,
  target: Target,
  waitSeconds: number,
  signal: AbortSignal,
): Promise<Look> {
  const until = Date.now() + waitSeconds * 1000
  for (let pauseMilliseconds = 500; ; pauseMilliseconds = Math.min(pauseMilliseconds * 2, 5000)) {
    try {
      return await lookInside(docker, target, signal)
    } catch (error) {
      const starting = error instanceof Fault && error.code === "server-not-ready"
      if (!starting || Date.now() + pauseMilliseconds > until) throw error
    }
    await sleep(pauseMilliseconds, undefined, { signal })
  }
}
