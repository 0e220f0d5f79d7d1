// The history as a table, with what can be done to each backup.
import { Download, Eye, RotateCcw, Trash2 } from "lucide-react"
import { type ReactNode, useState } from "react"
import { Link } from "wouter"
import type { Backup, CompletedBackup } from "../../../../schemas/backup.ts"
import { EncryptedBadge } from "../../components/encrypted.tsx"
import { Name } from "../../components/name.tsx"
import { RestoreLink } from "../../components/restore-link.tsx"
import { ServerLink } from "../../components/server-link.tsx"
import { Size } from "../../components/size.tsx"
import { State } from "../../components/state.tsx"
import { Cell, Row, RowHead, Table } from "../../components/table.tsx"
import { Time } from "../../components/time.tsx"
import { Elapsed } from "../../components/transfer.tsx"
import { TypeAndTrigger } from "../../components/type-and-trigger.tsx"
import { formatBytes, formatDuration, viewerZone } from "../../lib/format.ts"
import { backupPath, databasePath, downloadUrl } from "../../lib/paths.ts"
import { backupWord, problemOf, storedAt } from "../../lib/words.ts"
import { DeleteDialog } from "./delete-dialog.tsx"
import { PinnedMark } from "./pinned.tsx"

export function HistoryTable({ backups }: { readonly backups: readonly Backup[] }) {
  const [deleting, setDeleting] = useState<CompletedBackup>()
  const columns = [
    { label: "Asked for", note: viewerZone() },
    { label: "Database" },
    { label: "Type" },
    { label: "Status" },
    { label: "Duration", numeric: true },
    { label: "Size", numeric: true },
    { label: "Copies" },
    { label: "Actions", hidden: true },
  ]
  return (
    <>
      <Table caption="Backups, newest first" columns={columns}>
        {backups.map((backup) => (
          <HistoryRow key={backup.id} backup={backup} onDelete={setDeleting} />
        ))}
      </Table>
      {deleting && <DeleteDialog backup={deleting} onClose={() => setDeleting(undefined)} />}
    </>
  )
}

interface RowProps {
  readonly backup: Backup
  readonly onDelete: (backup: CompletedBackup) => void
}

function HistoryRow({ backup, onDelete }: RowProps) {
  const reason = problemOf(backup)?.message
  return (
    <Row>
      <RowHead>
        <Link href={backupPath(backup.id)} className="link">
          <Time at={backup.queuedAt} />
        </Link>
      </RowHead>
      <Cell label="Database">
        <span>
          <Link href={databasePath(backup.databaseId)} className="hover:underline">
            <Name of={backup.database} />
          </Link>
          <ServerLink id={backup.serverId} name={backup.serverName} />
        </span>
      </Cell>
      <Cell label="Type">
        <TypeAndTrigger backup={backup} />
      </Cell>
      <Cell beside>
        <span className="max-sm:text-right">
          <State {...backupWord(backup)} />
          <PinnedMark backup={backup} />
          {reason && (
            <span className="line-clamp-2 max-w-60 text-xs text-muted" title={reason}>
              {reason}
            </span>
          )}
        </span>
      </Cell>
      <Cell label="Duration" numeric>
        {backup.status === "completed" && formatDuration(backup.durationSeconds)}
        {backup.status === "running" && <Elapsed since={backup.startedAt} />}
      </Cell>
      <Cell label="Size" numeric>
        {backup.status === "completed" && <Size bytes={backup.proof.storedBytes} />}
        {backup.status === "running" && `${formatBytes(backup.progress.storedBytes)} so far`}
      </Cell>
      <Cell label="Copies">
        {backup.status === "completed" && (
          <span className="flex flex-col max-sm:items-end">
            {storedAt(backup).join(", ") || "none left"}
            <EncryptedBadge encryption={backup.encryption} />
          </span>
        )}
      </Cell>
      <Cell>
        <Actions backup={backup} onDelete={onDelete} />
      </Cell>
    </Row>
  )
}

const action =
  "inline-flex min-h-7 min-w-7 items-center justify-center gap-1.5 rounded-sm text-muted hover:bg-sunken hover:text-ink max-sm:min-h-11 max-sm:flex-1 max-sm:border max-sm:border-line max-sm:px-1 max-sm:whitespace-nowrap max-sm:text-ink"

function Actions({ backup, onDelete }: RowProps) {
  const which = `backup of ${backup.database}`
  const stored = backup.status === "completed" && storedAt(backup).length > 0
  return (
    <span className="flex justify-end gap-1 max-sm:w-full max-sm:gap-1.5 max-sm:pt-2 sm:-my-1">
      {/* Where rows are stacked, the time above is link enough. */}
      <Link
        href={backupPath(backup.id)}
        className={`${action} max-sm:hidden`}
        aria-label={`View ${which}`}
        title="View"
      >
        <Eye aria-hidden className="size-4" />
      </Link>
      <Slot>
        {stored && (
          <RestoreLink backupId={backup.id} className={action} label={`Restore ${which}`}>
            <RotateCcw aria-hidden className="size-4" />
            <span className="sm:hidden">Restore</span>
          </RestoreLink>
        )}
      </Slot>
      <Slot>
        {stored && (
          <a
            href={downloadUrl(backup.id)}
            download
            className={action}
            aria-label={`Download ${which}`}
            title="Download"
          >
            <Download aria-hidden className="size-4" />
            <span className="sm:hidden">Download</span>
          </a>
        )}
      </Slot>
      <Slot>
        {stored && (
          <button
            type="button"
            onClick={() => onDelete(backup)}
            className={action}
            aria-label={`Delete ${which}`}
            title="Delete"
          >
            <Trash2 aria-hidden className="size-4" />
            <span className="sm:hidden">Delete</span>
          </button>
        )}
      </Slot>
    </span>
  )
}

/** Keeps the icons of all rows in line, also where one is missing. */
function Slot({ children }: { readonly children: ReactNode }) {
  return <span className="flex min-w-7 max-sm:flex-1 max-sm:empty:hidden">{children}</span>
}
