// Reads the labels of many containers again and again: what says the same as at the last reading is not parsed anew.
import { type OperatorWords, type ParsedLabels, parseLabels } from "./labels.ts"

type Read = (labels: Readonly<Record<string, string>>, enabledByDefault: boolean) => ParsedLabels

/** By what the operator set, the readings of the last round. They go with it, and with the containers that said them. */
const lastRound = new WeakMap<OperatorWords, ReadonlyMap<string, ParsedLabels>>()

/** `parseLabels` for one round over all containers: the answers are the same, most of them from the round before. */
export function readingLabels(operator: OperatorWords & { readonly prefix: string }): Read {
  const before = lastRound.get(operator)
  const now = new Map<string, ParsedLabels>()
  lastRound.set(operator, now)
  const { prefix } = operator
  return (labels, enabledByDefault) => {
    const own = Object.entries(labels).filter(([label]) => label.startsWith(prefix))
    const key = JSON.stringify([enabledByDefault, own])
    const parsed =
      now.get(key) ??
      before?.get(key) ??
      parseLabels(Object.fromEntries(own), prefix, enabledByDefault, operator)
    now.set(key, parsed)
    return parsed
  }
}
