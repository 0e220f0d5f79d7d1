// The databases of one server as a table, each with what can be done now.
import { Link } from "wouter"
import type { Database, Server } from "../../../schemas/server.ts"
import { backupPath, databasePath } from "../lib/paths.ts"
import { subjectNote } from "../lib/words.ts"
import { BackUpNow } from "./back-up-now.tsx"
import { DatabaseState } from "./database-state.tsx"
import { Name } from "./name.tsx"
import { Size } from "./size.tsx"
import { Cell, Row, RowHead, Table } from "./table.tsx"
import { Age } from "./time.tsx"

// Equal widths keep the tables of several servers in line.
const columns = [
  { label: "Database", className: "sm:w-[28%]" },
  { label: "State", className: "sm:w-[15%]" },
  { label: "Last good backup", className: "sm:w-[16%]" },
  { label: "Size", numeric: true, className: "sm:w-[10%]" },
  { label: "Next run", className: "sm:w-[14%]" },
  { label: "Action", hidden: true },
]

interface Props {
  readonly server: Server
  readonly databases: readonly Database[]
}

export function DatabasesOfServer({ server, databases }: Props) {
  return (
    <Table caption={`Databases of ${server.name}`} columns={columns}>
      {databases.map((database) => (
        <Row key={database.id}>
          <RowHead>
            <Link href={databasePath(database.id)} className="link font-medium">
              <Name of={database.name} />
            </Link>
            {subjectNote(database.kind) && (
              <span className="block text-xs text-muted">{subjectNote(database.kind)}</span>
            )}
          </RowHead>
          <Cell beside>
            <span className="inline-flex flex-col max-sm:items-end">
              <DatabaseState database={database} />
            </span>
          </Cell>
          <Cell label="Last good backup">
            {database.lastBackup ? (
              <Link href={backupPath(database.lastBackup.id)} className="link">
                <Age at={database.lastBackup.finishedAt} />
              </Link>
            ) : (
              <span className="text-muted">none</span>
            )}
          </Cell>
          <Cell label="Size" numeric>
            {database.lastBackup && <Size bytes={database.lastBackup.storedBytes} />}
          </Cell>
          <Cell label="Next run">
            {database.nextRunAt ? <Age at={database.nextRunAt} /> : <span className="text-muted">none</span>}
          </Cell>
          <Cell>
            {database.jobs.length > 0 && server.state === "active" && (
              <span className="flex w-full justify-end sm:-my-1.5">
                <BackUpNow databaseId={database.id} name={database.name} look="quiet" />
              </span>
            )}
          </Cell>
        </Row>
      ))}
    </Table>
  )
}
