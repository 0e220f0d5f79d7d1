// The last backups of one database, with the way to all of them.
import { useQuery } from "@tanstack/react-query"
import { Link } from "wouter"
import { Loaded } from "../../components/loading.tsx"
import { Section } from "../../components/page.tsx"
import { Size } from "../../components/size.tsx"
import { State } from "../../components/state.tsx"
import { Cell, Row, RowHead, Table } from "../../components/table.tsx"
import { Time } from "../../components/time.tsx"
import { TypeAndTrigger } from "../../components/type-and-trigger.tsx"
import { formatDuration, viewerZone } from "../../lib/format.ts"
import { backupPath, historyOf } from "../../lib/paths.ts"
import { backupsQuery } from "../../lib/queries/backups.ts"
import { backupWord, storedAt } from "../../lib/words.ts"

export function BackupsOfDatabase({ databaseId }: { readonly databaseId: string }) {
  const backups = useQuery(backupsQuery({ databaseId, limit: "8" }))
  const columns = [
    { label: "Asked for", note: viewerZone() },
    { label: "Type" },
    { label: "Status" },
    { label: "Size", numeric: true },
    { label: "Duration", numeric: true },
    { label: "Copies" },
  ]
  return (
    <Section
      title="Last backups"
      note={
        <Link href={historyOf(databaseId)} className="link">
          All backups
        </Link>
      }
    >
      <Loaded query={backups} what="the backups">
        {({ rows }) =>
          rows.length === 0 ? (
            <p className="py-2 text-sm text-muted">None yet.</p>
          ) : (
            <Table caption="Last backups, newest first" columns={columns}>
              {rows.map((backup) => (
                <Row key={backup.id}>
                  <RowHead>
                    <Link href={backupPath(backup.id)} className="link">
                      <Time at={backup.queuedAt} />
                    </Link>
                  </RowHead>
                  <Cell label="Type">
                    <TypeAndTrigger backup={backup} />
                  </Cell>
                  <Cell beside>
                    <State {...backupWord(backup)} />
                  </Cell>
                  <Cell label="Size" numeric>
                    {backup.status === "completed" && <Size bytes={backup.proof.storedBytes} />}
                  </Cell>
                  <Cell label="Duration" numeric>
                    {backup.status === "completed" && formatDuration(backup.durationSeconds)}
                  </Cell>
                  <Cell label="Copies">{backup.status === "completed" && storedAt(backup).join(", ")}</Cell>
                </Row>
              ))}
            </Table>
          )
        }
      </Loaded>
    </Section>
  )
}
