// Removing a server that was added here: what goes and what stays, in words; its name typed; then the button.
import { useMutation } from "@tanstack/react-query"
import { useState } from "react"
import type { Server } from "../../../../schemas/server.ts"
import { Button } from "../../components/button.tsx"
import { Dialog } from "../../components/dialog.tsx"
import { Refusal } from "../../components/problem.tsx"
import { TypedName } from "../../components/typed-name.tsx"
import { removeServer } from "../../lib/queries/outside.ts"

export function RemoveServer({ server }: { readonly server: Server }) {
  const [open, setOpen] = useState(false)
  const [typed, setTyped] = useState("")
  const close = () => {
    setOpen(false)
    setTyped("")
  }
  const removal = useMutation({ ...removeServer, onSuccess: close })
  return (
    <>
      <Button look="danger" onClick={() => setOpen(true)}>
        Remove
      </Button>
      {open && (
        <Dialog title={`Remove the server ${server.name}`} onClose={close}>
          <div className="space-y-4 text-sm">
            <p className="max-w-prose">
              No backup of it is made any more, and its address and password are forgotten. Its history and
              its backups stay.
            </p>
            <TypedName name={server.name} purpose="remove this server" typed={typed} onType={setTyped} />
            {removal.error && <Refusal what="Not removed" error={removal.error} />}
            <div className="flex justify-end gap-2 max-sm:flex-col-reverse">
              <Button onClick={close}>Keep it</Button>
              <Button
                look="danger"
                disabled={typed !== server.name || removal.isPending}
                onClick={() => removal.mutate(server.id)}
              >
                {removal.isPending ? "Removing…" : "Remove the server"}
              </Button>
            </div>
          </div>
        </Dialog>
      )}
    </>
  )
}
