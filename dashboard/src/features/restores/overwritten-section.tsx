// What a restore into a database that was there has overwritten, and the way back: the backup made before.
import { Link } from "wouter"
import type { Restore } from "../../../../schemas/restore.ts"
import { buttonClass } from "../../components/button.tsx"
import { Section } from "../../components/page.tsx"
import { RestoreLink } from "../../components/restore-link.tsx"
import { backupPath } from "../../lib/paths.ts"

export function OverwrittenSection({ restore }: { readonly restore: Restore }) {
  const { mode, safetyBackupId, targetDatabase } = restore
  if (mode !== "clean" && mode !== "replace") return null
  return (
    <Section title="What was overwritten">
      <div className="max-w-prose space-y-3 py-3 text-sm">
        {safetyBackupId ? (
          <>
            <p>
              {targetDatabase} as it was is in{" "}
              <Link href={backupPath(safetyBackupId)} className="link">
                the safety backup
              </Link>
              , made just before.
            </p>
            <RestoreLink backupId={safetyBackupId} className={buttonClass()}>
              Restore that one…
            </RestoreLink>
          </>
        ) : (
          <p>{noneYet(restore)}</p>
        )}
      </div>
    </Section>
  )
}

function noneYet({ status, targetDatabase }: Restore): string {
  return status === "queued" || status === "running"
    ? `No backup of ${targetDatabase} was made for it yet.`
    : `No backup of ${targetDatabase} was made for it: only older ones have what it held.`
}
