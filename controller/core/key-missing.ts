// Refuses a restore whose key is not here, before anything happens.
import type { Encryption } from "../../schemas/encryption.ts"
import type { FoundIdentity } from "../ports.ts"
import { Fault } from "./fault.ts"

/** Throws a Fault `key-missing` that names the key and its recipients. */
export function requireIdentity(encryption: Encryption | null, found: FoundIdentity | null): void {
  if (encryption === null || (found !== null && found.identity !== null)) return
  const { key, recipients } = encryption
  const reasons = found?.unusable.map((reason) => `: ${reason}`).join("") ?? ""
  throw new Fault(
    "key-missing",
    `the backup is encrypted with the key ${key} (${recipients.join(", ")}), and no identity for it is here${reasons}`,
    {
      hint: `Mount the identity and name it in the settings, encryption.keys.${key}.identityFile, for as long as the restore takes; or download the backup and decrypt it yourself: age -d -i KEY.txt.`,
    },
  )
}
