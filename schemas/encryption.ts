// Keys that the operator names for backups that are stored encrypted, and what a backup says of the one it needs.
import { z } from "zod"
import { fromBech32 } from "./bech32.ts"

/** What the label `encrypt` calls it. */
export const KeyName = z
  .string()
  .regex(/^[a-z0-9-]{1,32}$/, "write a name of lower-case letters, digits and dashes, at most 32")
  .refine(
    (name) => name !== "none",
    "none is no name: the label encrypt means by it that nothing is encrypted",
  )

export const keyBytes = 32
export const recipientWord = "age"
export const identityWord = "age-secret-key-"

const isKey = (word: string, text: string) => fromBech32(word, text)?.length === keyBytes

/** What bytes are encrypted for. Public. Never echoed when wrong: the secret may have been written in its place. */
export const Recipient = z.string().superRefine((text, context) => {
  if (text === text.toLowerCase() && isKey(recipientWord, text)) return
  const message = text.toLowerCase().startsWith(identityWord)
    ? "this is an identity, which is secret: write its recipient, age1…, and take this one out of the file"
    : /^age1[a-z0-9]+1/.test(text)
      ? "only X25519 recipients of age are known, not those of its plugins"
      : "write a recipient of age, as dbbackup key generate or age-keygen prints it: age1… with 62 characters"
  context.addIssue({ code: "custom", message })
})

/** What they are decrypted with. Secret. */
export function isIdentity(text: string): boolean {
  return isKey(identityWord, text)
}

/** One, in a request. It is in no answer. */
export const Identity = z
  .string()
  .refine(isIdentity, "write an identity of age, AGE-SECRET-KEY-1… with 74 characters")

/** Every identity in a key file as age-keygen writes them, with comments and blank lines. Null when there is none, or a line is something else. */
export function identitiesIn(text: string): readonly string[] | null {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
  return lines.length > 0 && lines.every(isIdentity) ? lines : null
}

/** As the text of a variable. */
export const IdentityText = z
  .string()
  .refine(
    (text) => identitiesIn(text) !== null,
    "write an identity of age, AGE-SECRET-KEY-1… with 74 characters",
  )
export const RecipientsText = z
  .string()
  .transform((text) => text.split(",").map((word) => word.trim()))
  .pipe(z.array(Recipient))

const Text = z.string().min(1, "write a value")

export const EncryptionKey = z
  .strictObject({
    recipients: z
      .array(Recipient)
      .min(1, "write at least one recipient")
      .max(20, "write at most 20 recipients")
      .refine((all) => new Set(all).size === all.length, "write each recipient once")
      .meta({ description: "Public keys, age1…: what is encrypted opens with the identity of any of them." }),
    identityFile: Text.regex(/^\//, "write a path that begins with /")
      .optional()
      .meta({ description: "File that holds an identity, to restore here." }),
    identityVariable: Text.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "write the name of a variable, not its value")
      .optional()
      .meta({ description: "Variable that holds an identity, to restore here." }),
  })
  .superRefine(({ identityFile, identityVariable }, context) => {
    if (identityFile !== undefined && identityVariable !== undefined)
      context.addIssue({
        code: "custom",
        path: ["identityVariable"],
        message: "is given, and so is identityFile: one of them must go",
      })
  })
export type EncryptionKey = z.output<typeof EncryptionKey>

/** Stored bytes are an age file for these recipients (age1…): any age client with one of their identities opens it. */
export const Encryption = z.object({
  format: z.literal("age"),
  /** The operator's name of the key. */
  key: z.string().min(1),
  recipients: z.array(z.string()).min(1),
})
export type Encryption = z.output<typeof Encryption>
