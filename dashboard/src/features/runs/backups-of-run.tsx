// What a run made: one backup per database, each live while it runs.
import { Link } from "wouter"
import type { Backup } from "../../../../schemas/backup.ts"
import type { Run } from "../../../../schemas/run.ts"
import { Name } from "../../components/name.tsx"
import { Section } from "../../components/page.tsx"
import { Size } from "../../components/size.tsx"
import { State } from "../../components/state.tsx"
import { Cell, Row, RowHead, Table } from "../../components/table.tsx"
import { Elapsed } from "../../components/transfer.tsx"
import { formatBytes, formatDuration } from "../../lib/format.ts"
import { backupPath } from "../../lib/paths.ts"
import { backupWord, problemOf } from "../../lib/words.ts"

const columns = [
  { label: "Database" },
  { label: "Status" },
  { label: "Reason" },
  { label: "Size", numeric: true },
  { label: "Duration", numeric: true },
]

interface Props {
  readonly run: Run
  readonly backups: readonly Backup[]
}

export function BackupsOfRun({ run, backups }: Props) {
  const note = whatIsMissing(run, backups)
  return (
    <Section title="Backups">
      {note && <p className="py-2 text-sm text-muted">{note}</p>}
      {backups.length > 0 && (
        <Table caption="Backups of this run" columns={columns}>
          {backups.map((backup) => (
            <Row key={backup.id}>
              <RowHead>
                <Link href={backupPath(backup.id)} className="link">
                  <Name of={backup.database} />
                </Link>
              </RowHead>
              <Cell beside>
                <State {...backupWord(backup)} />
              </Cell>
              <Cell label="Reason">{problemOf(backup)?.message}</Cell>
              <Cell label="Size" numeric>
                {backup.status === "completed" && <Size bytes={backup.proof.storedBytes} />}
                {backup.status === "running" && `${formatBytes(backup.progress.storedBytes)} so far`}
              </Cell>
              <Cell label="Duration" numeric>
                {backup.status === "completed" && formatDuration(backup.durationSeconds)}
                {backup.status === "running" && <Elapsed since={backup.startedAt} />}
              </Cell>
            </Row>
          ))}
        </Table>
      )}
    </Section>
  )
}

/** Deleted backups are not listed with their run any more. */
function whatIsMissing({ status }: Run, backups: readonly Backup[]): string | null {
  const made = backups.some((backup) => backup.status === "completed")
  if ((status === "completed" || status === "partial") && !made) return "What it made is no longer kept."
  if (backups.length > 0) return null
  return status === "queued" || status === "running" ? "None yet." : "It ended before it made any."
}
