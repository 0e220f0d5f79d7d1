// Which backup is about to be restored.
import type { CompletedBackup } from "../../../../schemas/backup.ts"
import { EncryptedInWords } from "../../components/encrypted.tsx"
import { Fact, Facts } from "../../components/facts.tsx"
import { Size } from "../../components/size.tsx"
import { Age, Time } from "../../components/time.tsx"
import { levelWords } from "../../lib/words.ts"

export function BackupSummary({ backup }: { readonly backup: CompletedBackup }) {
  const { database, serverName, finishedAt, proof, part, encryption, lastVerified } = backup
  return (
    <Facts>
      <Fact name="From">
        backup of <strong className="font-semibold">{database}</strong> on {serverName}
      </Fact>
      <Fact name="Made">
        <Time at={finishedAt} zone />, <Age at={finishedAt} />
      </Fact>
      {part !== undefined && <Fact name="Part">{part}</Fact>}
      <Fact name="Checked">
        {lastVerified ? (
          <span className={lastVerified.outcome === "failed" ? "text-bad" : ""}>
            {levelWords[lastVerified.level]} <Age at={lastVerified.at} />: {lastVerified.outcome}
          </span>
        ) : (
          "not since it was stored"
        )}
      </Fact>
      <Fact name="Size">
        <Size bytes={proof.storedBytes} /> stored, <Size bytes={proof.rawBytes} /> to load
      </Fact>
      {encryption && (
        <Fact name="Encrypted">
          <EncryptedInWords encryption={encryption} />
        </Fact>
      )}
    </Facts>
  )
}
