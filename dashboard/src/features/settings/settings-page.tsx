// What is in force for the whole controller and where it is from, read-only: it is changed where it was written.
import { useQuery } from "@tanstack/react-query"
import { exportConfiguration } from "../../../../schemas/api.ts"
import { Connections } from "../../components/connections.tsx"
import { Fact, Facts } from "../../components/facts.tsx"
import { Loaded } from "../../components/loading.tsx"
import { Page, Section } from "../../components/page.tsx"
import { Size } from "../../components/size.tsx"
import { Age, Time } from "../../components/time.tsx"
import { count, viewerZone } from "../../lib/format.ts"
import { settingsQuery } from "../../lib/queries/settings.ts"
import { type Status, statsQuery, statusQuery } from "../../lib/queries/status.ts"
import { SettingTable } from "./setting-table.tsx"
import { SettingsFileNote } from "./settings-file-note.tsx"

export function SettingsPage() {
  const status = useQuery(statusQuery())
  return (
    <Page title="Settings">
      <Loaded query={status} what="the settings" rows={8}>
        {(status) => (
          <div className="grid gap-x-12 lg:grid-cols-[minmax(0,1fr)_22rem]">
            <div className="min-w-0">
              <InForce />
            </div>
            <div>
              <Connections status={status} />
              <Controller status={status} />
              <Stored />
            </div>
          </div>
        )}
      </Loaded>
    </Page>
  )
}

function InForce() {
  const settings = useQuery(settingsQuery())
  return (
    <Loaded query={settings} what="the settings" rows={12}>
      {(view) => (
        <>
          <SettingsFileNote view={view} />
          <SettingTable settings={view.settings} />
        </>
      )}
    </Loaded>
  )
}

function Controller({ status }: { readonly status: Status }) {
  const { listening, queue } = status
  return (
    <Section title="Controller">
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
        <Fact name="Times shown in">{viewerZone()}, the zone of this browser</Fact>
        <Fact name="Now">
          {queue.running} running, {queue.queued} waiting
        </Fact>
        <Fact name="Configuration">
          <a href={exportConfiguration.path} download="dbbackup-configuration.json" className="underline">
            Export it
          </a>
          , without any secret; <code className="font-mono text-xs">dbbackup import-config</code> brings it to
          another machine
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
