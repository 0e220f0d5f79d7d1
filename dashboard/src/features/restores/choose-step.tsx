// Step 2: on which server, into which database and how, and what of it. Asks the server for a plan; changes nothing.
import { useMutation } from "@tanstack/react-query"
import type { FormEvent, ReactNode } from "react"
import type { RestorePlan } from "../../../../schemas/restore.ts"
import { Button, buttonClass } from "../../components/button.tsx"
import { Choice } from "../../components/choice.tsx"
import { Refusal } from "../../components/problem.tsx"
import { askForPlan } from "../../lib/queries/restores.ts"
import { IdentityField } from "./identity-field.tsx"
import { ModeField } from "./mode-field.tsx"
import { NameField } from "./name-field.tsx"
import { intoExisting } from "./offered.ts"
import { PartFold } from "./part-fold.tsx"
import { PrecautionsField } from "./precautions-field.tsx"
import { asksForDatabase, type Chosen, fromOf, mistakeIn, nameBeside, optionsOf } from "./restore-step.ts"
import { StepLine } from "./step-line.tsx"
import type { Subject } from "./subject.ts"
import { TargetField } from "./target-field.tsx"

interface Props {
  readonly subject: Subject
  /** What it is, in facts. */
  readonly facts: ReactNode
  readonly chosen: Chosen
  readonly onChosen: (chosen: Chosen) => void
  readonly identity: string
  readonly onIdentity: (identity: string) => void
  readonly onBack: () => void
  readonly onPlan: (plan: RestorePlan) => void
}

export function ChooseStep(props: Props) {
  const { subject, chosen, onChosen, identity, onIdentity, onBack, onPlan } = props
  const { mode } = chosen
  const planning = useMutation({ ...askForPlan, onSuccess: onPlan })
  const mistake = mistakeIn(chosen, subject)
  const wrong = (of: NonNullable<typeof mistake>["of"]) => (mistake?.of === of ? mistake.words : undefined)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (!mistake)
      planning.mutate({ from: fromOf(chosen, subject), options: optionsOf(chosen, subject), identity })
  }
  return (
    <form onSubmit={submit} className="space-y-4 text-sm">
      <StepLine current="Options" />
      {props.facts}
      {asksForDatabase(mode, subject) && (
        <Choice
          label="Database in the file"
          value={chosen.sourceDatabase}
          onChange={(name) =>
            onChosen({ ...chosen, sourceDatabase: name, newName: nameBeside(name), existing: name })
          }
        >
          <option value="">Choose…</option>
          {subject.several.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </Choice>
      )}
      <TargetField
        subject={subject}
        serverId={chosen.serverId}
        onServer={(serverId) => onChosen({ ...chosen, serverId })}
      />
      <ModeField subject={subject} mode={mode} onMode={(mode) => onChosen({ ...chosen, mode })} />
      {mode !== "globals" && (
        <NameField subject={subject} chosen={chosen} mistake={wrong("name")} onChosen={onChosen} />
      )}
      {intoExisting(mode) && <PrecautionsField chosen={chosen} onChosen={onChosen} />}
      <PartFold subject={subject} chosen={chosen} onChosen={onChosen} />
      {subject.encrypted && <IdentityField identity={identity} onIdentity={onIdentity} />}
      {planning.error && <Refusal what="No plan" error={planning.error} />}
      <div className="flex items-center justify-end gap-2 max-sm:flex-col-reverse max-sm:items-stretch">
        {mistake && mistake.of !== "name" && <span className="text-muted">{mistake.words}</span>}
        <Button onClick={onBack}>Another source</Button>
        <button
          type="submit"
          disabled={mistake !== undefined || planning.isPending}
          className={buttonClass("primary")}
        >
          {planning.isPending ? "Planning…" : "Show the plan"}
        </button>
      </div>
    </form>
  )
}
