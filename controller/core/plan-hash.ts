// Tells one plan from another: by a hash of all that it depends on, and in words.
import { createHash } from "node:crypto"
import type { RestorePlan } from "../../schemas/restore.ts"
import { Fault } from "./fault.ts"

/** What changes all the time, and changes nothing of what is done. */
const passing = ["hash", "timeGuess", "freeBytes", "connections"] as const
type Passing = (typeof passing)[number]
/** Begins a warning that is about sizes. */
export const aboutRoom = "Room: "

/** Ends what is said of a table; how many there are changes all the time, too. */
export const rowsNow = (rows: number) => ` (about ${rows} ${rows === 1 ? "row" : "rows"} now)`
const withoutRowsNow = (sentence: string) => sentence.replaceAll(/ \(about \d+ rows? now\)/g, "")

export function withHash(plan: Omit<RestorePlan, "hash">, options: unknown): RestorePlan {
  const text = JSON.stringify([options, lasting(plan)])
  return { ...plan, hash: createHash("sha256").update(text).digest("hex") }
}

function lasting(plan: Omit<RestorePlan, "hash">): Omit<RestorePlan, Passing> {
  const rest = Object.fromEntries(
    Object.entries(plan).filter(([key]) => !(passing as readonly string[]).includes(key)),
  )
  return {
    ...rest,
    lost: plan.lost.map(withoutRowsNow),
    warnings: plan.warnings.filter((warning) => !warning.startsWith(aboutRoom)),
  } as Omit<RestorePlan, Passing>
}

/** What is other in the new plan, as sentences without a full stop; empty when nothing is that a person would see. */
export function planDifferences(before: RestorePlan, after: RestorePlan): string[] {
  const [was, is] = [sentences(before), sentences(after)]
  return [
    ...is.filter((sentence) => !was.includes(sentence)).map((sentence) => `now: ${sentence}`),
    ...was.filter((sentence) => !is.includes(sentence)).map((sentence) => `no more: ${sentence}`),
  ]
}

function sentences(plan: RestorePlan): string[] {
  const { serverName, targetDatabase, destination, versions, steps, lost, warnings } = plan
  return [
    `into ${targetDatabase} on ${serverName}, ${versions.target}, from ${destination}`,
    ...steps,
    ...lost.map((what) => `lost: ${withoutRowsNow(what)}`),
    ...warnings.filter((warning) => !warning.startsWith(aboutRoom)),
  ]
}

/** Throws a Fault, `plan-stale`, when the plan is not the one that was confirmed. @param shown that one, as far as it is still known */
export function requirePlan(
  plan: RestorePlan,
  confirmed: string | undefined,
  shown: RestorePlan | undefined,
): void {
  if (confirmed === undefined || confirmed === plan.hash) return
  const differences = shown ? planDifferences(shown, plan) : []
  const what = differences.length > 0 ? `: ${differences.join("; ")}` : ""
  throw new Fault("plan-stale", `the plan is not the one that was confirmed any more${what}`, {
    hint: "Look at the plan again, and confirm that one.",
  })
}
