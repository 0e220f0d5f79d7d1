// Looks through a script of SQL that no tool wrote, or that does not say so. It does not say for which engine it is either: each
// engine's client would read it in another way.

import type { SourceKind } from "../../schemas/restore-source.ts"
import { type Engine, engineNames } from "../../schemas/scalar.ts"
import type { SourcePart } from "../../schemas/source-reading.ts"
import { Fault } from "../core/fault.ts"
import { lookThroughText } from "./look-text.ts"
import type { Look } from "./look-through.ts"

export function lookThroughScript(kind: SourceKind): Look {
  const looks = engineNames.map((engine) => ({ engine, look: lookThroughText(engine, false) }))
  let holdsNul = false
  return {
    push(chunk) {
      holdsNul ||= chunk.includes(0)
      for (const { look } of looks) look.push(chunk)
    },
    finish() {
      if (holdsNul) throw refused("it holds bytes that are no text", "Hand in a dump, or a script of SQL.")
      const found = looks.map(({ engine, look }) => {
        const { rest: part, endsInside } = look.finish()
        const refusal = endsInside === null ? part.refusals[engine] : `it ends inside of ${endsInside}`
        return { engine, part, refusal }
      })
      const [likely = found[0]] = found.filter(({ refusal }) => refusal === undefined)
      const { part, refusal } = likely ?? {}
      if (!part?.counts.statements) throw refused("there is no statement in it", "Check what was sent.")
      if (refusal !== undefined)
        throw refused(refusal, "Take that out, or run the script yourself, with the server's own client.")
      const refusals = Object.fromEntries(
        found.flatMap((each): [Engine, string][] =>
          each.refusal === undefined ? [] : [[each.engine, each.refusal]],
        ),
      )
      const roles = [...new Set(found.flatMap((each) => each.part.roles))].sort()
      const whole: SourcePart = { ...part, ranges: null, roles, refusals }
      return {
        kind,
        end: `${part.counts.statements} statements, of which nobody knows whether they are all`,
        findings: ["A script does not tell whether it is whole, nor what must be there after it"],
        sourceCompression: null,
        parts: [whole],
      }
    },
  }
}

const refused = (what: string, hint: string) =>
  new Fault("import-refused", `the script is not taken: ${what}`, { hint })
