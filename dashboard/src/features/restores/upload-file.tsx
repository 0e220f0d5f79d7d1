// A file of the person's own: sent, then looked through by the controller, which knows by its bytes what it is.
import { useMutation } from "@tanstack/react-query"
import { useEffect, useRef, useState } from "react"
import { Button } from "../../components/button.tsx"
import { FileField } from "../../components/file-field.tsx"
import { Refusal } from "../../components/problem.tsx"
import { SentBytes } from "../../components/transfer.tsx"
import { formatBytes } from "../../lib/format.ts"
import { sendFile } from "../../lib/queries/sources.ts"
import type { Sent } from "../../lib/upload.ts"
import { isAge } from "./age-file.ts"
import { IdentityField } from "./identity-field.tsx"

interface Props {
  readonly identity: string
  readonly onIdentity: (identity: string) => void
  readonly onLookedThrough: (sourceId: string) => void
}

export function UploadFile({ identity, onIdentity, onLookedThrough }: Props) {
  const [file, setFile] = useState<File | null>(null)
  const [encrypted, setEncrypted] = useState(false)
  const [sent, setSent] = useState<Sent | null>(null)
  const stop = useRef<AbortController>(undefined)
  const sending = useMutation({ ...sendFile, onSuccess: ({ id }) => onLookedThrough(id) })
  useEffect(() => () => stop.current?.abort(), [])
  const choose = async (chosen: File | null) => {
    sending.reset()
    setSent(null)
    setFile(chosen)
    setEncrypted(chosen !== null && (await isAge(chosen)))
  }
  const send = () => {
    if (!file) return
    stop.current = new AbortController()
    sending.mutate({ file, identity, onSent: setSent, signal: stop.current.signal })
  }
  const stopped = stop.current?.signal.aborted
  return (
    <div className="space-y-3">
      <FileField
        disabled={sending.isPending}
        onFile={(chosen) => void choose(chosen)}
        help="What pg_dump, pg_dumpall, mysqldump or mariadb-dump wrote, or a script of SQL; also packed with gzip or zstd, or encrypted with age. Its name does not matter."
      />
      {encrypted && <IdentityField identity={identity} onIdentity={onIdentity} />}
      {sending.isPending && file && <SentBytes sent={sent ?? { bytes: 0, of: file.size }} />}
      {sending.error && !stopped && (
        <Refusal what={`${file?.name} cannot be restored`} error={sending.error} />
      )}
      <div className="flex justify-end gap-2 max-sm:flex-col-reverse">
        {sending.isPending && <Button onClick={() => stop.current?.abort()}>Stop</Button>}
        <Button look="primary" disabled={file === null || sending.isPending} onClick={send}>
          {sending.isPending ? "Sending…" : file ? `Upload ${formatBytes(file.size)}` : "Upload"}
        </Button>
      </div>
    </div>
  )
}
