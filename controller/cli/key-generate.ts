// `dbbackup key generate NAME`: a new key pair, and what to write into the settings.
import { randomBytes } from "node:crypto"
import { resolve } from "node:path"
import { KeyName } from "../../schemas/encryption.ts"
import { identityText, recipientOf } from "../core/age-key.ts"
import { Fault } from "../core/fault.ts"
import type { Say } from "./key.ts"
import { writeSecret } from "./secret-file.ts"

/** The identity goes to the file, readable by its owner only, or else to the output. */
export function generateKey(name: string, out: string | undefined, say: Say, aside: Say): void {
  const [mistake] = KeyName.safeParse(name).error?.issues ?? []
  if (mistake)
    throw new Fault("request-invalid", `${name} cannot name a key: ${mistake.message}`, {
      hint: "The label encrypt will say this name.",
    })
  const identity = identityText(randomBytes(32))
  const recipient = recipientOf(identity)
  const file = `# dbbackup key ${name}\n# created: ${new Date().toISOString()}\n# public key: ${recipient}\n${identity}\n`
  if (out === undefined) say(file.trimEnd())
  else writeSecret(out, file)
  const tell = out === undefined ? aside : say
  if (out !== undefined)
    tell(
      `The identity is in ${out}. Keep a copy away from this machine: without it, no backup for this key can be read.`,
    )
  tell(`Write this into dbbackup.yaml, and dbbackup.encrypt: ${name} to the labels of what it is for:`)
  tell("")
  tell("encryption:")
  tell("  keys:")
  tell(`    ${name}:`)
  tell(`      recipients: [${recipient}]`)
  tell(
    `      # identityFile: ${out === undefined ? "/run/secrets/…" : resolve(out)}   # only where restores are made`,
  )
}
