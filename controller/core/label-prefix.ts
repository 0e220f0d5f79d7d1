// The code names labels as if their prefix were `dbbackup`. Where texts leave, for the API, the events and the log, the prefix that
// the operator set is written instead.
import { jobKeys, keyHeads, openKeys, serverKeys } from "../../schemas/labels.ts"

const usual = "dbbackup"

// The longest first: `hooks.pre.timeout` before `hooks.pre`.
const keys = [...serverKeys, ...jobKeys, ...Object.keys(openKeys), ...keyHeads]
  .sort((a, b) => b.length - a.length)
  .map((key) => key.replaceAll(".", "\\."))
  .join("|")
/** `dbbackup.timeout`, `dbbackup.nightly.timeout`, `dbbackup.<job>.tables`, `dbbackup.hooks.*`; not `dbbackup.yaml`, nor the end of a path. */
const label = new RegExp(
  `(?<![\\w./-])${usual}\\.(?=(?:(?:[a-z0-9-]{1,32}|<job>)\\.)?(?:${keys})(?![\\w-]))`,
  "g",
)

/** Fields that hold words for a person; and `key`, which names a label where it is one of a problem. */
const texts = new Set([
  "message",
  "hint",
  "key",
  "suggestion",
  "sentence",
  "why",
  "detail",
  "steps",
  "warnings",
  "differences",
])

/** The text with that prefix in the labels that it names. */
export function withPrefix(text: string, prefix: string): string {
  return prefix === usual ? text : text.replace(label, () => `${prefix}.`)
}

/** The same data with that prefix in its texts. A label that a container really has, and that is none of ours, keeps its name. */
export function textsWithPrefix<T>(data: T, prefix: string): T {
  if (prefix === usual) return data
  return written(data, prefix, false) as T
}

function written(data: unknown, prefix: string, isText: boolean): unknown {
  if (typeof data === "string") return isText ? withPrefix(data, prefix) : data
  if (Array.isArray(data)) return data.map((item) => written(item, prefix, isText))
  if (data === null || typeof data !== "object" || Object.getPrototypeOf(data) !== Object.prototype)
    return data
  if ("code" in data && data.code === "label-unknown") return data
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, written(value, prefix, texts.has(name))]),
  )
}
