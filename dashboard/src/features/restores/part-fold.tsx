// A part of it only: some tables, structure or rows, without owners. Folded away, with what was chosen in the fold's own line.
import { useState } from "react"
import { Choice } from "../../components/choice.tsx"
import { Fold } from "../../components/fold.tsx"
import { Tick } from "../../components/tick.tsx"
import { count } from "../../lib/format.ts"
import { ContentField } from "./content-field.tsx"
import { contentsFor, offersJobs, offersOwners, offersTables } from "./offered.ts"
import { type Chosen, contentOf } from "./restore-step.ts"
import type { Subject } from "./subject.ts"
import { TablesField } from "./tables-field.tsx"

interface Props {
  readonly subject: Subject
  readonly chosen: Chosen
  readonly onChosen: (chosen: Chosen) => void
}

export function PartFold({ subject, chosen, onChosen }: Props) {
  const { mode, tables, withoutOwners } = chosen
  // For one who comes back from the plan; it must not fold or unfold under their hands.
  const [open] = useState(inWords(chosen, subject) !== whole)
  const [contents, withTables] = [contentsFor(mode, subject), offersTables(mode, subject)]
  const [withOwners, withJobs] = [offersOwners(mode, subject), offersJobs(mode, subject)]
  if (contents.length < 2 && !withTables && !withOwners && !withJobs) return null
  return (
    <Fold summary={`What of it: ${inWords(chosen, subject)}`} open={open}>
      <div className="space-y-4 py-2 pl-4.5 max-sm:pl-0">
        {withTables && subject.tables && (
          <TablesField
            tables={subject.tables}
            chosen={tables}
            onChosen={(tables) => onChosen({ ...chosen, tables })}
          />
        )}
        {contents.length > 1 && (
          <ContentField
            offered={contents}
            content={contentOf(chosen, subject)}
            onContent={(content) => onChosen({ ...chosen, content })}
          />
        )}
        {withOwners && (
          <Tick checked={withoutOwners} onChange={(withoutOwners) => onChosen({ ...chosen, withoutOwners })}>
            Leave out owners and grants
          </Tick>
        )}
        {withJobs && tables === null && contentOf(chosen, subject) === "all" && (
          <Choice
            label="Processes that load it"
            value={String(chosen.jobs)}
            onChange={(jobs) => onChosen({ ...chosen, jobs: Number(jobs) })}
          >
            <option value="1">one, as the bytes come</option>
            {[2, 4, 8].map((jobs) => (
              <option key={jobs} value={jobs}>
                {jobs} at once, from a file in the container
              </option>
            ))}
          </Choice>
        )}
      </div>
    </Fold>
  )
}

const whole = "all of it"

/** `all of it`; `2 of 14 tables, without rows`. */
export function inWords(chosen: Chosen, subject: Subject): string {
  const { mode, tables, withoutOwners } = chosen
  const content = contentOf(chosen, subject)
  const said = [
    ...(tables !== null && subject.tables && offersTables(mode, subject)
      ? [`${tables.length} of ${count(subject.tables.length, "table")}`]
      : []),
    ...(content === "schema" ? ["without rows"] : content === "data" ? ["only rows"] : []),
    ...(withoutOwners && offersOwners(mode, subject) ? ["without owners and grants"] : []),
  ]
  const words = said.join(", ") || whole
  const { jobs } = chosen
  const fast = jobs > 1 && tables === null && content === "all" && offersJobs(mode, subject)
  return fast ? `${words}, by ${jobs} processes` : words
}
