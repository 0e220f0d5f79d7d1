// What a restore was made from: a backup, which may be looked at, or a file, which may be gone.
import { Link } from "wouter"
import type { Restore } from "../../../../schemas/restore.ts"
import { backupPath, databasePath } from "../../lib/paths.ts"

export function RestoredFrom({ restore }: { readonly restore: Restore }) {
  const { backupId, databaseId, sourceDatabase, source } = restore
  if (source)
    return (
      <span className="wrap-anywhere">
        {source.destination === null ? "the file " : `${source.destination}: `}
        {source.key ?? source.fileName}
      </span>
    )
  if (backupId === null) return sourceDatabase
  return (
    <span>
      <Link href={backupPath(backupId)} className="link">
        a backup
      </Link>{" "}
      of{" "}
      <Link href={databasePath(databaseId)} className="link">
        {sourceDatabase}
      </Link>
    </span>
  )
}
