// The plan of a restore as lines for a terminal.
import type { RestorePlan } from "../../schemas/restore.ts"
import { duration, size } from "./table.ts"

export function planLines(plan: RestorePlan): string[] {
  const { versions, timeGuess, neededBytes, freeBytes, connections, lost } = plan
  const { source } = plan
  const when = source ? `from ${source.fileName}` : `as it was at ${plan.backupFinishedAt}`
  const into =
    plan.mode === "globals"
      ? `Restore the globals ${source ? when : `of ${plan.backupFinishedAt}`} on ${plan.serverName}:`
      : `Restore ${plan.sourceDatabase} on ${plan.serverName}, ${when}, ${where[plan.mode]} ${plan.targetDatabase}:`
  const facts = [
    versions.source === versions.target
      ? versions.target
      : `from version ${versions.source} to ${versions.target}`,
    `${size(plan.rawBytes)} to read`,
    ...(timeGuess === null ? [] : [`about ${duration(timeGuess.seconds)}, by ${timeGuess.from}`]),
    ...(neededBytes === null ? [] : [`needs ${size(neededBytes)}`]),
    ...(freeBytes === null ? [] : [`${size(freeBytes)} free`]),
    ...connections.map(({ user, count }) => `${count} session${count === 1 ? "" : "s"} of ${user}`),
  ]
  return [
    into,
    ...plan.steps.map((step, i) => `  ${i + 1}. ${step}`),
    `  What is lost: ${lost.length === 0 ? "nothing" : lost.join("; ")}`,
    `  ${facts.join(", ")}`,
    ...plan.warnings.map((warning) => `  Warning: ${warning}`),
  ]
}

const where: Readonly<Record<RestorePlan["mode"], string>> = {
  new: "into the new database",
  swap: "in the place of",
  clean: "over what is of the same names in",
  replace: "in the place of all that is in",
  globals: "on",
}
