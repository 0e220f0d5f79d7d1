// The throw-away server of a drill: made of the image that was dumped, waited for until it is really ready, and removed whatever happens.
import { setTimeout as sleep } from "node:timers/promises"
import type { Manifest } from "../../schemas/manifest.ts"
import { Fault } from "../core/fault.ts"
import type { Access } from "../engines/engine.ts"
import { scratchWay } from "../engines/scratch-way.ts"
import type { Docker, Scratch, ScratchServer } from "../ports.ts"
import type { Phases } from "./phases.ts"
import { isAway, type Look, lookInside, type Target } from "./probe.ts"
import { must } from "./unfinished-database.ts"

export interface DrillMeans {
  readonly scratch: Scratch
  readonly memoryBytes: () => number
}

export interface DrillServer {
  readonly server: ScratchServer
  readonly look: Look
  /** To load accounts by: the image's own account, which they may change. */
  readonly own: Access
  /** Of its image and its start, for the report. */
  readonly said: string
}

/** As long as a slow disk takes to set a server up. */
const readySeconds = 600
const pauseMilliseconds = 250

/** What is done with the server begins while it starts; `ready` rejects when it never will be. It is gone before this settles. */
export async function withScratch<T>(
  docker: Docker,
  { scratch, memoryBytes }: DrillMeans,
  manifest: Manifest,
  outer: AbortSignal,
  phases: Phases,
  act: (ready: Promise<DrillServer>) => Promise<T>,
): Promise<T> {
  const own = new AbortController()
  const signal = AbortSignal.any([outer, own.signal])
  const { name } = manifest.engine
  const way = scratchWay(name, manifest.server.image, manifest.facts?.attributes)
  const began = performance.now()
  const request = {
    imageId: manifest.server.imageId,
    image: imageOf(manifest),
    passwordVariable: way.passwordVariable,
    command: way.command,
    memoryBytes: memoryBytes(),
  }
  const made = scratch.startScratch(request, signal)
  const start = async (server: ScratchServer): Promise<DrillServer> => {
    const target = targetOf(manifest, server)
    const first = await answers(docker, target, server, signal)
    const account = first.rules.scratch.account
    if (account) await must(docker, first, "making the drill's account", account.make(first.access), signal)
    const access = account ? { user: account.name, passwordEnv: way.passwordVariable } : first.access
    const which = server.isSameImage
      ? `the very image that was dumped, ${manifest.server.image}`
      : `the newest local ${request.image}, as the image that was dumped is gone`
    const seconds = secondsSince(began)
    const { serverVersion } = first.probe
    const said = `a throw-away server, ${name} ${serverVersion}, was made of ${which}: ready after ${seconds} s`
    return { server, look: { ...first, access }, own: first.access, said }
  }
  const ready = phases.take("the server's start", async () => start(await made))
  ready.catch(() => {}) // Told to whoever waits for it.
  try {
    return await act(ready)
  } finally {
    own.abort(new Fault("cancelled", "the drill has ended"))
    await ready.catch(() => {})
    await phases.take("removal", async () => (await made.catch(() => undefined))?.remove())
  }
}

/** A server outside Docker has none: then one of its release, as the official images are named. */
function imageOf({ server, engine }: Manifest): string {
  if (server.imageId !== "") return server.image
  const release = engine.serverVersion.split(".").slice(0, engine.name === "postgres" ? 1 : 2)
  return `${engine.name}:${release.join(".")}`
}

const targetOf = ({ server, engine }: Manifest, { containerId, name }: ScratchServer): Target => ({
  ...{ id: server.id, name, project: null, service: null, engine: engine.name },
  ...{ access: {}, jobs: [], method: "exec", helper: { memoryBytes: 0, images: {} } },
  container: {
    ...{ id: containerId, name, image: server.image, imageId: server.imageId, labels: {} },
    ...{ state: "running", startedAt: null, envNames: [], exposedPorts: [] },
  },
})

/** Throws why it does not: the container has ended, or refuses, or is still not ready at the end of the patience. */
async function answers(
  docker: Docker,
  target: Target,
  server: ScratchServer,
  signal: AbortSignal,
): Promise<Look> {
  const until = performance.now() + readySeconds * 1000
  for (;;) {
    try {
      return await lookInside(docker, target, signal)
    } catch (error) {
      signal.throwIfAborted()
      const ended = await server.whyEnded(signal)
      if (ended) throw ended
      if (!isAway(error) || performance.now() > until) throw error
    }
    await sleep(pauseMilliseconds, undefined, { signal })
  }
}

export const secondsSince = (began: number) => Math.round((performance.now() - began) / 100) / 10
