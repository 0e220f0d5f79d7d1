// Labels that are not ours by a slip of the prefix: without a word, they would just take no effect.
import type { Problem } from "../../schemas/errors.ts"
import { labelKeys } from "../../schemas/labels.ts"
import { keyOf, maxProblems, short } from "./label-problems.ts"

const isKey = new Set(labelKeys)
const separators = "._/:-"

/**
 * `DBBACKUP.enable`, `dbbakup.schedule`, `dbbackup/enable`, `com.dbbackup.enable`: each with what was meant. The prefix with
 * something added, `dbbackup2`, is another controller's.
 */
export function strayLabels(labels: Readonly<Record<string, string>>, prefix: string): readonly Problem[] {
  const problems: Problem[] = []
  for (const label of Object.keys(labels)) {
    const meant = meantBy(label, prefix)
    if (meant === null) continue
    problems.push({
      code: "label-unknown",
      message: `${short(label)}: this is no label of ours, and takes no effect`,
      hint: `Did you mean ${meant}?`,
      key: keyOf(label),
      suggestion: meant,
    })
    if (problems.length === maxProblems) break
  }
  return problems
}

function meantBy(label: string, prefix: string): string | null {
  if (label.length > prefix.length + 80 || label.startsWith(`${prefix}.`)) return null
  const begin = /^(?:com|io|org|net)\./.exec(label)?.[0].length ?? 0
  for (const length of [prefix.length, prefix.length - 1, prefix.length + 1]) {
    const end = begin + length
    // Most labels are somebody else's, and end here: this is asked of every label at every look.
    if (!separators.includes(label[end] ?? " ")) continue
    const key = label
      .slice(end + 1)
      .toLowerCase()
      .replaceAll("_", "-")
    if (isKey.has(key) && isSlip(label.slice(begin, end), prefix)) return `${prefix}.${key}`
  }
  return null
}

/** Other capitals, two letters swapped, one lost or one too many; a letter replaced or added at the end is another's prefix. */
function isSlip(head: string, prefix: string): boolean {
  const typed = head.toLowerCase()
  if (typed === prefix) return true
  if (typed.startsWith(prefix) || prefix.startsWith(typed)) return false
  if (typed.length === prefix.length) return swapsTwo(typed, prefix)
  return typed.length < prefix.length ? lacksOne(typed, prefix) : lacksOne(prefix, typed)
}

function swapsTwo(a: string, b: string): boolean {
  const at = [...a].findIndex((letter, i) => letter !== b[i])
  return a[at] === b[at + 1] && a[at + 1] === b[at] && a.slice(at + 2) === b.slice(at + 2)
}

function lacksOne(shorter: string, longer: string): boolean {
  const at = [...longer].findIndex((letter, i) => letter !== shorter[i])
  return shorter.slice(at) === longer.slice(at + 1)
}
