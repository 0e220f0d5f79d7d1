// `dbbackup key escrow NAME`: the identity under a passphrase, as text to print or to keep elsewhere. `age -d` gives it back.
import { randomInt } from "node:crypto"
import { recipientOf } from "../core/age-key.ts"
import { Fault } from "../core/fault.ts"
import type { KeySettings } from "../core/key-settings.ts"
import { encryptedWithPassphrase } from "../pipeline/encrypt.ts"
import { identitiesOf } from "../settings/identities.ts"
import { readTextFile } from "../settings/text-file.ts"
import type { KeyOptions, Say } from "./key.ts"
import { writeSecret } from "./secret-file.ts"

const shortestPassphrase = 12

export async function escrowKey(
  name: string,
  where: KeySettings["identity"],
  { out, passphraseFile }: KeyOptions,
  env: Readonly<Record<string, string | undefined>>,
  say: Say,
  aside: Say,
): Promise<void> {
  const hint = "Name the file that holds it: --identity FILE."
  if (where === null)
    throw new Fault("key-missing", `the settings name no identity of the key ${name}`, { hint })
  const read = identitiesOf(where, env)
  if (typeof read === "string")
    throw new Fault("key-missing", `the identity of ${name} cannot be used: ${read}`, { hint })
  const given = passphraseFile === undefined ? null : passphraseIn(passphraseFile)
  const passphrase = given ?? freshPassphrase()
  const lines = read.map((identity) => `# public key: ${recipientOf(identity)}\n${identity}\n`)
  const sealed = armored(
    await encryptedWithPassphrase(`# dbbackup key ${name}\n${lines.join("")}`, passphrase),
  )
  if (out === undefined) say(sealed.trimEnd())
  else writeSecret(out, sealed)
  if (given === null) aside(`Passphrase, told only now: ${passphrase}`)
  aside(
    `Keep ${out ?? "this text"} and the passphrase in different places. age -d ${out ?? "FILE"} gives the identity back.`,
  )
}

/** Without the newline that editors put at the end. */
function passphraseIn(path: string): string {
  const text = readTextFile(path, 4096)?.replace(/\r?\n$/, "") ?? ""
  if (text.length >= shortestPassphrase) return text
  throw new Fault(
    "request-invalid",
    `the passphrase in ${path} has less than ${shortestPassphrase} characters`,
    {
      hint: "Whoever finds the text can guess as long as they like: write a longer one, or leave it out to get one.",
    },
  )
}

/** Without letters and digits that look alike: 138 bits, which nobody guesses. */
const signs = "abcdefghjkmnpqrstuvwxyz23456789"
const freshPassphrase = () =>
  Array.from({ length: 7 }, () =>
    Array.from({ length: 4 }, () => signs[randomInt(signs.length)]).join(""),
  ).join("-")

/** As age writes it for paper and mail. */
function armored(bytes: Buffer): string {
  const text = bytes.toString("base64").replace(/.{64}(?=.)/g, "$&\n")
  return `-----BEGIN AGE ENCRYPTED FILE-----\n${text}\n-----END AGE ENCRYPTED FILE-----\n`
}
