// What opens a backup that is to be restored: what came with the request, else what the settings name.
import { givenIdentity } from "../core/key-missing.ts"
import type { FoundIdentity } from "../ports.ts"
import type { RestoreDeps, RestoreRequest } from "./restore.ts"

/** Null when nothing needs to. */
export function identityFor(
  { identities }: Pick<RestoreDeps, "identities">,
  { manifest, identity }: Pick<RestoreRequest, "manifest" | "identity">,
): FoundIdentity | null {
  if (manifest.encryption === null) return null
  const { recipients } = manifest.encryption
  return identity === undefined ? identities.find(recipients) : givenIdentity(identity, recipients)
}
