// How fast earlier restores and dumps were, as the catalogue has it.
import type { CompletedBackup } from "../../schemas/backup.ts"
import type { Restore } from "../../schemas/restore.ts"
import type { ServerId } from "../../schemas/server.ts"
import { type Done, guessTime } from "../core/time-guess.ts"
import type { Catalogue } from "../ports.ts"

const mostLookedAt = 50

/** How long a server may take to load a backup, or null. */
export function timeGuessFor(
  catalogue: Catalogue,
  serverId: ServerId,
  {
    serverId: dumpedFrom,
    engine,
    proof: { rawBytes },
  }: Pick<CompletedBackup, "serverId" | "engine" | "proof">,
) {
  const { rows } = catalogue.restores({ status: "completed" }, { page: 1, limit: mostLookedAt })
  const restores = rows.filter(
    (restore): restore is Extract<Restore, { status: "completed" }> =>
      restore.status === "completed" && restore.mode === "new",
  )
  const done = ({ restoredBytes, durationSeconds }: (typeof restores)[number]): Done => ({
    bytes: restoredBytes,
    seconds: durationSeconds,
  })
  const isOfEngine = ({ backupId }: Restore) =>
    backupId !== null && catalogue.backup(backupId)?.engine === engine
  const dumps = catalogue.backups(
    { serverId: dumpedFrom, status: "completed" },
    { page: 1, limit: mostLookedAt },
  ).rows
  return guessTime(rawBytes, {
    ofServer: restores.filter((restore) => restore.serverId === serverId).map(done),
    ofEngine: restores.filter(isOfEngine).map(done),
    dumps: dumps.flatMap((backup) =>
      backup.status === "completed"
        ? [{ bytes: backup.proof.rawBytes, seconds: backup.durationSeconds }]
        : [],
    ),
  })
}
