// A database that a restore is filling: marked as such inside the server, so that nobody else's is ever dropped in its place.
import type { DatabaseFacts } from "../../schemas/manifest.ts"
import type { RestoreId } from "../../schemas/restore.ts"
import { problemOf } from "../core/fault.ts"
import type { Script } from "../engines/engine.ts"
import type { Catalogue, Docker } from "../ports.ts"
import type { Owner } from "./hook.ts"
import type { Journal } from "./journal.ts"
import type { Look, Target } from "./probe.ts"
import { runTool } from "./tool.ts"

/** Not under the signal of the restore: a drop is done after a cancel, too. */
const dropMilliseconds = 120_000
const createMilliseconds = 120_000

/** Runs a script of the engine's rules to its end. Throws the rules' explanation when it fails. */
export async function must(docker: Docker, look: Look, doing: string, script: Script, signal: AbortSignal) {
  const outcome = await runTool(docker, look.place, script, signal)
  if (outcome.code === 0) return outcome
  throw look.rules.explain(doing, outcome, look.access)
}

export interface UnfinishedDatabase {
  /** It is whole as far as loading goes: takes the mark off. */
  release(signal: AbortSignal): Promise<void>
  /** It has another name by now, and no mark: there is nothing to be dropped. */
  forget(): void
  /** It is for the next look at the server to say what of it is left. */
  leave(): void
  /** Drops it; what cannot be dropped now is at the next look at the server. Never rejects. */
  drop(): Promise<void>
}

/** Creates the empty database. Throws when it exists, or the server does not let it. */
export async function createUnfinished(
  { docker, catalogue }: { readonly docker: Docker; readonly catalogue: Catalogue },
  restore: RestoreId,
  target: Target,
  look: Look,
  name: string,
  facts: DatabaseFacts,
  journal: Journal,
  signal: AbortSignal,
): Promise<UnfinishedDatabase> {
  const { rules, access } = look
  const end = { owner: restore, kind: "database" } as const
  const ask = (doing: string, script: Script, under: AbortSignal) =>
    must(docker, look, `${doing} ${name}`, script, under)
  signal.throwIfAborted()
  catalogue.addLooseEnd({ ...end, serverId: target.id, detail: { name } })
  // Not under the signal of the restore: broken off between the two, nobody could tell whose the empty database is.
  const patience = AbortSignal.timeout(createMilliseconds)
  try {
    await ask("creating", rules.createDatabase(name, facts, access), patience)
  } catch (error) {
    catalogue.removeLooseEnd(end)
    throw error
  }
  journal("info", `created the database ${name}`)
  let marked = true
  let isLeft = false
  await ask("marking", rules.claim(name, restore, access), patience).catch((error) => {
    marked = false
    journal("debug", `could not mark ${name} as unfinished: ${problemOf(error).message}`)
  })
  return {
    async release(under) {
      const releasing = marked
      // From here on it may be without its mark, whatever comes of it.
      marked = false
      if (releasing) await ask("releasing", rules.release(name, access), under)
      catalogue.removeLooseEnd(end)
    },
    forget() {
      isLeft = true
      catalogue.removeLooseEnd(end)
    },
    leave() {
      isLeft = true
    },
    async drop() {
      if (isLeft) return
      try {
        if (marked) await dropUnfinished(docker, target, look, name, restore, journal)
        else {
          await ask("dropping", rules.dropDatabase(name, access), AbortSignal.timeout(dropMilliseconds))
          journal("info", `dropped the unfinished database ${name}`)
        }
        catalogue.removeLooseEnd(end)
      } catch (error) {
        journal("error", `the unfinished database ${name} is still there: ${problemOf(error).message}`)
      }
    },
  }
}

/** Drops the database if it carries the mark of that restore, and says what it did. Throws when the server does not let it. */
export async function dropUnfinished(
  docker: Docker,
  target: Target,
  look: Look,
  name: string,
  restore: Owner,
  journal: Journal,
): Promise<void> {
  const script = look.rules.dropUnfinished(name, restore, look.access)
  const signal = AbortSignal.timeout(dropMilliseconds)
  const { stdout } = await must(docker, look, `dropping ${name}`, script, signal)
  if (stdout.trim() === "dropped") journal("info", `dropped the unfinished database ${name}`)
  else journal("info", `no database ${name} on ${target.name} has the mark of this restore: none is dropped`)
}
