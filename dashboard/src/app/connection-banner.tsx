// Says that what is shown is not live, and how old it is. Silent while all is well.
import { Unplug } from "lucide-react"
import type { Connection } from "../lib/connection.ts"
import { formatClock, formatUtc } from "../lib/format.ts"

export function ConnectionBanner({ connection }: { readonly connection: Connection }) {
  return (
    <div role="status">
      {connection.state === "lost" && (
        <p className="flex items-center gap-2 border-b border-line bg-sunken px-6 py-2 text-sm max-sm:px-4">
          <Unplug aria-hidden className="size-4 flex-none text-bad" />
          {connection.asOf ? (
            <span>
              <strong className="font-semibold">Connection lost</strong>; showing data from{" "}
              <time dateTime={connection.asOf.toISOString()} title={formatUtc(connection.asOf)}>
                {formatClock(connection.asOf)}
              </time>
              . Trying again by itself. Backups go on without this page.
            </span>
          ) : (
            <span>
              <strong className="font-semibold">No connection</strong> to the controller. Trying again by
              itself.
            </span>
          )}
        </p>
      )}
    </div>
  )
}
