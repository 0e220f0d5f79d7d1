// What every page has around it, and which page belongs to which address.
import { type QueryClient, QueryClientProvider } from "@tanstack/react-query"
import { Route, Switch } from "wouter"
import { usePathname } from "wouter/use-browser-location"
import { BackupPage } from "../features/backups/backup-page.tsx"
import { HistoryPage } from "../features/backups/history-page.tsx"
import { DatabasePage } from "../features/databases/database-page.tsx"
import { DatabasesPage } from "../features/databases/databases-page.tsx"
import { DestinationsPage } from "../features/destinations/destinations-page.tsx"
import { OverviewPage } from "../features/overview/overview-page.tsx"
import { RestoreDialog } from "../features/restores/restore-dialog.tsx"
import { RestorePage } from "../features/restores/restore-page.tsx"
import { RestoresPage } from "../features/restores/restores-page.tsx"
import { RunPage } from "../features/runs/run-page.tsx"
import { RunsPage } from "../features/runs/runs-page.tsx"
import { SchedulesPage } from "../features/schedules/schedules-page.tsx"
import { ServerPage } from "../features/servers/server-page.tsx"
import { SettingsPage } from "../features/settings/settings-page.tsx"
import { type ConnectionStore, useConnection } from "../lib/connection.ts"
import { ConnectionBanner } from "./connection-banner.tsx"
import { CrashBoundary } from "./crash-boundary.tsx"
import { Header } from "./header.tsx"
import { NotFoundPage } from "./not-found-page.tsx"

interface Props {
  readonly client: QueryClient
  readonly connection: ConnectionStore
}

export function App({ client, connection: store }: Props) {
  const connection = useConnection(store)
  const path = usePathname()
  return (
    <QueryClientProvider client={client}>
      <div data-connection={connection.state} className="min-h-dvh">
        <a
          href="#main"
          className="sr-only focus:not-sr-only focus:absolute focus:z-30 focus:bg-paper focus:px-4 focus:py-3"
        >
          Skip to content
        </a>
        <Header />
        <ConnectionBanner connection={connection} />
        <main id="main" tabIndex={-1} className="live-data mx-auto max-w-[1320px] px-6 max-sm:px-4">
          {/* Keyed by address: state of one page must not show up on another, and a fault stays on its page. */}
          <CrashBoundary key={path}>
            <Pages />
          </CrashBoundary>
        </main>
        <RestoreDialog />
      </div>
    </QueryClientProvider>
  )
}

function Pages() {
  return (
    <Switch>
      <Route path="/" component={OverviewPage} />
      <Route path="/databases" component={DatabasesPage} />
      <Route path="/databases/:id" component={DatabasePage} />
      <Route path="/backups" component={HistoryPage} />
      <Route path="/backups/:id" component={BackupPage} />
      <Route path="/servers/:id" component={ServerPage} />
      <Route path="/runs" component={RunsPage} />
      <Route path="/runs/:id" component={RunPage} />
      <Route path="/restores" component={RestoresPage} />
      <Route path="/restores/:id" component={RestorePage} />
      <Route path="/schedules" component={SchedulesPage} />
      <Route path="/destinations" component={DestinationsPage} />
      <Route path="/settings" component={SettingsPage} />
      <Route component={NotFoundPage} />
    </Switch>
  )
}
