// Says that anyone who reaches this address can read and restore, when the controller listens beyond this machine.
import { ShieldAlert } from "lucide-react"
import type { Status } from "../../lib/queries/status.ts"

export function ExposureNotice({ listening }: { readonly listening: Status["listening"] }) {
  if (listening.loopbackOnly) return null
  return (
    <p className="mb-5 flex items-start gap-2 text-sm">
      <ShieldAlert aria-hidden className="mt-0.5 size-4 flex-none text-late" />
      <span>
        Listening on{" "}
        <code className="font-mono text-xs">
          {listening.address}:{listening.port}
        </code>{" "}
        without authentication: whoever reaches this address can download, restore and delete backups. Publish
        the port on 127.0.0.1, or put a proxy that asks for a login in front.
      </span>
    </p>
  )
}
