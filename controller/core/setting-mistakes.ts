// What is wrong with a settings file, in words, each mistake with the key it is about and the nearest valid one.
import type { z } from "zod"
import { BucketPlace, FolderPlace } from "../../schemas/destination.ts"
import { EncryptionKey } from "../../schemas/encryption.ts"
import { OutsideServer, OutsideTls } from "../../schemas/outside.ts"
import { settingFields, shapeOf } from "../../schemas/setting-fields.ts"
import { SettingsFile } from "../../schemas/settings.ts"
import { BlackoutWindow } from "../../schemas/window.ts"
import type { Tree } from "./setting-tree.ts"
import { nearest } from "./suggest.ts"

export interface SettingMistake {
  readonly from: "environment" | "file"
  /** Keys and positions that lead to it in the file; or the variable. */
  readonly path: readonly (string | number)[]
  /** Whether the key itself is wrong, or what stands behind it. */
  readonly at: "key" | "value"
  /** Facts, lower case, no full stop. */
  readonly message: string
  /** A sentence telling what to do. */
  readonly hint: string | null
}

/** Every mistake that shows in the file alone, in the form that is checked. */
export function fileMistakes(tree: Tree): readonly SettingMistake[] {
  return (SettingsFile.safeParse(tree).error?.issues ?? []).flatMap((issue) => {
    const path = issue.path.map((step) => (typeof step === "number" ? step : String(step)))
    if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(path, key))
    const at = issue.code === "invalid_key" ? "key" : "value"
    return [{ from: "file", path, at, message: messageOf(issue), hint: null }]
  })
}

function messageOf(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_key") return issue.issues[0]?.message ?? issue.message
  if (issue.code !== "invalid_type") return issue.message
  if (issue.message.endsWith("received undefined")) return "is missing"
  if (issue.expected === "array") return "write a list"
  return issue.expected === "string" ? "write one value, no list or map" : "write keys with values below it"
}

const keptOutside = /secret|password|passwd|token|access_?key|credential/i

function unknownKey(path: readonly (string | number)[], key: string): SettingMistake {
  const near = keyNear(path, key)
  const isPlace = path[0] === "destinations"
  const isIdentity = path[0] === "encryption" && /identity$|secret|private|passphrase/i.test(key)
  const isKey = isPlace && /^(accessKeyId|secretAccessKey)$/i.test(key)
  const isPassword = path[0] === "servers" && /^pass?wor?d$/i.test(key)
  const hint = isIdentity
    ? "Secrets are not kept in this file: identityFile or identityVariable says where the identity is."
    : isPassword
      ? "Secrets are not kept in this file: passwordFile or passwordVariable says where it is."
      : isKey
        ? `Secrets are not kept in this file: ${key}File or ${key}Variable says where it is.`
        : keptOutside.test(key) && !(isPlace && near !== null)
          ? "Secrets are not kept in this file: the environment holds them, such as S3_SECRET_ACCESS_KEY_FILE."
          : near === null
            ? "schemas/settings.md lists every setting."
            : `Did you mean ${near}?`
  return { from: "file", path: [...path, key], at: "key", message: "unknown key", hint }
}

/** The nearest key beside it, else a setting of that name elsewhere, else the one that has this variable. */
function keyNear(path: readonly (string | number)[], key: string): string | null {
  const beside = nearest(key, Object.keys(shapeAt(path) ?? {}))
  if (beside !== null) return [...path.filter((step) => typeof step === "string"), beside].join(".")
  const name = nearest(
    key,
    settingFields.flatMap(({ path }) => path?.at(-1) ?? []),
  )
  const field = settingFields.find(
    (field) =>
      field.path !== null && (field.variable === key || (name !== null && field.path.at(-1) === name)),
  )
  return field?.path?.join(".") ?? null
}

function shapeAt(path: readonly (string | number)[]): Readonly<Record<string, z.ZodType>> | undefined {
  if (path.some((step) => typeof step === "number")) return BlackoutWindow.shape
  if (path[0] === "servers" && path.length > 1)
    return path[2] === "tls" ? OutsideTls.shape : path.length === 2 ? OutsideServer.shape : undefined
  if (path[0] === "destinations" && path.length > 1) return { ...BucketPlace.shape, ...FolderPlace.shape }
  if (path[0] === "encryption" && path.length > 2) return EncryptionKey.shape
  return path.reduce<Readonly<Record<string, z.ZodType>> | undefined>((shape, step) => {
    const inner = shape && Object.hasOwn(shape, step) ? shape[step as string] : undefined
    return inner && shapeOf(inner)
  }, SettingsFile.shape)
}
