// How fast earlier restores and dumps were, as the catalogue has it.
import type { Restore } from "../../schemas/restore.ts"
import type { Engine } from "../../schemas/scalar.ts"
import type { ServerId } from "../../schemas/server.ts"
import { type Done, guessTime } from "../core/time-guess.ts"
import type { Catalogue } from "../ports.ts"

const mostLookedAt = 50

/** A guess for so many bytes, or null. */
export function timeGuessFor(catalogue: Catalogue, serverId: ServerId, engine: Engine, bytes: number) {
  const { rows } = catalogue.restores({ status: "completed" }, { page: 1, limit: mostLookedAt })
  const restores = rows.filter(
    (restore): restore is Extract<Restore, { status: "completed" }> =>
      restore.status === "completed" && restore.mode === "new",
  )
  const done = ({ restoredBytes, durationSeconds }: (typeof restores)[number]): Done => ({
    bytes: restoredBytes,
    seconds: durationSeconds,
  })
  const isOfEngine = ({ backupId }: Restore) => catalogue.backup(backupId)?.engine === engine
  const dumps = catalogue.backups({ serverId, status: "completed" }, { page: 1, limit: mostLookedAt }).rows
  return guessTime(bytes, {
    ofServer: restores.filter((restore) => restore.serverId === serverId).map(done),
    ofEngine: restores.filter(isOfEngine).map(done),
    dumps: dumps.flatMap((backup) =>
      backup.status === "completed"
        ? [{ bytes: backup.proof.rawBytes, seconds: backup.durationSeconds }]
        : [],
    ),
  })
}
