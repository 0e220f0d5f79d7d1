// The log of one restore, followed while it runs.
import { useQuery } from "@tanstack/react-query"
import type { LogLevel } from "../../../../schemas/run.ts"
import { Loaded } from "../../components/loading.tsx"
import { LogView } from "../../components/log-view.tsx"
import { restoreLogsQuery } from "../../lib/queries/restores.ts"

interface Props {
  readonly restoreId: string
  readonly live: boolean
  /** The level shown first. */
  readonly from?: LogLevel
}

export function RestoreLog({ restoreId, live, from = "debug" }: Props) {
  const logs = useQuery(restoreLogsQuery(restoreId))
  return (
    <Loaded query={logs} what="the log">
      {(lines) => <LogView lines={lines} live={live} from={from} fileName={`restore-${restoreId}.log`} />}
    </Loaded>
  )
}
