// What a database needs beside itself in a drill: the globals of its run, and the roles that none of them makes.
import type { CompletedBackup } from "../../schemas/backup.ts"
import { faultIn, problemOf } from "../core/fault.ts"
import { copiesToVerify } from "../core/verify-plan.ts"
import { loadDump, proveCopy } from "../pipeline/load.ts"
import type { Catalogue, Docker } from "../ports.ts"
import type { DrillServer } from "./drill-server.ts"
import { ofFirstCopy } from "./first-copy.ts"
import type { Journal } from "./journal.ts"
import { loadRequest } from "./load-request.ts"
import { must } from "./unfinished-database.ts"
import type { Reading } from "./verify-bytes.ts"

/** A copy of a backup, opened for reading. Throws a Fault when it cannot be. */
export type ReadingOf = (backup: CompletedBackup, destination: string) => Reading

const mostListed = 100
const stallSeconds = 900

/** The globals that were dumped in the same run; else the newest of the server. */
function globalsFor(catalogue: Catalogue, { runId, serverId }: CompletedBackup): CompletedBackup | undefined {
  const page = { page: 1, limit: mostListed }
  const isGlobals = (one: { kind: string; status: string }): one is CompletedBackup =>
    one.kind === "globals" && one.status === "completed"
  return (
    catalogue.backups({ runId, status: "completed" }, page).rows.find(isGlobals) ??
    catalogue.backups({ serverId, status: "completed" }, page).rows.find(isGlobals)
  )
}

/** Lines for the report. What cannot be made is told there: whether the database needs it, its own load tells. Throws when aborted. */
export async function loadGlobals(
  deps: { readonly docker: Docker; readonly catalogue: Catalogue; readonly readingOf: ReadingOf },
  backup: CompletedBackup,
  ready: DrillServer,
  journal: Journal,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const globals = globalsFor(deps.catalogue, backup)
  if (!globals) return ["there is no backup of the server's globals: its roles and accounts are not proven"]
  const which = globals.runId === backup.runId ? "the same run" : `another run, of ${globals.finishedAt}`
  try {
    await applyGlobals(
      deps.docker,
      await goodReading(deps.readingOf, globals, signal),
      ready,
      journal,
      signal,
    )
    return [`the globals of ${which} were loaded: ${globals.proof.rawBytes} bytes`]
  } catch (error) {
    signal.throwIfAborted()
    const { message } = faultIn(error) ?? problemOf(error)
    return [`not all globals of ${which} could be loaded: ${message}`]
  }
}

/** Of the first copy that is good. Throws the Fault of the last when none is. */
async function goodReading(
  readingOf: ReadingOf,
  globals: CompletedBackup,
  signal: AbortSignal,
): Promise<Reading> {
  return await ofFirstCopy(
    copiesToVerify(globals, null),
    async ({ destination }) => {
      const reading = readingOf(globals, destination)
      await proveCopy({ ...reading.copy, end: reading.end(), onProgress: () => {}, signal })
      return reading
    },
    signal,
  )
}

/** Throws a Fault when some cannot be made. */
export async function applyGlobals(
  docker: Docker,
  { copy, manifest, onProgress }: Pick<Reading, "copy" | "manifest" | "onProgress">,
  { look, own }: DrillServer,
  journal: Journal,
  signal: AbortSignal,
): Promise<void> {
  const script = () => look.rules.scratch.loadGlobals(own)
  const name = "the globals"
  const how = { copy, manifest, look, name, script, limitSeconds: stallSeconds, onProgress, journal }
  await loadDump(loadRequest(docker, how, signal))
}

/** Lines for the report. */
export async function makeMissingRoles(
  docker: Docker,
  { look }: DrillServer,
  roles: readonly string[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  const script = look.rules.scratch.makeRoles?.(roles, look.access)
  if (!script || roles.length === 0) return []
  const { stdout } = await must(docker, look, "making roles", script, signal)
  const made = stdout.split("\n").filter((line) => line !== "")
  return made.length === 0
    ? []
    : [`roles that the backup needs and no globals have were made, empty: ${made.join(", ")}`]
}
