// The log of one restore, followed while it runs.
import { useQuery } from "@tanstack/react-query"
import { Loaded } from "../../components/loading.tsx"
import { LogView } from "../../components/log-view.tsx"
import { restoreLogsQuery } from "../../lib/queries/restores.ts"

export function RestoreLog({ restoreId, live }: { readonly restoreId: string; readonly live: boolean }) {
  const logs = useQuery(restoreLogsQuery(restoreId))
  return (
    <Loaded query={logs} what="the log">
      {(lines) => <LogView lines={lines} live={live} fileName={`restore-${restoreId}.log`} />}
    </Loaded>
  )
}
