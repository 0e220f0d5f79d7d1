// Deleting what failed and deleted backups left: every object that goes, the destination's name typed; then the button.
import { useMutation } from "@tanstack/react-query"
import { useState } from "react"
import type { Orphan } from "../../../../schemas/orphans.ts"
import { Button } from "../../components/button.tsx"
import { Dialog } from "../../components/dialog.tsx"
import { Refusal } from "../../components/problem.tsx"
import { TypedName } from "../../components/typed-name.tsx"
import { count, formatBytes } from "../../lib/format.ts"
import { clean } from "../../lib/queries/orphans.ts"

interface Props {
  readonly name: string
  readonly due: readonly Orphan[]
  readonly onClose: () => void
}

export function CleanDialog({ name, due, onClose }: Props) {
  const [typed, setTyped] = useState("")
  const cleaning = useMutation({ ...clean, onSuccess: ({ left }) => left.length === 0 && onClose() })
  const objects = due.flatMap(({ objects }) => objects)
  const bytes = objects.reduce((sum, object) => sum + object.bytes, 0)
  return (
    <Dialog title={`Delete left-overs at ${name}`} onClose={onClose}>
      <div className="space-y-4 text-sm">
        <p>
          {count(objects.length, "object")}, {formatBytes(bytes)}, of backups that failed or were deleted.
          None of them is a backup that is listed. This cannot be undone.
        </p>
        <ul className="max-h-60 overflow-y-auto border-y border-line py-2 font-mono text-xs">
          {objects.map(({ key }) => (
            <li key={key} className="wrap-anywhere">
              {key}
            </li>
          ))}
        </ul>
        <TypedName name={name} purpose="delete them" typed={typed} onType={setTyped} />
        {cleaning.error && <Refusal what="Not deleted" error={cleaning.error} />}
        {cleaning.data?.left.map(({ key, problem }) => (
          <p key={key}>
            <span className="font-mono text-xs wrap-anywhere">{key}</span> is left: {problem.message}.{" "}
            {problem.hint}
          </p>
        ))}
        <div className="flex justify-end gap-2 max-sm:flex-col-reverse">
          <Button onClick={onClose}>Keep them</Button>
          <Button
            look="danger"
            disabled={typed !== name || cleaning.isPending}
            onClick={() => cleaning.mutate({ name, keys: due.map(({ key }) => key) })}
          >
            {cleaning.isPending ? "Deleting…" : `Delete ${count(objects.length, "object")}`}
          </Button>
        </div>
      </div>
    </Dialog>
  )
}
