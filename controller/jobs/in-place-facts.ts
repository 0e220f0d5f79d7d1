// What a restore into a database must know of it before its plan: who is in it, what is in it, and whether the engine can do it.
import type { CleanOptions, ReplaceOptions } from "../../schemas/restore.ts"
import type { InPlaceFacts } from "../core/in-place-plan.ts"
import { orderOf } from "./in-place-work.ts"
import type { Ready } from "./ready.ts"
import type { RestoreDeps, RestoreRequest } from "./restore.ts"
import { runTool } from "./tool.ts"
import { must } from "./unfinished-database.ts"

type Found = Pick<
  InPlaceFacts,
  "occupied" | "refusal" | "atomic" | "rowsThere" | "attributesThere" | "relationsThere"
>

export async function foundInPlace(
  { docker }: Pick<RestoreDeps, "docker">,
  { manifest: backup }: Pick<RestoreRequest, "manifest">,
  options: CleanOptions | ReplaceOptions,
  { look }: Ready,
  signal: AbortSignal,
): Promise<Found> {
  const { rules, access, probe } = look
  const { name } = options
  const answer = await must(docker, look, `looking at ${name}`, rules.inPlace.occupied(name, access), signal)
  const occupied = rules.inPlace.readOccupied(answer)
  const there = probe.databases.find((database) => database.name === name)
  const order = orderOf("", options)
  const { serverVersion } = probe
  return {
    occupied,
    refusal: rules.inPlace.refusal({ backup, order, there, serverVersion }),
    atomic: rules.inPlace.atomic || order.content === "data",
    relationsThere: occupied ? await presentIn(docker, look, name, signal) : [],
    rowsThere: occupied ? await rowsThere(docker, look, name, signal) : null,
    attributesThere: there?.facts.attributes ?? {},
  }
}

/** Tables and views, by the names that a fingerprint has. */
export async function presentIn(
  docker: RestoreDeps["docker"],
  look: Ready["look"],
  name: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { rules, access } = look
  const answer = await must(docker, look, `looking at ${name}`, rules.relations(name, access), signal)
  return rules.readRelations(answer).relations.map(rules.inPlace.nameOf)
}

/** As the server's statistics have them: this is for people to read. */
async function rowsThere(
  docker: RestoreDeps["docker"],
  { rules, access, place }: Ready["look"],
  name: string,
  signal: AbortSignal,
): Promise<Readonly<Record<string, number>> | null> {
  if (!rules.fingerprint || !rules.readFingerprint) return null
  const outcome = await runTool(docker, place, rules.fingerprint(name, "estimates", access), signal)
  return outcome.code === 0 ? rules.readFingerprint(outcome).rows : null
}
