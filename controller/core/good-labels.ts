// What is remembered of labels that are in force, for the day on which the container says something else that is wrong.
import { formatRetention } from "../../schemas/retention.ts"
import { type OperatorWords, policyName } from "./labels.ts"

/** `retention`, `weekly.retention`; `meta.retention` is free text. */
const ofAJob = /^((?!meta\.)[a-z0-9-]{1,32}\.)?retention$/

/** Those of the prefix. A policy's name is replaced by what it stands for: the operator may take the policy away. */
export function goodLabels(
  labels: Readonly<Record<string, string>>,
  { prefix, policies }: OperatorWords & { readonly prefix: string },
): Record<string, string> {
  const own = Object.entries(labels).filter(([key]) => key.startsWith(`${prefix}.`))
  return Object.fromEntries(
    own.map(([key, value]) => {
      const name = ofAJob.test(key.slice(prefix.length + 1)) ? policyName(value) : undefined
      const policy = name === undefined ? undefined : policies?.get(name)
      return [key, policy ? formatRetention(policy) : value]
    }),
  )
}
