// The care of the file: copies of it, compacting, checking, and what may go.
import { statSync } from "node:fs"
import { BackupId } from "../../schemas/backup.ts"
import type { CatalogueFile } from "../ports.ts"
import { readAbout, writeAbout } from "./about.ts"
import { publishBackup } from "./backups.ts"
import { workBeside } from "./beside.ts"
import { removeKept } from "./kept-files.ts"
import { salvageFrom } from "./salvage.ts"
import type { Store } from "./store.ts"
import { takeInCopy } from "./take-in.ts"

export function careIn(
  store: Store,
  path: string,
): CatalogueFile & { mending(): ReturnType<typeof readAbout>["mending"] } {
  const { db } = store
  let { mending } = readAbout(path)
  const size = () => statSync(path).size

  return {
    mending: () => mending,
    saveMending(next) {
      const installation = db.query<{ id: string }, []>("SELECT id FROM installation").get()?.id ?? null
      writeAbout(path, { installation, open: true, mending: next })
      mending = next
    },
    takeIn: (copy, { installationToo }) => takeInCopy(store, copy, installationToo),
    salvage: (damaged) => salvageFrom(store, damaged, `${path}.taken`, store.log),
    storedAt(destination) {
      return db
        .query<{ backupId: string; destination: string; key: string }, [string]>(
          `SELECT backup_id AS backupId, destination, key FROM copies JOIN backups b ON b.id = backup_id
           WHERE destination = ? AND state = 'stored' AND b.status = 'completed' AND b.deleted_at IS NULL ORDER BY key`,
        )
        .all(destination)
        .map((row) => ({ ...row, backupId: BackupId.parse(row.backupId) }))
    },
    forgetCopy(id, destination) {
      const row = db
        .query<{ databaseId: string }, [string]>("SELECT database_id AS databaseId FROM backups WHERE id = ?")
        .get(id)
      store.write(() => {
        db.query("DELETE FROM copies WHERE backup_id = ? AND destination = ?").run(id, destination)
        const isSomewhere = `EXISTS (SELECT 1 FROM copies WHERE backup_id = $id
          AND (state = 'stored' OR json_extract(error, '$.code') = 'copy-mismatch'))`
        const isRestored = "EXISTS (SELECT 1 FROM restores WHERE backup_id = $id)"
        // A damaged copy is there all the same. What a restore refers to stays as a row, deleted.
        db.query(`DELETE FROM backups WHERE id = $id AND NOT ${isSomewhere} AND NOT ${isRestored}`).run({
          id,
        })
        db.query(`UPDATE backups SET deleted_at = finished_at WHERE id = $id AND NOT ${isSomewhere}`).run({
          id,
        })
      })
      if (row) store.publish({ name: "backup.updated", data: { backupId: id, status: "completed", ...row } })
      else publishBackup(store, id)
    },
    async copyTo(target) {
      const done = await workBeside({ kind: "copy", path, target })
      return { schema: done.kind === "copied" ? done.schema : 0 }
    },
    vacuum() {
      const bytesBefore = size()
      db.run("VACUUM")
      db.run("ANALYZE")
      db.run("PRAGMA wal_checkpoint(TRUNCATE)")
      return { bytesBefore, bytesAfter: size() }
    },
    async verify() {
      const done = await workBeside({ kind: "verify", path })
      return done.kind === "verified" && done.damage !== null ? [done.damage] : []
    },
    cleanUp(before, files) {
      const at = before.getTime()
      const logLines = store.write(
        () =>
          db
            .query(
              `DELETE FROM logs WHERE owner IN (
                 SELECT id FROM runs WHERE finished_at < $at AND retry_at IS NULL AND NOT EXISTS
                   (SELECT 1 FROM backups b WHERE b.run_id = runs.id AND b.status = 'completed' AND b.deleted_at IS NULL)
                 UNION ALL SELECT id FROM restores WHERE finished_at < $at)`,
            )
            .run({ at }).changes,
      )
      return { logLines, files: removeKept(path, files) }
    },
  }
}
