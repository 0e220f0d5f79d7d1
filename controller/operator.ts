// What the operator says now, in the settings and over the API, as far as servers are derived from it.
import type { Adapters } from "./adapters.ts"
import type { DerivationSettings } from "./core/server.ts"
import { lockableAmong } from "./destinations/configured.ts"
import { policiesInForce } from "./reconcile/retention-policies.ts"

export function operatorNow({ source, catalogue, destinations }: Adapters): DerivationSettings {
  const now = source.current()
  return {
    prefix: now.labelPrefix,
    discovery: now.discovery,
    timeZone: now.timeZone,
    policies: policiesInForce(now.policies, catalogue.keptPolicies()),
    defaults: now.defaults,
    helper: now.helper,
    operatorRetention: now.operatorRetention,
    destinations: [...destinations.keys()],
    keys: [...now.keys.keys()],
    lockable: lockableAmong(destinations),
  }
}
