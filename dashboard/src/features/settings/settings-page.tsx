// What is in force for the whole controller, read-only: it is set by its environment.
import { useQuery } from "@tanstack/react-query"
import { Connections } from "../../components/connections.tsx"
import { Fact, Facts } from "../../components/facts.tsx"
import { Loaded } from "../../components/loading.tsx"
import { Page, Section } from "../../components/page.tsx"
import { Size } from "../../components/size.tsx"
import { Age, Time } from "../../components/time.tsx"
import { count, viewerZone } from "../../lib/format.ts"
import { type Status, statsQuery, statusQuery } from "../../lib/queries/status.ts"

export function SettingsPage() {
  const status = useQuery(statusQuery())
  return (
    <Page title="Settings">
      <Loaded query={status} what="the settings" rows={8}>
        {(status) => (
          <div className="grid gap-x-12 lg:grid-cols-[minmax(0,1fr)_22rem]">
            <div className="min-w-0">
              <Controller status={status} />
              <Stored />
            </div>
            <div>
              <Connections status={status} />
            </div>
          </div>
        )}
      </Loaded>
    </Page>
  )
}

function Controller({ status }: { readonly status: Status }) {
  const { listening, queue } = status
  return (
    <Section title="Controller" note="set by its environment variables">
      <Facts>
        <Fact name="Version">{status.version}</Fact>
        <Fact name="Started">
          <Time at={status.startedAt} zone focusable />, <Age at={status.startedAt} />
        </Fact>
        <Fact name="Listening on">
          {listening.address}, port {listening.port}
          {listening.loopbackOnly
            ? ", reachable from this machine only"
            : ", reachable from other machines, without authentication"}
        </Fact>
        <Fact name="Discovery">
          {status.discovery === "labels"
            ? "labels: only containers that ask for it are backed up"
            : "auto: every database container is backed up, unless its label says no"}
        </Fact>
        <Fact name="Label prefix">
          <code className="font-mono text-xs">{status.labelPrefix}.</code>
        </Fact>
        <Fact name="Time zone">{status.timeZone}, for schedules that name none</Fact>
        <Fact name="Times shown in">{viewerZone()}, the zone of this browser</Fact>
        <Fact name="Runs at a time">
          {queue.maxConcurrent}; now {queue.running} running, {queue.queued} waiting
        </Fact>
      </Facts>
    </Section>
  )
}

function Stored() {
  const stats = useQuery(statsQuery())
  return (
    <Section title="In numbers">
      <Loaded query={stats} what="the numbers" rows={3}>
        {({ backups, restores, storedBytes, servers, databases }) => (
          <Facts>
            <Fact name="Servers">{servers}</Fact>
            <Fact name="Databases">{databases.total}</Fact>
            <Fact name="Backups">
              {backups.total}, <Size bytes={storedBytes} /> stored
            </Fact>
            <Fact name="Last 24 h">
              {count(backups.last24h, "backup")}, {backups.failedLast24h} failed
            </Fact>
            <Fact name="Restores">{restores.total}</Fact>
          </Facts>
        )}
      </Loaded>
    </Section>
  )
}
