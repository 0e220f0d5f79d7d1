// Retention that is held back: what it would delete, and a person's word that it may.
import { useMutation } from "@tanstack/react-query"
import { useState } from "react"
import type { Database, HeldPrune } from "../../../../schemas/server.ts"
import { Button } from "../../components/button.tsx"
import { Dialog } from "../../components/dialog.tsx"
import { ProblemNote, Refusal } from "../../components/problem.tsx"
import { Age } from "../../components/time.tsx"
import { TypedName } from "../../components/typed-name.tsx"
import { letPrune } from "../../lib/queries/databases.ts"

interface Props {
  readonly database: Database
  readonly held: HeldPrune
}

export function HeldPruneNote({ database, held }: Props) {
  const [asking, setAsking] = useState(false)
  return (
    <div className="pb-2">
      <ProblemNote problem={held.problem} />
      <p className="pt-2 pl-5.5 text-sm">
        <Button onClick={() => setAsking(true)}>Let {held.backups} backups be deleted</Button>{" "}
        <span className="text-muted">
          held back <Age at={held.heldAt} />
        </span>
      </p>
      {asking && <ConfirmPrune database={database} held={held} onClose={() => setAsking(false)} />}
    </div>
  )
}

function ConfirmPrune({ database, held, onClose }: Props & { readonly onClose: () => void }) {
  const [typed, setTyped] = useState("")
  const letting = useMutation({ ...letPrune, onSuccess: onClose })
  const { id, name, server } = database
  return (
    <Dialog title={`Delete backups of ${name}`} onClose={onClose}>
      <div className="space-y-4 text-sm">
        <p>
          {held.backups} of the {held.of} backups of <strong className="font-semibold">{name}</strong> on{" "}
          {server.name} are deleted at every destination, as its retention says. This cannot be undone. The
          newest good one stays.
        </p>
        <TypedName name={name} purpose="let them be deleted" typed={typed} onType={setTyped} />
        {letting.error && <Refusal what="Not deleted" error={letting.error} />}
        <div className="flex justify-end gap-2 max-sm:flex-col-reverse">
          <Button onClick={onClose}>Keep them</Button>
          <Button
            look="danger"
            disabled={typed !== name || letting.isPending}
            onClick={() => letting.mutate({ id, backups: held.backups })}
          >
            {letting.isPending ? "Confirming…" : `Delete ${held.backups} backups`}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
