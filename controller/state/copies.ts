// What happens to one copy of a good backup after the backup: it is missing still, or it is there at last.
import type { Catalogue } from "../ports.ts"
import { publishBackup } from "./backups.ts"
import type { Store } from "./store.ts"

export function copiesIn(store: Store): Pick<Catalogue, "copyFailed" | "copyStored"> {
  const { db } = store
  return {
    copyFailed(id, { destination, key }, error) {
      const changed = store.write(
        () =>
          db
            .query(
              `INSERT INTO copies (backup_id, destination, key, state, error) VALUES (?, ?, ?, 'failed', ?)
               ON CONFLICT (backup_id, destination) DO UPDATE SET error = excluded.error WHERE state = 'failed'`,
            )
            .run(id, destination, key, JSON.stringify(error)).changes > 0,
      )
      if (changed) publishBackup(store, id)
    },
    copyStored(id, destination, at, verified) {
      const changed = store.write(
        () =>
          db
            .query(
              `UPDATE copies SET state = 'stored', at = ?, error = NULL, verified = ?
               WHERE backup_id = ? AND destination = ? AND state = 'failed' AND EXISTS
                 (SELECT 1 FROM backups WHERE id = backup_id AND status = 'completed' AND deleted_at IS NULL)
               AND NOT EXISTS (SELECT 1 FROM deletions d WHERE d.backup_id = copies.backup_id)`,
            )
            .run(at.getTime(), verified ?? null, id, destination).changes > 0,
      )
      if (changed) publishBackup(store, id)
      return changed
    },
  }
}
