// Whether a restore goes beside the old database, or takes its place.
import { useId } from "react"
import type { CompletedBackup } from "../../../../schemas/backup.ts"
import type { SwapChoice } from "../../lib/queries/restores.ts"
import { firstSwap, nameBeside } from "./restore-step.ts"

interface Props {
  readonly backup: CompletedBackup
  readonly swap: SwapChoice | null
  readonly onChoice: (name: string, swap: SwapChoice | null) => void
}

export function WhereField({ backup: { database }, swap, onChoice }: Props) {
  const id = useId()
  return (
    <fieldset className="space-y-2">
      <legend className="mb-1 font-medium">Where to</legend>
      <label className="flex items-start gap-2">
        <input
          type="radio"
          name={id}
          className="mt-1"
          checked={swap === null}
          onChange={() => onChoice(nameBeside(database), null)}
        />
        <span>Beside it, as a new database: nothing that is there is touched</span>
      </label>
      <label className="flex items-start gap-2">
        <input
          type="radio"
          name={id}
          className="mt-1"
          checked={swap !== null}
          onChange={() => onChoice(database, firstSwap)}
        />
        <span>In the place of {database}, which is kept for a while, for an undo</span>
      </label>
      {swap && (
        <div className="space-y-2 pl-6">
          <label className="flex items-start gap-2">
            <input
              type="checkbox"
              className="mt-1"
              checked={swap.safetyBackup}
              onChange={(event) => onChoice(database, { ...swap, safetyBackup: event.target.checked })}
            />
            <span>Back {database} up before</span>
          </label>
          <label className="flex items-start gap-2">
            <input
              type="checkbox"
              className="mt-1"
              checked={swap.endConnections}
              onChange={(event) => onChoice(database, { ...swap, endConnections: event.target.checked })}
            />
            <span>
              End its connections; without that, it waits for nobody and is refused while there are any
            </span>
          </label>
        </div>
      )}
    </fieldset>
  )
}
