// Step 1: which backup, on which server, and beside the old database or in its place; globals have none. Asks the server for a plan; changes nothing.
import { useMutation } from "@tanstack/react-query"
import { type FormEvent, useEffect, useId, useRef } from "react"
import type { CompletedBackup } from "../../../../schemas/backup.ts"
import type { RestorePlan } from "../../../../schemas/restore.ts"
import { buttonClass } from "../../components/button.tsx"
import { EncryptedInWords } from "../../components/encrypted.tsx"
import { Fact, Facts } from "../../components/facts.tsx"
import { Refusal } from "../../components/problem.tsx"
import { Size } from "../../components/size.tsx"
import { Age, Time } from "../../components/time.tsx"
import { plainInput } from "../../components/typed-name.tsx"
import { askForPlan } from "../../lib/queries/restores.ts"
import { IdentityField } from "./identity-field.tsx"
import { type Chosen, nameMistake, optionsOf } from "./restore-step.ts"
import { StepLine } from "./step-line.tsx"
import { TargetField } from "./target-field.tsx"
import { WhereField } from "./where-field.tsx"

interface Props {
  readonly backup: CompletedBackup
  readonly chosen: Chosen
  readonly onChosen: (chosen: Chosen) => void
  readonly identity: string
  readonly onIdentity: (identity: string) => void
  readonly onPlan: (plan: RestorePlan) => void
}

export function ChooseStep({ backup, chosen, onChosen, identity, onIdentity, onPlan }: Props) {
  const { name, swap, serverId } = chosen
  const isGlobals = backup.kind === "globals"
  const planning = useMutation({ ...askForPlan, onSuccess: onPlan })
  const field = useId()
  const input = useRef<HTMLInputElement>(null)
  useEffect(() => input.current?.focus(), [])
  const mistake =
    isGlobals || swap ? undefined : nameMistake(name, serverId === "" ? backup.database : undefined)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!mistake) planning.mutate({ backupId: backup.id, options: optionsOf(chosen, backup.kind), identity })
  }
  return (
    <form onSubmit={submit} className="space-y-4 text-sm">
      <StepLine current={1} />
      <Facts>
        <Fact name="From">
          backup of <strong className="font-semibold">{backup.database}</strong> on {backup.serverName}
        </Fact>
        <Fact name="Made">
          <Time at={backup.finishedAt} zone />, <Age at={backup.finishedAt} />
        </Fact>
        <Fact name="Size">
          <Size bytes={backup.proof.storedBytes} /> stored, <Size bytes={backup.proof.rawBytes} /> to load
        </Fact>
        {backup.encryption && (
          <Fact name="Encrypted">
            <EncryptedInWords encryption={backup.encryption} />
          </Fact>
        )}
      </Facts>
      <TargetField
        backup={backup}
        serverId={serverId}
        onServer={(serverId) => onChosen({ ...chosen, serverId })}
      />
      {!isGlobals && (
        <WhereField
          backup={backup}
          swap={swap}
          onChoice={(name, swap) => onChosen({ ...chosen, name, swap })}
        />
      )}
      {isGlobals ? (
        <p className="text-muted">
          Roles and accounts that the server lacks are made. What it has stays as it is, and nothing is
          dropped.
        </p>
      ) : (
        swap === null && (
          <div>
            <label htmlFor={field} className="mb-1 block font-medium">
              Name of the new database
            </label>
            <input
              {...plainInput}
              ref={input}
              id={field}
              value={name}
              aria-invalid={mistake !== undefined}
              aria-describedby={`${field}-help`}
              onChange={(event) => onChosen({ ...chosen, name: event.target.value })}
            />
            <p id={`${field}-help`} className={`mt-1 ${mistake ? "text-bad" : "text-muted"}`}>
              {mistake ??
                (serverId === ""
                  ? `It is created on ${backup.serverName}, beside ${backup.database}, which is not touched.`
                  : `It is created there. ${backup.database} on ${backup.serverName} is not touched.`)}
            </p>
          </div>
        )
      )}
      {backup.encryption && <IdentityField identity={identity} onIdentity={onIdentity} />}
      {planning.error && <Refusal what="No plan" error={planning.error} />}
      <div className="flex justify-end">
        <button
          type="submit"
          disabled={mistake !== undefined || planning.isPending}
          className={`${buttonClass("primary")} max-sm:w-full`}
        >
          {planning.isPending ? "Planning…" : "Show the plan"}
        </button>
      </div>
    </form>
  )
}
