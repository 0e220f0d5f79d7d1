// The backups: list, make, look at, cancel, accept, pin, delete. Their bytes are download.ts.
import {
  acceptBackup,
  cancelBackup,
  createBackup,
  deleteBackup,
  getBackup,
  getBackupLogs,
  getManifest,
  listBackups,
  pinBackup,
  unpinBackup,
  uploadToS3,
} from "../../schemas/api.ts"
import { type Backup, isBad } from "../../schemas/backup.ts"
import { Fault } from "../core/fault.ts"
import type { Catalogue } from "../ports.ts"
import { accept } from "./accept.ts"
import { found } from "./found.ts"
import { mount } from "./mount.ts"
import { pin, unpin } from "./pin.ts"
import { Refusal } from "./refusal.ts"
import type { Router } from "./router.ts"
import type { Services } from "./services.ts"

export function mountBackups(
  app: Router,
  services: Pick<Services, "catalogue" | "actions" | "view" | "copyToBuckets" | "clock">,
): void {
  const { catalogue, actions, view } = services

  mount(app, listBackups, ({ query }) => {
    const { page, limit, startDate, endDate, ...fields } = query
    const from = startDate === undefined ? undefined : new Date(startDate)
    const until = endDate === undefined ? undefined : new Date(endDate)
    const { rows, total } = catalogue.backups({ ...fields, from, until }, { page, limit })
    return { data: rows, paging: { page, limit, total } }
  })
  mount(app, createBackup, ({ body: { databaseId } }) => {
    found(
      view.databases().find(({ id }) => id === databaseId),
      "database",
      databaseId,
      "/api/databases",
    )
    const backup = actions.backUp(databaseId)
    return { data: backup, location: `/api/backups/${encodeURIComponent(backup.id)}` }
  })
  mount(app, getBackup, ({ params: { id } }) => ({ data: existingBackup(catalogue, id) }))
  mount(app, getManifest, ({ params: { id } }) => {
    const backup = existingBackup(catalogue, id)
    const manifest = catalogue.manifest(backup.id)
    if (manifest) return { data: manifest }
    throw new Fault("not-found", `backup ${id} is ${backup.status}: only a completed one has a manifest`, {
      hint: "Its log says what happened to it.",
    })
  })
  mount(app, deleteBackup, async ({ params: { id } }) => {
    const backup = existingBackup(catalogue, id)
    const deletedAt = await actions.deleteBackup(backup.id)
    return { data: { id: backup.id, deletedAt: deletedAt.toISOString() } }
  })
  mount(app, cancelBackup, ({ params: { id } }) => {
    const { runId, status } = existingBackup(catalogue, id)
    if (status !== "queued" && status !== "running") {
      throw new Refusal({
        status: 409,
        code: "CONFLICT",
        message: `backup ${id} is ${status} already`,
        hint: "Only a queued or running backup can be cancelled.",
      })
    }
    actions.cancelRun(runId)
    return { data: existingBackup(catalogue, id), location: `/api/backups/${encodeURIComponent(id)}` }
  })
  mount(app, uploadToS3, ({ params: { id } }) => {
    services.copyToBuckets(existingBackup(catalogue, id).id)
    return { data: existingBackup(catalogue, id), location: `/api/backups/${encodeURIComponent(id)}` }
  })
  mount(app, acceptBackup, ({ params: { id } }) => {
    accept(services, existingBackup(catalogue, id))
    return { data: existingBackup(catalogue, id) }
  })
  mount(app, pinBackup, ({ params: { id }, body: { reason } }) => {
    pin(services, existingBackup(catalogue, id), reason)
    return { data: existingBackup(catalogue, id) }
  })
  mount(app, unpinBackup, ({ params: { id } }) => {
    unpin(services, existingBackup(catalogue, id))
    return { data: existingBackup(catalogue, id) }
  })
  mount(app, getBackupLogs, ({ params: { id }, query: { level } }) => {
    // A deleted backup's too.
    const { runId } = found(catalogue.backup(id), "backup", id, "/api/backups")
    return { data: catalogue.logs(runId, level ?? "debug") }
  })
}

/** The backup, unless it is unknown or deleted everywhere: a record of bytes that are gone must not look like a good backup. */
export function existingBackup(catalogue: Catalogue, id: string): Backup {
  const backup = found(catalogue.backup(id), "backup", id, "/api/backups")
  if (backup.status !== "completed" || backup.copies.some(({ state }) => state === "stored")) return backup
  const deletions = backup.copies.flatMap((copy) => (copy.state === "deleted" ? [copy.deletedAt] : []))
  // One whose every copy is bad is still there, to be looked at and to be deleted.
  if (deletions.length === 0 || backup.copies.some(isBad)) return backup
  throw new Fault("not-found", `backup ${id} was deleted at ${deletions.sort().at(-1)}`, {
    hint: `Its log is still there: GET /api/backups/${encodeURIComponent(id)}/logs.`,
  })
}
