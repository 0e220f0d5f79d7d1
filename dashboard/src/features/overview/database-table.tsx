// Every database: state, last good backup, where it is, when the next run is.
import { CircleAlert, ShieldCheck } from "lucide-react"
import { Link } from "wouter"
import type { Database } from "../../../../schemas/server.ts"
import { DatabaseState } from "../../components/database-state.tsx"
import { Name } from "../../components/name.tsx"
import { Section } from "../../components/page.tsx"
import { ServerLink } from "../../components/server-link.tsx"
import { Size } from "../../components/size.tsx"
import { SuspectLink } from "../../components/suspect-link.tsx"
import { Cell, Row, RowHead, Table } from "../../components/table.tsx"
import { Age, Time } from "../../components/time.tsx"
import { viewerZone } from "../../lib/format.ts"
import { backupPath, databasePath } from "../../lib/paths.ts"

const columns = () => [
  { label: "Database" },
  { label: "State" },
  { label: "Last good backup" },
  { label: "Size", numeric: true },
  { label: "Proof and copies" },
  { label: "Next run", note: viewerZone() },
]

export function DatabaseTable({ databases }: { readonly databases: readonly Database[] }) {
  const shown = databases.filter(({ server }) => server.state !== "retired")
  if (shown.length === 0) return null
  return (
    <Section title="Databases">
      <Table caption="Every database with its state, last good backup and next run" columns={columns()}>
        {shown.map((database) => (
          <DatabaseRow key={database.id} database={database} />
        ))}
      </Table>
    </Section>
  )
}

function DatabaseRow({ database }: { readonly database: Database }) {
  const { lastBackup, lastAttempt, suspect } = database
  const lastFailed = lastAttempt?.status === "failed" || lastAttempt?.status === "interrupted"
  return (
    <Row>
      <RowHead>
        <Link href={databasePath(database.id)} className="link font-medium">
          <Name of={database.name} />
        </Link>
        <ServerLink id={database.server.id} name={database.server.name} />
      </RowHead>
      <Cell beside>
        <span className="inline-flex flex-col max-sm:items-end">
          <DatabaseState database={database} />
          {suspect && <SuspectLink id={suspect.id} problem={suspect.problem} />}
          {lastFailed && lastAttempt && (
            <Link
              href={backupPath(lastAttempt.id)}
              className="link inline-flex items-center gap-1.5 text-xs whitespace-nowrap"
            >
              <CircleAlert aria-hidden className="size-3.5 flex-none text-bad" />
              last try {lastAttempt.status}
            </Link>
          )}
        </span>
      </Cell>
      <Cell label="Last good backup">
        {lastBackup ? (
          <Link href={backupPath(lastBackup.id)} className="link">
            <Age at={lastBackup.finishedAt} />
          </Link>
        ) : (
          <span className="text-muted">none</span>
        )}
      </Cell>
      <Cell label="Size" numeric>
        {lastBackup && <Size bytes={lastBackup.storedBytes} />}
      </Cell>
      <Cell label="Proof and copies">{lastBackup && <Proven copies={lastBackup.copies} />}</Cell>
      <Cell label="Next run">
        {database.nextRunAt ? <NextRun at={database.nextRunAt} /> : <span className="text-muted">none</span>}
      </Cell>
    </Row>
  )
}

function NextRun({ at }: { readonly at: string }) {
  return (
    <span>
      <Age at={at} />
      <span className="block text-xs text-muted">
        <Time at={at} />
      </span>
    </span>
  )
}

const proofTitle = "The tool exited with 0, the end of the dump was seen, size and SHA-256 were recorded."

function Proven({ copies }: { readonly copies: readonly string[] }) {
  return (
    <span title={proofTitle}>
      <span className="inline-flex items-baseline gap-1.5">
        <ShieldCheck aria-hidden className="size-3.5 flex-none self-center text-muted" />
        proven
      </span>
      <span className="block text-xs text-muted">
        {copies.length === 0 ? "no copy left" : copies.join(", ")}
      </span>
    </span>
  )
}
