// `dbbackup rebuild --from DESTINATION`: the catalogue made again from the manifests there.
import { setTimeout as sleep } from "node:timers/promises"
import { getRebuild, startRebuild } from "../../schemas/api.ts"
import type { TakenIn } from "../../schemas/catalogue.ts"
import type { Rebuild, RebuildReport } from "../../schemas/rebuild.ts"
import { Fault } from "../core/fault.ts"
import type { Call } from "./client.ts"

const progressMilliseconds = 2000

/** Throws the Fault that ended it. */
export async function rebuild(
  call: Call,
  destination: string,
  say: (line: string) => void,
  catalogue = false,
): Promise<void> {
  let { data: state }: { data: Rebuild } = await call(startRebuild, { body: { destination, catalogue } })
  for (let told = performance.now(); state.status === "running"; ) {
    await sleep(200)
    state = (await call(getRebuild)).data
    if (state.status !== "running" || performance.now() - told < progressMilliseconds) continue
    told = performance.now()
    say(`${state.read} of ${state.found} manifests read`)
  }
  if (state.status === "never")
    throw new Fault("interrupted", "the controller was restarted, and the rebuild with it", {
      hint: "Start it again: what was taken in already stays.",
    })
  if (state.status === "failed") {
    const { code, message, hint } = state.error
    throw new Fault(code, message, hint === null ? {} : { hint })
  }
  for (const line of inLines(state.report)) say(line)
  const { newest, taken } = state.report.catalogue
  if (newest !== null && taken === null)
    say(
      `a copy of another catalogue, of ${newest}, is there: it knows failed runs, logs and pauses as well. dbbackup rebuild --from ${destination} --catalogue takes it in`,
    )
}

export function inLines(report: RebuildReport): string[] {
  const { added, copies, known, deleted, servers, refused, refusedTotal, foreign } = report
  const { taken } = report.catalogue
  const lines = [
    ...(taken === null ? [] : [inWords(taken)]),
    `${plural(added, "backup")} added, ${plural(copies, "copy", "copies")} added to known backups, ${known} known already`,
  ]
  if (servers.length > 0) lines.push(`servers not known before: ${servers.join(", ")}`)
  if (deleted > 0)
    lines.push(`${plural(deleted, "backup")} still there that the catalogue knows as deleted: not listed`)
  for (const { key, problem } of refused) lines.push(`not believed: ${key}: ${problem.message}`)
  if (refusedTotal > refused.length) lines.push(`and ${refusedTotal - refused.length} more`)
  for (const { key, note } of report.unsure) lines.push(`taken in, and not certain: ${key}: ${note}`)
  const unsaid = report.unsureTotal - report.unsure.length
  if (unsaid > 0) lines.push(`and ${unsaid} more`)
  for (const key of report.withoutManifest) lines.push(`no backup, as it has no manifest: ${key}`)
  const unlisted = report.withoutManifestTotal - report.withoutManifest.length
  if (unlisted > 0) lines.push(`and ${unlisted} more`)
  if (foreign > 0) lines.push(`${plural(foreign, "object")} of somebody else`)
  return lines
}

function inWords({ madeAt, backups, runs, servers, decisions }: TakenIn): string {
  const restart =
    decisions === 0
      ? ""
      : `; ${plural(decisions, "decision")} made over the API (pauses, buckets, policies), in force after a restart`
  return `taken in from the copy of ${madeAt}: ${plural(backups, "backup")}, ${plural(runs, "run")}, ${plural(servers, "server")}${restart}`
}

const plural = (count: number, one: string, many = `${one}s`) => `${count} ${count === 1 ? one : many}`
