// Step 3: the server's plan in words. The button that restores is here only, and works once the target's name is typed.
import { useMutation } from "@tanstack/react-query"
import { TriangleAlert } from "lucide-react"
import type { FormEvent } from "react"
import { Button, buttonClass } from "../../components/button.tsx"
import { Refusal } from "../../components/problem.tsx"
import { Said } from "../../components/said.tsx"
import { TypedName } from "../../components/typed-name.tsx"
import { startRestore, type WantedRestore } from "../../lib/queries/restores.ts"
import { PlanFacts } from "./plan-facts.tsx"
import { isConfirmed, type RestoreStep } from "./restore-step.ts"
import { StepLine } from "./step-line.tsx"

interface Props {
  readonly from: WantedRestore["from"]
  readonly step: Extract<RestoreStep, { step: "confirm" }>
  readonly identity: string
  readonly onType: (typedName: string) => void
  readonly onBack: () => void
  readonly onStarted: (restoreId: string) => void
}

export function ConfirmStep({ from, step, identity, onType, onBack, onStarted }: Props) {
  const { plan } = step
  const start = useMutation({ ...startRestore, onSuccess: (restore) => onStarted(restore.id) })
  const confirmed = isConfirmed(step)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (confirmed) start.mutate({ from, options: step.options, planHash: plan.hash, identity })
  }
  return (
    <form onSubmit={submit} className="space-y-4 text-sm">
      <StepLine current="Plan" />
      <PlanFacts plan={plan} />
      <ol className="list-decimal space-y-1 pl-5 marker:text-muted">
        {plan.steps.map((words) => (
          <li key={words}>
            <Said words={words} />
          </li>
        ))}
      </ol>
      {plan.warnings.map((warning) => (
        <p key={warning} className="flex items-start gap-2">
          <TriangleAlert aria-hidden className="mt-0.5 size-4 flex-none text-late" />
          <span>
            <Said words={warning} />
          </span>
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
