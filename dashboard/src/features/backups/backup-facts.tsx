// When, of what, by which job: what is true of a backup in any state.
import { Link } from "wouter"
import type { Backup } from "../../../../schemas/backup.ts"
import { Fact, Facts } from "../../components/facts.tsx"
import { Size } from "../../components/size.tsx"
import { Age, Time } from "../../components/time.tsx"
import { formatDuration } from "../../lib/format.ts"
import { serverPath } from "../../lib/paths.ts"
import { engineNames, subjectNote, triggerWords } from "../../lib/words.ts"

export function BackupFacts({ backup }: { readonly backup: Backup }) {
  const note = subjectNote(backup.kind)
  return (
    <Facts>
      <Fact name="Server">
        <Link href={serverPath(backup.serverId)} className="link">
          {backup.serverName}
        </Link>
        , {engineNames[backup.engine]}
      </Fact>
      {note && <Fact name="Holds">{note}</Fact>}
      <Fact name="Type">
        {backup.type}, {triggerWords[backup.trigger]}
      </Fact>
      {"startedAt" in backup && backup.startedAt ? (
        <Fact name="Started">
          <Time at={backup.startedAt} zone focusable />
        </Fact>
      ) : (
        <Fact name="Asked for">
          <Time at={backup.queuedAt} zone focusable />
        </Fact>
      )}
      {"finishedAt" in backup && (
        <Fact name="Finished">
          <Time at={backup.finishedAt} zone focusable />, <Age at={backup.finishedAt} />
          {backup.status === "completed" && <>, after {formatDuration(backup.durationSeconds)}</>}
        </Fact>
      )}
      {backup.status === "completed" && (
        <>
          <Fact name="Size">
            <Size bytes={backup.proof.storedBytes} /> stored, <Size bytes={backup.proof.rawBytes} /> left the
            server, {backup.compression}
          </Fact>
          <Fact name="File">
            <code className="font-mono text-xs wrap-anywhere">{backup.fileName}</code>
          </Fact>
        </>
      )}
      <Fact name="Id">
        <code className="font-mono text-xs wrap-anywhere text-muted">{backup.id}</code>
      </Fact>
    </Facts>
  )
}
