// A catalogue that is being made again, in words: why, how far it is, and what waits for it.
import type { Problem } from "../../schemas/errors.ts"
import type { Rebuild } from "../../schemas/rebuild.ts"
import type { Mending } from "../ports.ts"

/** Destinations that it must be compared with still. One that the settings name no more is not waited for. */
export function waitsFor(mending: Mending, destinations: Iterable<string>): readonly string[] {
  return [...destinations].filter((name) => !mending.done.includes(name))
}

export function mendingProblem(
  mending: Mending,
  destinations: Iterable<string>,
  rebuild: Rebuild,
  troubles: ReadonlyMap<string, string>,
): Problem {
  const waiting = waitsFor(mending, destinations)
  const progress =
    rebuild.status === "running"
      ? `reading ${rebuild.destination}: ${rebuild.read} of ${rebuild.found} manifests`
      : `waits for ${waiting.join(", ") || "nothing"}`
  const from = mending.copy
    ? `a copy of ${mending.copy.madeAt.toISOString()} from ${mending.copy.from} was taken in; `
    : ""
  const failed = waiting.flatMap((name) => {
    const trouble = troubles.get(name)
    return trouble === undefined ? [] : [`${name}: ${trouble}`]
  })
  return {
    code: "catalogue-damaged",
    message: `${mending.why}. It is being made again: ${from}${progress}${failed.length > 0 ? ` (${failed.join("; ")})` : ""}`,
    hint: [
      "Nothing is pruned, and the history may lack backups, until it was compared with every destination.",
      ...(mending.setAside === null ? [] : [`The damaged file is ${mending.setAside}.`]),
      ...(failed.length === 0
        ? []
        : [
            `It is tried again by itself; dbbackup rebuild --from ${waiting[0]} says what it finds there and counts as well.`,
          ]),
    ].join(" "),
    key: null,
    suggestion: null,
  }
}
