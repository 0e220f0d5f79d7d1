// Options and plan of what is to be restored, with the way back from the one to the other.
import { type ReactNode, useState } from "react"
import { ChooseStep } from "./choose-step.tsx"
import { ConfirmStep } from "./confirm-step.tsx"
import { firstStep, fromOf, optionsOf, type RestoreStep } from "./restore-step.ts"
import type { Subject } from "./subject.ts"

interface Props {
  readonly subject: Subject
  readonly facts: ReactNode
  readonly identity: string
  readonly onIdentity: (identity: string) => void
  readonly onBack: () => void
  readonly onStarted: (restoreId: string) => void
}

export function PlanningSteps({ subject, facts, identity, onIdentity, onBack, onStarted }: Props) {
  const [step, setStep] = useState<RestoreStep>(() => firstStep(subject))
  if (step.step === "confirm")
    return (
      <ConfirmStep
        from={fromOf(step.chosen, subject)}
        step={step}
        identity={identity}
        onType={(typedName) => setStep({ ...step, typedName })}
        onBack={() => setStep(step.chosen)}
        onStarted={onStarted}
      />
    )
  return (
    <ChooseStep
      subject={subject}
      facts={facts}
      chosen={step}
      onChosen={setStep}
      identity={identity}
      onIdentity={onIdentity}
      onBack={onBack}
      onPlan={(plan) =>
        setStep({
          step: "confirm",
          plan,
          options: optionsOf(step, subject),
          chosen: step,
          typedName: "",
        })
      }
    />
  )
}
