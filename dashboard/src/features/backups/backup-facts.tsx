// When, of what, by which job: what is true of a backup in any state.
import { Link } from "wouter"
import type { Backup } from "../../../../schemas/backup.ts"
import type { Run } from "../../../../schemas/run.ts"
import { EncryptedInWords } from "../../components/encrypted.tsx"
import { Fact, Facts } from "../../components/facts.tsx"
import { Try } from "../../components/next-try.tsx"
import { Size } from "../../components/size.tsx"
import { Age, Time } from "../../components/time.tsx"
import { formatDuration } from "../../lib/format.ts"
import { runPath, serverPath } from "../../lib/paths.ts"
import { engineNames, jobName, subjectNote, triggerWords } from "../../lib/words.ts"

interface Props {
  readonly backup: Backup
  /** The run that made it, once it is loaded. */
  readonly run: Run | undefined
}

export function BackupFacts({ backup, run }: Props) {
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
        {backup.type}, {run && run.attempt > 1 ? <Try run={run} /> : triggerWords[backup.trigger]}
      </Fact>
      <Fact name="Made by">
        <Link href={runPath(backup.runId)} className="link">
          a run
        </Link>{" "}
        of the job {jobName(backup)}
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
          {backup.part && <Fact name="Part">{backup.part}: it does not stand for the whole database</Fact>}
          <Fact name="Size">
            <Size bytes={backup.proof.storedBytes} /> stored, <Size bytes={backup.proof.rawBytes} /> left the
            server, {backup.compression}
          </Fact>
          {backup.encryption && (
            <Fact name="Encrypted">
              <EncryptedInWords encryption={backup.encryption} />
            </Fact>
          )}
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
