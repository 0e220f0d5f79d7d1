// One restore: how it stands, from what into what, its log.
import { useMutation, useQuery } from "@tanstack/react-query"
import { Link } from "wouter"
import type { Restore } from "../../../../schemas/restore.ts"
import { Button } from "../../components/button.tsx"
import { Fact, Facts } from "../../components/facts.tsx"
import { Loaded } from "../../components/loading.tsx"
import { LogView } from "../../components/log-view.tsx"
import { Page, Section } from "../../components/page.tsx"
import { Refusal } from "../../components/problem.tsx"
import { Age, Time } from "../../components/time.tsx"
import { backupPath, databasePath, serverPath, useIdInPath } from "../../lib/paths.ts"
import { restoreLogsQuery, restoreQuery, stopRestore } from "../../lib/queries/restores.ts"
import { RestoreOutcome } from "./restore-outcome.tsx"
import { SwapSection } from "./swap-section.tsx"

export function RestorePage() {
  const restore = useQuery(restoreQuery(useIdInPath()))
  const stop = useMutation(stopRestore)
  const live = restore.data?.status === "running" || restore.data?.status === "queued"
  return (
    <Page
      title={restore.data ? `Restore into ${restore.data.targetDatabase}` : "Restore"}
      actions={
        live &&
        restore.data && (
          <Button disabled={stop.isPending} onClick={() => restore.data && stop.mutate(restore.data.id)}>
            Cancel and drop the new database
          </Button>
        )
      }
    >
      {stop.error && <Refusal what="Not cancelled" error={stop.error} />}
      <Loaded query={restore} what="this restore" rows={6}>
        {(restore) => (
          <>
            <div className="mb-8">
              <RestoreOutcome restore={restore} />
            </div>
            {restore.swap && <SwapSection restore={restore} swap={restore.swap} />}
            <Section title="Facts">
              <RestoreFacts restore={restore} />
            </Section>
            <Section title="Log">
              <RestoreLog restoreId={restore.id} live={live} />
            </Section>
          </>
        )}
      </Loaded>
    </Page>
  )
}

function RestoreFacts({ restore }: { readonly restore: Restore }) {
  return (
    <Facts>
      <Fact name="From">
        {restore.backupId === null ? (
          restore.source?.fileName
        ) : (
          <Link href={backupPath(restore.backupId)} className="link">
            a backup
          </Link>
        )}{" "}
        of{" "}
        <Link href={databasePath(restore.databaseId)} className="link">
          {restore.sourceDatabase}
        </Link>
      </Fact>
      <Fact name="Into">
        {restore.swap ? "the place of" : "new database"} {restore.targetDatabase} on{" "}
        <Link href={serverPath(restore.serverId)} className="link">
          {restore.serverName}
        </Link>
      </Fact>
      <Fact name="Asked for">
        <Time at={restore.queuedAt} zone focusable />
      </Fact>
      {"finishedAt" in restore && (
        <Fact name="Finished">
          <Time at={restore.finishedAt} zone focusable />, <Age at={restore.finishedAt} />
        </Fact>
      )}
      <Fact name="Id">
        <code className="font-mono text-xs wrap-anywhere text-muted">{restore.id}</code>
      </Fact>
    </Facts>
  )
}

function RestoreLog({ restoreId, live }: { readonly restoreId: string; readonly live: boolean }) {
  const logs = useQuery(restoreLogsQuery(restoreId))
  return (
    <Loaded query={logs} what="the log">
      {(lines) => <LogView lines={lines} live={live} fileName={`restore-${restoreId}.log`} />}
    </Loaded>
  )
}
