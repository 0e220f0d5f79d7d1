// Why a backup is suspect, and a person's word that it is right.
import { CircleHelp } from "lucide-react"
import { useState } from "react"
import type { CompletedBackup } from "../../../../schemas/backup.ts"
import { Button } from "../../components/button.tsx"
import { Section } from "../../components/page.tsx"
import { Age, Time } from "../../components/time.tsx"
import { storedAt } from "../../lib/words.ts"
import { AcceptDialog } from "./accept-dialog.tsx"

export function DoubtReport({ backup }: { readonly backup: CompletedBackup }) {
  const [asking, setAsking] = useState(false)
  const { suspect, acceptedAt } = backup
  if (suspect === null) return null
  if (acceptedAt !== null) {
    return (
      <Section title="Was suspect">
        <p className="max-w-prose pt-3 text-sm">
          {suspect.message}. Somebody accepted it at <Time at={acceptedAt} zone focusable />,{" "}
          <Age at={acceptedAt} />: it is good since.
        </p>
      </Section>
    )
  }
  return (
    <Section title="Why it is suspect">
      <div className="flex items-start gap-2 pt-3">
        <CircleHelp aria-hidden className="mt-0.5 size-4 flex-none text-bad" />
        <div className="min-w-0 max-w-prose">
          <p className="font-medium">{suspect.message}.</p>
          {suspect.hint && <p className="pt-1">{suspect.hint}</p>}
          <p className="pt-1 text-muted">
            It is whole, and can be restored. It does not count as good, and takes no other backup's place.{" "}
            <code className="font-mono text-xs">{suspect.code}</code>
          </p>
          {storedAt(backup).length > 0 && (
            <p className="pt-3">
              <Button onClick={() => setAsking(true)}>Accept it</Button>
            </p>
          )}
        </div>
      </div>
      {asking && <AcceptDialog backup={backup} onClose={() => setAsking(false)} />}
    </Section>
  )
}
