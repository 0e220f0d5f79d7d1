// What a request wants to be restored: a backup of the catalogue, or a file that was looked through.
import type { RestoreOptions } from "../../schemas/restore.ts"
import type { DatabaseId } from "../../schemas/server.ts"
import { Fault } from "../core/fault.ts"
import { databaseIdOf } from "../core/key.ts"
import { asBackup, type RestorableBackup, type RestorableManifest } from "../core/source-as-backup.ts"
import type { Catalogue, RestoreFrom } from "../ports.ts"
import type { World } from "./world.ts"

interface Restored {
  readonly backup: RestorableBackup
  readonly manifest: RestorableManifest
}

/** Throws a Fault: `not-found`, `restore-unsupported`, `request-invalid`. */
export function whatIsRestored(
  {
    catalogue,
    world,
  }: {
    readonly catalogue: Catalogue
    readonly world: Pick<World, "require" | "insight" | "databases">
  },
  from: RestoreFrom,
  databaseId: DatabaseId | undefined,
  options: RestoreOptions,
): Restored {
  if ("backupId" in from) return backupOf(catalogue, from.backupId)
  const known = catalogue.source(from.sourceId)
  if (!known)
    throw new Fault("not-found", `there is no file ${from.sourceId}`, {
      hint: "It was forgotten. Hand it in again.",
    })
  const serverId = options.serverId ?? world.databases().find(({ id }) => id === databaseId)?.server.id
  if (serverId === undefined)
    throw new Fault("request-invalid", "a file does not say which server to restore it on", {
      hint: "Name it as serverId in the options, --on SERVER on the command line.",
    })
  const server = world.require(serverId)
  const engine = server.engine ?? world.insight(serverId).engine
  const asked = { mode: options.mode, database: from.sourceDatabase }
  const restored = asBackup(known.source, known.reading, asked, { id: serverId, name: server.name, engine })
  // The restore is listed with the database that it makes.
  const name = "name" in options ? options.name : null
  if (name === null) return restored
  return {
    ...restored,
    backup: { ...restored.backup, databaseId: databaseIdOf(serverId, { kind: "database", name }) },
  }
}

function backupOf(
  catalogue: Catalogue,
  id: Extract<RestoreFrom, { backupId: unknown }>["backupId"],
): Restored {
  const backup = catalogue.backup(id)
  if (!backup)
    throw new Fault("not-found", `there is no backup ${id}`, { hint: "List them with GET /api/backups." })
  if (backup.status !== "completed")
    throw new Fault("restore-unsupported", `the backup is ${backup.status}, not completed`, {
      hint: "Choose one that is proven.",
    })
  const manifest = catalogue.manifest(id)
  if (!manifest) throw new Fault("internal", `the catalogue has no manifest of backup ${id}`)
  return { backup, manifest }
}
