// What has become of a database that a restore went into, when its end was not seen: said at once as far as it is known, and again once the
// server was asked.
import type { Restore, RestoreId } from "../../schemas/restore.ts"
import { Fault, problemOf } from "../core/fault.ts"
import { rulesFor } from "../engines/registry.ts"
import type { Catalogue, Docker } from "../ports.ts"
import type { Journal } from "./journal.ts"
import { isCommitted, removeMark } from "./load-at-once.ts"
import { backCommand } from "./load-in-turns.ts"
import type { Look } from "./probe.ts"

/** For one that is found under way when the controller starts. */
export function hintInPlace(
  catalogue: Pick<Catalogue, "backup" | "looseEnds">,
  { id, backupId, source, serverId, serverName, targetDatabase: name, safetyBackupId }: Restore,
): string {
  const end = catalogue.looseEnds(serverId).find(({ owner, kind }) => owner === id && kind === "database")
  if (end?.kind !== "database") return `${name} is as it was: nothing had been changed yet.`
  const engine = backupId === null ? source?.kind.engine : catalogue.backup(backupId)?.engine
  if (end.detail.inPlace === "at-once" && engine && !rulesFor(engine).inPlace.mark)
    return `${name} has all of the rows that were to be loaded, or it is as it was. Look at them before you restore once more.`
  if (end.detail.inPlace === "at-once")
    return `${name} was restored as a whole, or it is as it was. Which of them is found out at the next look at the server, and told here.`
  return safetyBackupId
    ? `${name} is left half restored. To put it back as it was: ${backCommand(safetyBackupId, name, serverName)}`
    : `${name} is left half restored, and no backup was made before. Restore a good one: mode replace.`
}

/** Asks the server, and says so with the restore. Throws when it cannot be asked. */
export async function settleInPlace(
  { docker, catalogue }: { readonly docker: Docker; readonly catalogue: Catalogue },
  id: RestoreId,
  name: string,
  look: Look,
  journal: Journal,
): Promise<void> {
  if (!look.rules.inPlace.atomic) return
  const happened = await isCommitted(docker, look, id, name)
  await removeMark(docker, look, id, name)
  const what = happened
    ? `${name} was restored as a whole, before that`
    : `${name} is as it was: nothing of the restore was committed`
  journal(happened ? "warn" : "info", what)
  const restore = catalogue.restore(id)
  if (!restore || !("error" in restore)) return
  const { code, message } = restore.error
  const hint = happened
    ? "It was not compared with what was dumped. Look at it, or restore once more."
    : "Restore once more when it is wanted."
  catalogue.amendRestore(
    id,
    problemOf(new Fault(code, `${message.split("; whether ")[0]}; ${what}`, { hint })),
  )
}
