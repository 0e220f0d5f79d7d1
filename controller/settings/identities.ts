// Finds the identity that opens a backup, where the settings say that identities are. Read when needed: a changed file needs no restart.
import { identitiesIn } from "../../schemas/encryption.ts"
import { recipientOf } from "../core/age-key.ts"
import { problemOf } from "../core/fault.ts"
import type { KeySettings } from "../core/key-settings.ts"
import type { Identities } from "../ports.ts"
import { readTextFile } from "./text-file.ts"

type Environment = Readonly<Record<string, string | undefined>>

const longestBytes = 64 * 1024

/**
 * Of all keys, because a key may have another name since the backup. An identity is in no message.
 * @param keys asked each time, because they can change
 */
export function createIdentities(keys: () => ReadonlyMap<string, KeySettings>, env: Environment): Identities {
  return {
    find(recipients) {
      const unusable: string[] = []
      for (const [name, { identity }] of keys()) {
        if (identity === null) continue
        const read = identitiesOf(identity, env)
        if (typeof read === "string") unusable.push(`the identity of ${name} cannot be used: ${read}`)
        else {
          const fitting = read.find((text) => recipients.includes(recipientOf(text)))
          if (fitting !== undefined) return { identity: fitting }
        }
      }
      return { identity: null, unusable }
    },
    all: () =>
      [...keys().values()].flatMap(({ identity }) => {
        const read = identity === null ? [] : identitiesOf(identity, env)
        return typeof read === "string" ? [] : read
      }),
  }
}

/** The identities there, or why there are none. */
export function identitiesOf(
  where: NonNullable<KeySettings["identity"]>,
  env: Environment,
): readonly string[] | string {
  if ("text" in where) return identitiesIn(where.text) ?? "it is no identity of age"
  if ("variable" in where) {
    const text = env[where.variable] ?? ""
    if (text === "") return `the variable ${where.variable} is empty`
    return identitiesIn(text) ?? `the variable ${where.variable} holds no identity of age`
  }
  try {
    const text = readTextFile(where.file, longestBytes)
    if (text === null) return `there is no file ${where.file}`
    return identitiesIn(text) ?? `${where.file} holds something else than identities of age`
  } catch (error) {
    return problemOf(error).message
  }
}
