// Looks through a script of SQL that no tool wrote, or that does not say so. It does not say for which engine it is either: each
// engine's client would read it in another way, and what is found is told for each.
import type { SourceKind } from "../../schemas/restore-source.ts"
import { engineNames } from "../../schemas/scalar.ts"
import type { SourcePart } from "../../schemas/source-reading.ts"
import { Fault } from "../core/fault.ts"
import { lookThroughText } from "./look-text.ts"
import type { Look } from "./look-through.ts"

export function lookThroughScript(kind: SourceKind): Look {
  const looks = engineNames.map((engine) => lookThroughText(engine, false))
  let holdsNul = false
  return {
    push(chunk) {
      holdsNul ||= chunk.includes(0)
      for (const look of looks) look.push(chunk)
    },
    finish() {
      if (holdsNul) throw refused("it holds bytes that are no text", "Hand in a dump, or a script of SQL.")
      const found = looks.map((look) => {
        const { rest, endsInside, findings } = look.finish()
        const part: SourcePart = {
          ...rest,
          refusal: endsInside === null ? rest.refusal : `it ends inside of ${endsInside}`,
        }
        return { part, findings }
      })
      const taken = found.filter(({ part }) => part.refusal === null)
      const statements = Math.max(...found.map(({ part }) => part.counts.statements ?? 0))
      if (statements === 0) throw refused("there is no statement in it", "Check what was sent.")
      if (taken.length === 0)
        throw refused(
          [...Map.groupBy(found, ({ part }) => part.refusal)]
            .map(([why, those]) => `read as ${those.map(({ part }) => part.engine).join(" and ")}, ${why}`)
            .join("; "),
          "Take that out, or run the script yourself, with the server's own client.",
        )
      return {
        kind,
        end: `${taken[0]?.part.counts.statements} statements, of which nobody knows whether they are all`,
        findings: [
          "A script does not tell whether it is whole, nor what must be there after it",
          ...new Set(taken.flatMap(({ findings }) => findings)),
        ],
        sourceCompression: null,
        parts: found.map(({ part }) => part),
      }
    },
  }
}

const refused = (what: string, hint: string) =>
  new Fault("import-refused", `the script is not taken: ${what}`, { hint })
