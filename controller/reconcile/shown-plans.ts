// Plans of restores that were shown lately, to tell a person what is other by the time they confirm one. In memory only.
import type { RestorePlan } from "../../schemas/restore.ts"

const mostKept = 100

export interface ShownPlans {
  keep(plan: RestorePlan): RestorePlan
  of(hash: string | undefined): RestorePlan | undefined
}

export function createShownPlans(): ShownPlans {
  const plans = new Map<string, RestorePlan>()
  return {
    keep(plan) {
      plans.delete(plan.hash)
      plans.set(plan.hash, plan)
      const [oldest] = plans.keys()
      if (plans.size > mostKept && oldest !== undefined) plans.delete(oldest)
      return plan
    },
    of: (hash) => (hash === undefined ? undefined : plans.get(hash)),
  }
}
