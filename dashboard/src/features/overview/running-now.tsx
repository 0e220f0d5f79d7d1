// What runs or waits at this moment, with live bytes.
import { useQuery } from "@tanstack/react-query"
import { Link } from "wouter"
import type { Backup } from "../../../../schemas/backup.ts"
import type { Restore } from "../../../../schemas/restore.ts"
import type { Run } from "../../../../schemas/run.ts"
import { Section } from "../../components/page.tsx"
import { State } from "../../components/state.tsx"
import { DumpTransfer, Elapsed, LoadTransfer } from "../../components/transfer.tsx"
import { backupPath, restorePath, runPath, serverPath } from "../../lib/paths.ts"
import { backupsQuery } from "../../lib/queries/backups.ts"
import { restoresQuery } from "../../lib/queries/restores.ts"
import { runsQuery } from "../../lib/queries/runs.ts"
import { jobName, runWords, statusWords } from "../../lib/words.ts"

/** What has not ended is among the newest runs. */
const searched = "100"

export function RunningNow() {
  const running = useQuery(backupsQuery({ status: "running" })).data?.rows ?? []
  const queued = useQuery(backupsQuery({ status: "queued" })).data?.rows ?? []
  const restores = useQuery(restoresQuery({ status: "running" })).data?.rows ?? []
  const dumped = new Set([...running, ...queued].map(({ runId }) => runId))
  const runs = useQuery(runsQuery({ limit: searched })).data?.rows ?? []
  const preparing = runs.filter(
    ({ id, status }) => (status === "queued" || status === "running") && !dumped.has(id),
  )
  if (running.length + queued.length + restores.length + preparing.length === 0) return null
  return (
    <Section title="Running now">
      <ul>
        {restores.map((restore) => (
          <RestoreLine key={restore.id} restore={restore} />
        ))}
        {[...running, ...queued].map((backup) => (
          <BackupLine key={backup.id} backup={backup} />
        ))}
        {preparing.map((run) => (
          <RunLine key={run.id} run={run} />
        ))}
      </ul>
    </Section>
  )
}

const line = "flex flex-wrap items-baseline gap-x-4 gap-y-0.5 border-b border-line py-2 text-sm"

function BackupLine({ backup }: { readonly backup: Backup }) {
  return (
    <li className={line}>
      <State {...statusWords[backup.status]} />
      <span>
        <Link href={backupPath(backup.id)} className="link">
          {backup.database}
        </Link>{" "}
        <span className="text-muted">
          on{" "}
          <Link href={serverPath(backup.serverId)} className="hover:underline">
            {backup.serverName}
          </Link>
        </span>
      </span>
      {backup.status === "running" && (
        <DumpTransfer startedAt={backup.startedAt} progress={backup.progress} />
      )}
      {backup.status === "queued" && <span className="text-muted">waits for its turn</span>}
    </li>
  )
}

/** A run of which no backup is under way: it waits for its turn or for its server, or is between two dumps. */
function RunLine({ run }: { readonly run: Run }) {
  return (
    <li className={line}>
      <State {...runWords[run.status]} />
      <span>
        <Link href={runPath(run.id)} className="link">
          Run of job {jobName(run)}
        </Link>{" "}
        <span className="text-muted">
          on{" "}
          <Link href={serverPath(run.serverId)} className="hover:underline">
            {run.serverName}
          </Link>
        </span>
      </span>
      {run.status === "queued" && <span className="text-muted">waits for its turn</span>}
      {run.status === "running" && <Elapsed since={run.startedAt} />}
    </li>
  )
}

function RestoreLine({ restore }: { readonly restore: Restore }) {
  return (
    <li className={line}>
      <State {...statusWords[restore.status]} />
      <span>
        <Link href={restorePath(restore.id)} className="link">
          Restore into {restore.targetDatabase}
        </Link>{" "}
        <span className="text-muted">
          on{" "}
          <Link href={serverPath(restore.serverId)} className="hover:underline">
            {restore.serverName}
          </Link>
        </span>
      </span>
      {restore.status === "running" && (
        <div className="w-full">
          <LoadTransfer startedAt={restore.startedAt} progress={restore.progress} />
        </div>
      )}
    </li>
  )
}
