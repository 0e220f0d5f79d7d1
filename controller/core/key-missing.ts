// Whether what opens a backup is at hand. Refuses a restore, before anything happens, where it is not.
import type { Encryption } from "../../schemas/encryption.ts"
import type { FoundIdentity } from "../ports.ts"
import { recipientOf } from "./age-key.ts"
import { Fault } from "./fault.ts"

/** One that came with the request: it is the right one, or why not. */
export function givenIdentity(identity: string, recipients: readonly string[]): FoundIdentity {
  return recipients.includes(recipientOf(identity))
    ? { identity }
    : { identity: null, unusable: ["the identity that was given is of another key"] }
}

/** Throws a Fault `key-missing` that names the key and its recipients. */
export function requireIdentity(encryption: Encryption | null, found: FoundIdentity | null): void {
  if (encryption === null || (found !== null && found.identity !== null)) return
  const { key, recipients } = encryption
  const reasons = found?.unusable.map((reason) => `: ${reason}`).join("") ?? ""
  throw new Fault(
    "key-missing",
    `the backup is encrypted with the key ${key} (${recipients.join(", ")}), and no identity for it is here${reasons}`,
    {
      hint: `Mount the identity and name it in the settings, encryption.keys.${key}.identityFile, for as long as the restore takes; give it with the request, dbbackup restore --identity FILE; or download the backup and decrypt it yourself: age -d -i KEY.txt.`,
    },
  )
}
