// Forgets files that were to be restored: on request, when their time is over, and what a crash left of uploads.
import type { RestoreSource } from "../../schemas/restore-source.ts"
import { Fault, problemOf } from "../core/fault.ts"
import type { Catalogue, Clock, Destination, Log } from "../ports.ts"

export interface ForgetDeps {
  readonly catalogue: Catalogue
  readonly uploads: Destination
  readonly clock: Clock
  readonly log: Log
}

/** Rejects with a Fault, `not-found`, or `in-use` while a restore reads it. */
export async function forgetSource(deps: ForgetDeps, id: string, signal: AbortSignal): Promise<Date> {
  const { catalogue, clock } = deps
  const found = catalogue.source(id)
  if (!found)
    throw new Fault("not-found", `there is no file ${id}`, {
      hint: "List them with GET /api/restores/sources.",
    })
  const reader = readerOf(catalogue, id)
  if (reader !== undefined)
    throw new Fault("in-use", `a restore reads ${found.source.fileName}: ${reader}`, {
      hint: "Wait until it has ended, or cancel it first.",
    })
  await forget(deps, found.source, signal)
  return clock()
}

/** Those whose time is over, and, when nothing else is at work yet, uploads that nobody knows. Never rejects. */
export async function sweepSources(deps: ForgetDeps, isStart: boolean, signal: AbortSignal): Promise<void> {
  const { catalogue, uploads, clock, log } = deps
  try {
    const now = clock()
    for (const source of catalogue.sources())
      if (new Date(source.expiresAt) <= now && readerOf(catalogue, source.id) === undefined)
        await forget(deps, source, signal)
    if (!isStart) return
    await uploads.sweep(signal)
    const known = new Set<string>(catalogue.sources().map(({ id }) => id))
    for await (const key of uploads.list("", signal))
      if (!known.has(key)) {
        await uploads.remove(key, signal)
        log("warn", "removed an upload that was not finished")
      }
  } catch (error) {
    if (!signal.aborted) log("error", `uploads could not be swept: ${problemOf(error).message}`)
  }
}

/** The file first: what is listed is there. */
async function forget({ catalogue, uploads, log }: ForgetDeps, source: RestoreSource, signal: AbortSignal) {
  if (source.origin === "upload") await uploads.remove(source.id, signal)
  catalogue.forgetSource(source.id)
  log("info", `forgot ${source.fileName}, which was to be restored`, { sourceId: source.id })
}

const readerOf = (catalogue: Catalogue, id: string): string | undefined =>
  catalogue.unfinished().restores.find(({ source }) => source?.id === id)?.id
