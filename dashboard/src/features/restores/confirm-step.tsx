// Step 2: the server's plan in words. The button that restores is here only, and works once the target's name is typed.
import { useMutation } from "@tanstack/react-query"
import { TriangleAlert } from "lucide-react"
import { type FormEvent, useEffect, useRef } from "react"
import { Button, buttonClass } from "../../components/button.tsx"
import { Refusal } from "../../components/problem.tsx"
import { TypedName } from "../../components/typed-name.tsx"
import { startRestore } from "../../lib/queries/restores.ts"
import { PlanFacts } from "./plan-facts.tsx"
import { isConfirmed, type RestoreStep } from "./restore-step.ts"
import { StepLine } from "./step-line.tsx"

interface Props {
  readonly step: Extract<RestoreStep, { step: "confirm" }>
  readonly identity: string
  readonly onType: (typedName: string) => void
  readonly onBack: () => void
  readonly onStarted: (restoreId: string) => void
}

export function ConfirmStep({ step, identity, onType, onBack, onStarted }: Props) {
  const { plan } = step
  const start = useMutation({ ...startRestore, onSuccess: (restore) => onStarted(restore.id) })
  const confirmed = isConfirmed(step)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (confirmed && plan.backupId !== null)
      start.mutate({ backupId: plan.backupId, options: step.options, planHash: plan.hash, identity })
  }
  return (
    <form onSubmit={submit} className="space-y-4 text-sm">
      <StepLine current={2} />
      <PlanHeading />
      <PlanFacts plan={plan} />
      <ol className="list-decimal space-y-1 pl-5 marker:text-muted">
        {plan.steps.map((words) => (
          <li key={words}>{words}</li>
        ))}
      </ol>
      {plan.warnings.map((warning) => (
        <p key={warning} className="flex items-start gap-2">
          <TriangleAlert aria-hidden className="mt-0.5 size-4 flex-none text-late" />
          <span>{warning}</span>
        </p>
      ))}
      <TypedName
        name={plan.targetDatabase}
        purpose={plan.mode === "globals" ? `make them on ${plan.serverName}` : "restore into it"}
        typed={step.typedName}
        onType={onType}
      />
      {start.error && <Refusal what="Not started" error={start.error} />}
      <div className="flex justify-end gap-2 max-sm:flex-col-reverse">
        <Button onClick={onBack}>Back</Button>
        <button type="submit" disabled={!confirmed || start.isPending} className={buttonClass("primary")}>
          {start.isPending
            ? "Starting…"
            : plan.mode === "globals"
              ? `Restore on ${plan.serverName}`
              : `Restore into ${plan.targetDatabase}`}
        </button>
      </div>
    </form>
  )
}

/** Takes the focus when the plan appears, so that a screen reader goes on from here. */
function PlanHeading() {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <h3 ref={heading} tabIndex={-1} className="font-semibold outline-none">
      What will be done
    </h3>
  )
}
