// A place beside the server for a large dump or load of a job that leaves open where its tools run. Whether one works there is tried once
// for each container: an engine, a proxy before it or the server's own rules for who may connect can be against it.

import type { JobLabels } from "../../schemas/labels.ts"
import type { DesiredJob } from "../core/schedule-plan.ts"
import { helperPays, usualHelper } from "../core/tool-place.ts"
import type { Catalogue, Docker, NewBackup } from "../ports.ts"
import { failureOf, type Journal } from "./journal.ts"
import { type Place, placeOf } from "./place.ts"
import { isAway, type Look, type Target } from "./probe.ts"
import { runTool } from "./tool.ts"

export interface Beside {
  /** Where to make the dump of these databases: in a helper if that is faster and works, else where the look was. */
  placeFor(
    job: DesiredJob,
    target: Target,
    look: Look,
    backups: readonly NewBackup[],
    journal: Journal,
    signal: AbortSignal,
  ): Promise<Place>
  /** The same for a load of so many bytes. @param method of the job; absent: there is none */
  placeForLoad(
    method: JobLabels["method"] | undefined,
    target: Target,
    look: Look,
    rawBytes: number,
    journal: Journal,
    signal: AbortSignal,
  ): Promise<Place>
}

export function createBeside(deps: {
  readonly docker: Docker
  readonly catalogue: Pick<Catalogue, "newestGood" | "run">
  readonly log: Parameters<typeof failureOf>[1]
}): Beside {
  const { docker, catalogue, log } = deps
  /** By container and start of it. */
  const works = new Map<string, boolean>()

  async function tryOut(look: Look, place: Place, journal: Journal, signal: AbortSignal): Promise<boolean> {
    try {
      look.rules.readProbe(await runTool(docker, place, look.rules.probe(look.access), signal))
      return true
    } catch (error) {
      signal.throwIfAborted()
      if (isAway(error)) throw error
      const { message } = failureOf(error, log)
      journal("info", `large dumps and loads run in the server's own container: beside it, ${message}`)
      return false
    }
  }

  async function besideIfItWorks(
    target: Target,
    look: Look,
    journal: Journal,
    signal: AbortSignal,
  ): Promise<Place> {
    const { helper = usualHelper, container } = target
    const place = placeOf(
      { ...target, method: "helper", helper: { ...helper, images: {} } },
      look.probe.engine,
    )
    const key = `${container.id} ${container.startedAt}`
    const worksThere = works.get(key) ?? (await tryOut(look, place, journal, signal))
    works.set(key, worksThere)
    return worksThere ? place : look.place
  }

  return {
    async placeFor(job, target, look, backups, journal, signal) {
      if (job.spec.method !== "auto" || look.place.helper) return look.place
      const attempt = catalogue.run(backups[0]?.runId ?? "")?.attempt ?? 1
      const last = backups.flatMap(({ databaseId }) => catalogue.newestGood(job.id, databaseId) ?? [])
      const lastRawBytes = last.reduce((sum, { proof }) => sum + proof.rawBytes, 0)
      if (!helperPays(lastRawBytes, attempt)) return look.place
      return await besideIfItWorks(target, look, journal, signal)
    },
    async placeForLoad(method, target, look, rawBytes, journal, signal) {
      if (method !== "auto" || look.place.helper || !helperPays(rawBytes, 1)) return look.place
      return await besideIfItWorks(target, look, journal, signal)
    },
  }
}
