// What runs or waits at this moment, with live bytes.
import { useQuery } from "@tanstack/react-query"
import { Link } from "wouter"
import type { Backup } from "../../../../schemas/backup.ts"
import type { Restore } from "../../../../schemas/restore.ts"
import { Section } from "../../components/page.tsx"
import { State } from "../../components/state.tsx"
import { DumpTransfer, LoadTransfer } from "../../components/transfer.tsx"
import { backupPath, restorePath, serverPath } from "../../lib/paths.ts"
import { backupsQuery } from "../../lib/queries/backups.ts"
import { restoresQuery } from "../../lib/queries/restores.ts"
import { statusWords } from "../../lib/words.ts"

export function RunningNow() {
  const running = useQuery(backupsQuery({ status: "running" })).data?.rows ?? []
  const queued = useQuery(backupsQuery({ status: "queued" })).data?.rows ?? []
  const restores = useQuery(restoresQuery({ status: "running" })).data?.rows ?? []
  if (running.length + queued.length + restores.length === 0) return null
  return (
    <Section title="Running now">
      <ul>
        {restores.map((restore) => (
          <RestoreLine key={restore.id} restore={restore} />
        ))}
        {[...running, ...queued].map((backup) => (
          <BackupLine key={backup.id} backup={backup} />
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
