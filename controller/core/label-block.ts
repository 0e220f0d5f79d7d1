// The labels to paste so that a container is backed up: its own ones corrected, with what is missing. YAML for a compose file.
import type { FaultCode, Problem } from "../../schemas/errors.ts"
import { parseLabels } from "./labels.ts"
import type { DerivedServer } from "./server.ts"

/** The operator may have named any policy: which there are is told beside the server. */
const anyPolicy = { policies: null, defaults: {} }
/** More than these is no mistake that a block to paste would mend. */
const mostLabels = 40

/** What other labels mend. A server that is down, say, is no matter of its labels. */
const mendable: ReadonlySet<FaultCode> = new Set<FaultCode>([
  "label-unknown",
  "label-invalid",
  "not-enabled",
  "identity-conflict",
  "destination-unknown",
])

/**
 * The block, ready to stand in the place of the service's own labels; null for a server that is backed up by labels without
 * a mistake, or that has far too many. What cannot be corrected without its writer is a comment that says what is wrong.
 */
export function labelBlock(
  { state, container, problems }: Pick<DerivedServer, "state" | "container" | "problems">,
  prefix: string,
): string | null {
  const mistakes = problems.filter(({ code }) => mendable.has(code))
  if ((state === "active" || state === "misconfigured") && mistakes.length === 0) return null
  const named = new Set(mistakes.map(({ key }) => key))
  const own = Object.entries(container.labels).filter(
    ([label]) => label.startsWith(`${prefix}.`) || named.has(label),
  )
  if (own.length > mostLabels) return null
  const added = new Map([[`${prefix}.enable`, "true"]])
  if (own.length === 0) added.set(`${prefix}.schedule`, "daily")
  if (state === "conflict") added.set(`${prefix}.id`, container.name)
  const said = mistakes.filter(({ key }) => key !== null && !added.has(key))
  let draft = corrected({ labels: new Map([...added, ...own, ...added]), comments: [] }, said, prefix)
  // Each round renames, corrects or takes out what is wrong. A mistyped name hides what is wrong with its value.
  for (let wrong = mistakesIn(draft, prefix); wrong.length > 0; wrong = mistakesIn(draft, prefix))
    draft = corrected(draft, wrong, prefix)
  return textOf(draft)
}

interface Draft {
  readonly labels: ReadonlyMap<string, string>
  /** What was taken out, and why. */
  readonly comments: readonly string[]
}

/** Also of a container that is not enabled: nobody has read the values of its other labels yet. */
function mistakesIn({ labels }: Draft, prefix: string): readonly Problem[] {
  const parsed = parseLabels(Object.fromEntries(labels), prefix, true, anyPolicy)
  return parsed.kind === "bad" ? parsed.problems : []
}

/** Every label that a problem is about gets the name or the value that was meant, or goes. */
function corrected({ labels, comments }: Draft, wrong: readonly Problem[], prefix: string): Draft {
  const next = new Map(labels)
  const lost: string[] = []
  for (const { key, message, suggestion } of wrong) {
    const text = key === null ? undefined : next.get(key)
    if (key === null || text === undefined) continue
    next.delete(key)
    if (suggestion === null) lost.push(message)
    // A suggestion that begins with the prefix is the name that was meant, any other the value.
    else if (!suggestion.startsWith(`${prefix}.`)) next.set(key, suggestion)
    else if (!next.has(suggestion)) next.set(suggestion, text)
  }
  // Where the problem names no label of its own, as a flood of jobs does, no block would be true.
  return {
    labels: wrong.length > 0 && same(next, labels) ? new Map() : next,
    comments: [...comments, ...lost],
  }
}

function same(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([label, text]) => b.get(label) === text)
}

/** Names need no quotes: those that are none of the vocabulary's are out by now. */
function textOf({ labels, comments }: Draft): string | null {
  if (labels.size === 0) return null
  const lines = [...labels].map(([label, text]) => `${label}: ${scalar(text)}`)
  return ["labels:", ...lines, ...comments.map((text) => `# ${oneLine(text)}`)].join("\n  ").concat("\n")
}

/** Words that YAML 1.1 reads as something else than text. */
const reserved = /^(true|false|yes|no|on|off|y|n|null)$/i

/** Compose replaces `$NAME`, so a `$` that is meant is written twice. */
function scalar(text: string): string {
  if (/^[a-z][a-z0-9-]*$/i.test(text) && !reserved.test(text)) return text
  return JSON.stringify(text.replaceAll("$", "$$$$"))
}

const oneLine = (text: string) => text.replaceAll(/\p{Cc}+|[\u2028\u2029]/gu, " ")
