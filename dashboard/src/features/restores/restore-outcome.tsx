// How a restore stands: progress while it runs, what was found when it is done, why it failed.
import { useQuery } from "@tanstack/react-query"
import { Check, TriangleAlert } from "lucide-react"
import type { Restore } from "../../../../schemas/restore.ts"
import { FailureReport } from "../../components/failure-report.tsx"
import { Size } from "../../components/size.tsx"
import { State } from "../../components/state.tsx"
import { LoadTransfer } from "../../components/transfer.tsx"
import { count, formatDuration } from "../../lib/format.ts"
import { restoreLogsQuery } from "../../lib/queries/restores.ts"
import { statusWords, whatHappensNext } from "../../lib/words.ts"

export function RestoreOutcome({ restore }: { readonly restore: Restore }) {
  return (
    <div>
      <p role="status" className="pb-2">
        <State {...statusWords[restore.status]} />
      </p>
      {restore.status === "queued" && <p>It waits for its turn on {restore.serverName}.</p>}
      {restore.status === "running" && (
        <LoadTransfer startedAt={restore.startedAt} progress={restore.progress} />
      )}
      {restore.status === "completed" && <Found restore={restore} />}
      {"error" in restore && <Why restore={restore} />}
    </div>
  )
}

function Found({ restore }: { readonly restore: Extract<Restore, { status: "completed" }> }) {
  const { targetDatabase, serverName, tables, restoredBytes, durationSeconds, differences } = restore
  return (
    <div className="space-y-2">
      {restore.mode === "globals" ? (
        <p>What {serverName} lacked of the globals is there now; what it had was not touched.</p>
      ) : (
        <p>
          <strong className="font-semibold wrap-anywhere">{targetDatabase}</strong> on {serverName} has{" "}
          {count(tables, "table")}; <Size bytes={restoredBytes} /> loaded in {formatDuration(durationSeconds)}
          .{restore.mode === "new" && restore.backupId && ` ${restore.sourceDatabase} was not touched.`}
        </p>
      )}
      {differences.length === 0 ? (
        <p className="flex items-start gap-2">
          <Check aria-hidden className="mt-1 size-3.5 flex-none text-good" />
          {restore.mode === "globals"
            ? "It has all that the backup holds, as the backup holds it."
            : `It holds what ${restore.source ? "was seen in the file" : "the manifest says it should"}.`}
        </p>
      ) : (
        <div className="flex items-start gap-2">
          <TriangleAlert aria-hidden className="mt-0.5 size-4 flex-none text-late" />
          <div>
            <p>
              {restore.mode === "globals"
                ? "To be known:"
                : `It differs from what ${restore.source ? "was seen in the file" : "the manifest says"}:`}
            </p>
            <ul className="list-disc pl-5">
              {differences.map((difference) => (
                <li key={difference}>{difference}</li>
              ))}
            </ul>
          </div>
        </div>
      )}
    </div>
  )
}

function Why({ restore }: { readonly restore: Extract<Restore, { error: unknown }> }) {
  const lines = useQuery(restoreLogsQuery(restore.id)).data ?? []
  return (
    <FailureReport
      what={`${restore.targetDatabase} was not restored`}
      problem={restore.error}
      lines={lines}
      next={restore.mode === "new" && `Nothing that was there was touched. ${whatHappensNext(restore.error)}`}
    />
  )
}
