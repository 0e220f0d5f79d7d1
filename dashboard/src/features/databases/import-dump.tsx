// Handing in a dump that another tool made: a file is chosen, and what became of it is said.
import { useMutation } from "@tanstack/react-query"
import { useState } from "react"
import { Link } from "wouter"
import type { Database } from "../../../../schemas/server.ts"
import { Button } from "../../components/button.tsx"
import { Dialog } from "../../components/dialog.tsx"
import { FileField } from "../../components/file-field.tsx"
import { Refusal } from "../../components/problem.tsx"
import { Time } from "../../components/time.tsx"
import { formatBytes } from "../../lib/format.ts"
import { backupPath } from "../../lib/paths.ts"
import { importFile } from "../../lib/queries/backups.ts"

export function ImportDump({ database }: { readonly database: Database }) {
  const [open, setOpen] = useState(false)
  return (
    <>
      <Button onClick={() => setOpen(true)}>Import a dump…</Button>
      {open && <ImportDialog database={database} onClose={() => setOpen(false)} />}
    </>
  )
}

function ImportDialog(props: { readonly database: Database; readonly onClose: () => void }) {
  const { database, onClose } = props
  const [file, setFile] = useState<File | null>(null)
  const importing = useMutation(importFile)
  const kept = importing.data
  return (
    <Dialog title={`Import a dump of ${database.name}`} onClose={onClose}>
      <div className="space-y-4 text-sm">
        <p>
          A dump of pg_dump, mysqldump or mariadb-dump, plain or packed with gzip or zstd, becomes a backup of{" "}
          <strong className="font-semibold">{database.name}</strong> on {database.server.name}. Nothing is
          restored, and retention leaves it alone.
        </p>
        <FileField
          disabled={importing.isPending}
          onFile={(chosen) => {
            importing.reset()
            setFile(chosen)
          }}
        />
        {file && (
          <p>
            {formatBytes(file.size)}, made <Time at={new Date(file.lastModified).toISOString()} zone />: when
            the file was last changed.
          </p>
        )}
        {importing.error && <Refusal what="Not taken in" error={importing.error} />}
        {kept?.status === "completed" && (
          <p role="status">
            It is kept as{" "}
            <Link href={backupPath(kept.id)} className="link">
              a backup
            </Link>
            : {kept.proof.end}, {formatBytes(kept.proof.rawBytes)}.
          </p>
        )}
        <div className="flex justify-end gap-2 max-sm:flex-col-reverse">
          <Button onClick={onClose}>{kept ? "Close" : "Cancel"}</Button>
          {!kept && (
            <Button
              look="primary"
              disabled={file === null || importing.isPending}
              onClick={() =>
                file && importing.mutate({ serverId: database.server.id, database: database.name, file })
              }
            >
              {importing.isPending ? "Sending…" : "Import"}
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  )
}
