// Seals every secret of the catalogue with the operator's new key. Works on the file itself: no controller has both keys.
import { existsSync } from "node:fs"
import { hostname } from "node:os"
import { Fault } from "../core/fault.ts"
import { openSettings } from "../settings/source.ts"
import { openCatalogue } from "../state/open.ts"
import { createVault } from "../state/vault.ts"

/**
 * All or none, as one transaction. What the new key opens already is left as it is, so that it may be run again.
 * Returns what was done, in words. Throws a Fault when a key is missing, or neither opens a secret.
 */
export function rotateKey(env: Readonly<Record<string, string | undefined>>): string {
  const settings = openSettings(env, hostname(), () => new Date()).current()
  const { encryptionKey, encryptionKeyOld, databasePath } = settings
  if (encryptionKey === null || encryptionKeyOld === null)
    throw new Fault("settings-invalid", "rotating takes two keys", {
      hint: "Set ENCRYPTION_KEY to the new key and ENCRYPTION_KEY_OLD to the one until now, or their _FILE.",
    })
  if (!existsSync(databasePath))
    throw new Fault("settings-invalid", `there is no catalogue ${databasePath}`, {
      hint: "Set DATABASE_PATH as the controller has it, and run this where its data folder is.",
    })
  const [before, after] = [createVault(encryptionKeyOld), createVault(encryptionKey)]
  const catalogue = openCatalogue(databasePath)
  let kept = 0
  try {
    const all = catalogue.reseal((sealed, purpose) => {
      if (opens(after, sealed, purpose)) {
        kept++
        return sealed
      }
      return after.seal(before.open(sealed, purpose), purpose)
    })
    return `${all - kept} secrets sealed with the new key${kept > 0 ? `, ${kept} were already` : ""}. Restart the controller with the new ENCRYPTION_KEY. Manifests are signed with it as their copies are read again, within weeks; leave ENCRYPTION_KEY_OLD set until then, so that a rebuild believes those that are not yet.`
  } finally {
    catalogue.close()
  }
}

function opens(vault: ReturnType<typeof createVault>, sealed: string, purpose: string): boolean {
  try {
    vault.open(sealed, purpose)
    return true
  } catch {
    return false
  }
}
