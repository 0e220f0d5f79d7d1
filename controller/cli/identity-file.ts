// The identity that a person names for one restore.
import { identitiesIn } from "../../schemas/encryption.ts"
import { recipientOf } from "../core/age-key.ts"
import { Fault } from "../core/fault.ts"
import { readTextFile } from "../settings/text-file.ts"

/** Of those in the file, the one that opens what is for these recipients. Throws a Fault that says why there is none. */
export function identityIn(path: string, recipients: readonly string[]): string {
  const text = readTextFile(path, 64 * 1024)
  const identities = text === null ? null : identitiesIn(text)
  const fitting = identities?.find((identity) => recipients.includes(recipientOf(identity)))
  if (fitting !== undefined) return fitting
  const why =
    text === null
      ? "is not there"
      : identities === null
        ? "holds no identity of age"
        : "holds the identity of another key"
  throw new Fault("key-missing", `${path} ${why}`, { hint: `The backup is for ${recipients.join(", ")}.` })
}
