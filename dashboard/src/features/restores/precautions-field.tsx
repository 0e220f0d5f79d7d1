// What is done to a database that is there before it is touched, and how long what was in it is kept.
import { TriangleAlert } from "lucide-react"
import { Choice } from "../../components/choice.tsx"
import { Tick } from "../../components/tick.tsx"
import type { Chosen } from "./restore-step.ts"

interface Props {
  readonly chosen: Chosen
  readonly onChosen: (chosen: Chosen) => void
}

export function PrecautionsField({ chosen, onChosen }: Props) {
  const { existing, safetyBackup, endConnections, mode } = chosen
  const database = existing === "" ? "the database" : existing
  return (
    <fieldset className="space-y-1">
      <legend className="mb-1 font-medium">Before and after</legend>
      <Tick checked={safetyBackup} onChange={(safetyBackup) => onChosen({ ...chosen, safetyBackup })}>
        Back {database} up before, and go on only when that backup is good
      </Tick>
      {!safetyBackup && (
        <p className="flex items-start gap-2 pl-6 max-sm:pl-0">
          <TriangleAlert aria-hidden className="mt-0.5 size-4 flex-none text-late" />
          <span>
            {mode === "swap"
              ? "Once what was there is dropped, only older backups have it."
              : "What is overwritten is then only in older backups, and nothing else brings it back."}
          </span>
        </p>
      )}
      <Tick checked={endConnections} onChange={(endConnections) => onChosen({ ...chosen, endConnections })}>
        End its connections; without that, it is refused while there are any
      </Tick>
      {mode === "swap" && <KeepField chosen={chosen} onChosen={onChosen} />}
    </fieldset>
  )
}

const keeps = [
  { value: "", words: "as long as the settings say" },
  { value: "1h", words: "1 hour" },
  { value: "24h", words: "a day" },
  { value: "7d", words: "a week" },
  { value: "0", words: "not at all: nothing can be undone" },
] as const

function KeepField({ chosen, onChosen }: Props) {
  return (
    <Choice
      label="Keep what was there"
      value={chosen.keepFor}
      onChange={(keepFor) => onChosen({ ...chosen, keepFor })}
    >
      {keeps.map(({ value, words }) => (
        <option key={value} value={value}>
          {words}
        </option>
      ))}
    </Choice>
  )
}
