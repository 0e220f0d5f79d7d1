// What labels ask for in encryption: keys that nobody defined, and whether labels of before would give away what those of now hide.
import type { Problem } from "../../schemas/errors.ts"
import type { JobSpec } from "./labels.ts"
import { nearest } from "./suggest.ts"

export const definedKeys = (keys: readonly string[]): string =>
  keys.length === 0
    ? "None is defined: dbbackup key generate NAME makes one, and says what to write under encryption.keys."
    : `Defined are: ${keys.join(", ")}.`

/** Each name that is not defined once, under the label that says it first. */
export function unknownKeys(
  jobs: readonly JobSpec[],
  operator: { readonly prefix: string; readonly keys: readonly string[] },
): readonly Problem[] {
  const unknown = new Map<string, string>()
  for (const { labels, writtenAs } of jobs) {
    const name = labels.encrypt
    if (name !== "none" && !operator.keys.includes(name) && !unknown.has(name))
      unknown.set(name, writtenAs.encrypt ?? `${operator.prefix}.encrypt`)
  }
  return [...unknown].map(([name, key]) => {
    const near = nearest(name, operator.keys)
    return {
      code: "key-unknown",
      message: `there is no encryption key named ${name}`,
      hint: `${near === null ? "" : `Did you mean ${near}? `}${definedKeys(operator.keys)}`,
      key,
      suggestion: near,
    }
  })
}

/**
 * Whether labels, mistyped or not, ask for encryption somewhere that these jobs of earlier labels leave plain. Those
 * must not stay in force then: who asked for encryption must not find plain text.
 */
export function wouldStayPlain(
  labels: Readonly<Record<string, string>>,
  prefix: string,
  earlier: readonly JobSpec[],
): boolean {
  const asks = Object.entries(labels).some(
    ([label, value]) =>
      label.startsWith(`${prefix}.`) &&
      /\.[^.]*(encr|crypt)[^.]*$/i.test(label) &&
      value.trim().toLowerCase() !== "none",
  )
  return asks && earlier.some((job) => job.labels.encrypt === "none")
}
