// The operator's encryption keys: those of the file, and the one that variables make.
import type { EncryptionKey } from "../../schemas/encryption.ts"
import { isTreeMap, type Tree, valueAt } from "./setting-tree.ts"

export interface KeySettings {
  /** `age1…` */
  readonly recipients: readonly string[]
  /** Where an identity is, or itself where a variable of ours holds it; null when it is not on this machine. */
  readonly identity:
    | { readonly file: string }
    | { readonly variable: string }
    | { readonly text: string }
    | null
}

/** What `DBBACKUP_AGE_RECIPIENTS` defines. */
export const variablesKey = "default"

interface OwnVariables {
  readonly DBBACKUP_AGE_RECIPIENTS?: readonly string[] | undefined
  readonly DBBACKUP_AGE_IDENTITY?: string | undefined
}

/** By name. The environment goes before the file. */
export function keysFrom(
  file: Readonly<Record<string, EncryptionKey>>,
  { DBBACKUP_AGE_RECIPIENTS: recipients, DBBACKUP_AGE_IDENTITY: text }: OwnVariables,
): ReadonlyMap<string, KeySettings> {
  const keys = new Map(Object.entries(file).map(([name, key]) => [name, keyOf(key)]))
  if (recipients) keys.set(variablesKey, { recipients, identity: text === undefined ? null : { text } })
  return keys
}

function keyOf({ recipients, identityFile, identityVariable }: EncryptionKey): KeySettings {
  if (identityFile !== undefined) return { recipients, identity: { file: identityFile } }
  return { recipients, identity: identityVariable === undefined ? null : { variable: identityVariable } }
}

/** Names of every key that the settings define. */
export function keyNames(tree: Tree, variables: Readonly<Record<string, string>>): readonly string[] {
  const named = valueAt(tree, ["encryption", "keys"])
  const own = variables.DBBACKUP_AGE_RECIPIENTS === undefined ? [] : [variablesKey]
  return [...new Set([...own, ...Object.keys(isTreeMap(named) ? named : {})])]
}
