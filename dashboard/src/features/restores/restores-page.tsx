// Every restore, newest first.
import { useQuery } from "@tanstack/react-query"
import { Link, useLocation } from "wouter"
import { useSearch } from "wouter/use-browser-location"
import type { Restore } from "../../../../schemas/restore.ts"
import { Loaded } from "../../components/loading.tsx"
import { Name } from "../../components/name.tsx"
import { Page } from "../../components/page.tsx"
import { Pager } from "../../components/pager.tsx"
import { ServerLink } from "../../components/server-link.tsx"
import { State } from "../../components/state.tsx"
import { Cell, Row, RowHead, Table } from "../../components/table.tsx"
import { Time } from "../../components/time.tsx"
import { count, formatDuration, viewerZone } from "../../lib/format.ts"
import { backupPath, backupsPath, restorePath, restoresPath } from "../../lib/paths.ts"
import { restoresQuery } from "../../lib/queries/restores.ts"
import { statusWords } from "../../lib/words.ts"

export function RestoresPage() {
  const page = /^[1-9]\d{0,5}$/.exec(new URLSearchParams(useSearch()).get("page") ?? "")?.[0] ?? "1"
  const [, navigate] = useLocation()
  const restores = useQuery(restoresQuery({ page }))
  return (
    <Page title="Restores">
      <Loaded query={restores} what="the restores" rows={6}>
        {({ rows, page, limit, total }) =>
          rows.length === 0 ? (
            <NoRestores />
          ) : (
            <>
              <RestoresTable restores={rows} />
              <Pager
                page={page}
                limit={limit}
                total={total}
                noun="restore"
                onPage={(page) => navigate(`${restoresPath}?page=${page}`)}
              />
            </>
          )
        }
      </Loaded>
    </Page>
  )
}

function NoRestores() {
  return (
    <p className="max-w-prose border-y border-line py-4 text-sm">
      Nothing was restored yet. To restore, choose a completed backup in the{" "}
      <Link href={`${backupsPath}?status=completed`} className="link">
        history
      </Link>
      . It goes into a new database beside the old one, so trying it is safe, and the surest way to know that
      a backup is good.
    </p>
  )
}

function RestoresTable({ restores }: { readonly restores: readonly Restore[] }) {
  const columns = [
    { label: "Asked for", note: viewerZone() },
    { label: "Into" },
    { label: "From" },
    { label: "Status" },
    { label: "Duration", numeric: true },
    { label: "Found" },
  ]
  return (
    <Table caption="Restores, newest first" columns={columns}>
      {restores.map((restore) => (
        <Row key={restore.id}>
          <RowHead>
            <Link href={restorePath(restore.id)} className="link">
              <Time at={restore.queuedAt} />
            </Link>
          </RowHead>
          <Cell label="Into">
            <span>
              <Name of={restore.targetDatabase} />
              <ServerLink id={restore.serverId} name={restore.serverName} />
            </span>
          </Cell>
          <Cell label="From">
            {restore.backupId === null ? (
              <Name of={restore.source?.fileName ?? restore.sourceDatabase} />
            ) : (
              <Link href={backupPath(restore.backupId)} className="link">
                a backup of {restore.sourceDatabase}
              </Link>
            )}
          </Cell>
          <Cell beside>
            <span className="max-sm:text-right">
              <State {...statusWords[restore.status]} />
              {"error" in restore && (
                <span className="line-clamp-2 max-w-80 text-xs text-muted">{restore.error.message}</span>
              )}
            </span>
          </Cell>
          <Cell label="Duration" numeric>
            {restore.status === "completed" && formatDuration(restore.durationSeconds)}
          </Cell>
          <Cell label="Found">{restore.status === "completed" && found(restore)}</Cell>
        </Row>
      ))}
    </Table>
  )
}

function found({ tables, differences }: Extract<Restore, { status: "completed" }>): string {
  const differ = differences.length === 0 ? "no differences" : count(differences.length, "difference")
  return `${count(tables, "table")}, ${differ}`
}
