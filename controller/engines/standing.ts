// What a server says of a tool that has been silent for long: whether it is held up by somebody, at work, or waited for by the server.

/** `text`: words that go on a sentence's beginning "the tool …". */
export type Standing =
  | { readonly state: "held-up"; readonly text: string }
  | { readonly state: "at-work"; readonly text: string }
  | { readonly state: "idle"; readonly text: string }
  | { readonly state: "unknown"; readonly text: string }

export const noAnswer: Standing = { state: "unknown", text: "and the server does not say why" }

const hints: Readonly<Record<Standing["state"], string>> = {
  "held-up":
    "End the session that holds the lock, or choose a quieter time. The label dbbackup.stall-timeout says how long it may last.",
  "at-work":
    "The server is still busy with it. If that is all right, raise the label dbbackup.stall-timeout; else see what slows the server down.",
  idle: "The server waits for the tool, which does nothing: it hangs. Look at the warnings in the run's log for what it cannot dump, and look for a newer version of it.",
  unknown: "Look at the server's own list of sessions, its locks and its log.",
}

export const standingHint = ({ state }: Standing): string => hints[state]

/** Such as `session 12 (user app, psql, idle in transaction for 900 s)`. */
export function sessionWords(
  id: number,
  facts: readonly (string | null | undefined)[],
  seconds: number | null | undefined,
): string {
  const said = facts.filter((fact) => fact)
  const last = said.pop()
  const ending = last && seconds !== null && seconds !== undefined ? `${last} for ${seconds} s` : last
  const all = [...said, ...(ending ? [ending] : [])]
  return `session ${id}${all.length > 0 ? ` (${all.join(", ")})` : ""}`
}
