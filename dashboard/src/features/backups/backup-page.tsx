// One backup, from the moment it is asked for: live while it runs; then its proof, or why it failed; then its log.
import { useQuery } from "@tanstack/react-query"
import { Link } from "wouter"
import type { Backup } from "../../../../schemas/backup.ts"
import { FailureReport } from "../../components/failure-report.tsx"
import { Loaded } from "../../components/loading.tsx"
import { LogView } from "../../components/log-view.tsx"
import { Name } from "../../components/name.tsx"
import { Page, Section } from "../../components/page.tsx"
import { State } from "../../components/state.tsx"
import { DumpTransfer } from "../../components/transfer.tsx"
import { whatFollows } from "../../components/what-follows.tsx"
import { databasePath, useIdInPath } from "../../lib/paths.ts"
import { backupQuery, runLogsQuery } from "../../lib/queries/backups.ts"
import { recentRunsQuery, runQuery } from "../../lib/queries/runs.ts"
import { backupWord } from "../../lib/words.ts"
import { BackupActions } from "./backup-actions.tsx"
import { BackupFacts } from "./backup-facts.tsx"
import { CompletedParts } from "./completed-parts.tsx"
import { DoubtReport } from "./doubt-report.tsx"
import { PinnedReport } from "./pinned.tsx"

export function BackupPage() {
  const backup = useQuery(backupQuery(useIdInPath()))
  return (
    <Page
      title={backup.data ? `Backup of ${backup.data.database}` : "Backup"}
      heading={backup.data && <Heading backup={backup.data} />}
      actions={backup.data && <BackupActions backup={backup.data} />}
    >
      <Loaded query={backup} what="this backup" rows={8}>
        {(backup) => <BackupParts backup={backup} />}
      </Loaded>
    </Page>
  )
}

function Heading({ backup }: { readonly backup: Backup }) {
  return (
    <span className="flex flex-wrap items-baseline gap-x-3">
      <span>
        Backup of{" "}
        <Link href={databasePath(backup.databaseId)} className="hover:underline">
          <Name of={backup.database} />
        </Link>
      </span>
      <span role="status" className="text-sm font-normal">
        <State {...backupWord(backup)} />
      </span>
    </span>
  )
}

function BackupParts({ backup }: { readonly backup: Backup }) {
  const logs = useQuery(runLogsQuery(backup.runId))
  const run = useQuery(runQuery(backup.runId)).data?.run
  const recent =
    useQuery({ ...recentRunsQuery(backup.serverId), enabled: "error" in backup }).data?.rows ?? []
  const live = backup.status === "queued" || backup.status === "running"
  return (
    <>
      {"error" in backup && (
        <FailureReport
          what={`${backup.database} was not backed up`}
          problem={backup.error}
          lines={logs.data ?? []}
          next={whatFollows(run, recent)}
        />
      )}
      {backup.status === "completed" && backup.suspect && <DoubtReport backup={backup} />}
      {backup.status === "completed" && backup.pinned && (
        <PinnedReport backup={backup} pinned={backup.pinned} />
      )}
      <Section title={live ? "Progress" : "Facts"}>
        {backup.status === "queued" && (
          <p className="pt-3 text-sm">It waits for its turn: a server has one run at a time.</p>
        )}
        {backup.status === "running" && (
          <p className="pt-3 text-base">
            <DumpTransfer startedAt={backup.startedAt} progress={backup.progress} />
          </p>
        )}
        <BackupFacts backup={backup} run={run} />
      </Section>
      {backup.status === "completed" && <CompletedParts backup={backup} />}
      <Section title="Log" note="of the whole run, which may hold other databases of this server">
        <Loaded query={logs} what="the log">
          {(lines) => <LogView lines={lines} live={live} fileName={`backup-${backup.id}.log`} />}
        </Loaded>
      </Section>
    </>
  )
}
