// Whether a restore makes a new database, takes the place of one, or goes into one: what each means, and what it risks.
import { useId } from "react"
import type { RestoreMode } from "../../../../schemas/restore.ts"
import { modesFor, whenItFails } from "./offered.ts"
import type { Subject } from "./subject.ts"

interface Props {
  readonly subject: Subject
  readonly mode: RestoreMode
  readonly onMode: (mode: RestoreMode) => void
}

export function ModeField({ subject, mode: chosen, onMode }: Props) {
  const id = useId()
  const modes = modesFor(subject)
  if (modes.length === 1)
    return (
      <p className="max-w-prose">
        {titles[chosen]}
        <span className="block text-muted">{meanings[chosen]}</span>
      </p>
    )
  return (
    <fieldset className="space-y-1">
      <legend className="mb-1 font-medium">Where to</legend>
      {modes.map((mode, index) => (
        <label key={mode} className="flex items-start gap-2.5 py-1 max-sm:py-1.5">
          <input
            type="radio"
            name={id}
            className="mt-1 flex-none"
            checked={mode === chosen}
            aria-describedby={`${id}-${mode}`}
            onChange={() => onMode(mode)}
          />
          <span>
            {titles[mode]}
            {index === 0 && <span className="text-good"> · recommended</span>}
            <span id={`${id}-${mode}`} className="block max-w-prose text-muted">
              {meanings[mode]} {risk(mode, subject)}
            </span>
          </span>
        </label>
      ))}
    </fieldset>
  )
}

const titles: Readonly<Record<RestoreMode, string>> = {
  new: "Into a new database",
  swap: "In the place of a database",
  clean: "Into a database that is there",
  replace: "Into a database that is emptied first",
  globals: "What the server lacks",
}

const meanings: Readonly<Record<RestoreMode, string>> = {
  new: "Beside what is there, of which nothing is touched.",
  swap: "It is restored beside that one, compared, and then exchanged with it in one short step. What was there is kept for a while, for an undo.",
  clean:
    "What the backup holds replaces what is there of the same name; everything else in the database stays.",
  replace: "All that is in it goes. It keeps its owner, its settings and the grants on it.",
  globals:
    "Roles and accounts that the server lacks are made. What it has stays as it is, and nothing is dropped.",
}

function risk(mode: RestoreMode, subject: Subject): string {
  if (mode !== "clean" && mode !== "replace") return ""
  return whenItFails(mode, subject) === "nothing happened"
    ? "It is one transaction: if it fails, nothing has changed."
    : "If it fails half-way, it is put back from the backup made before; without one, it is left as a mixture of both."
}
