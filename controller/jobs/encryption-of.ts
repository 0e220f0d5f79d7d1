// With which key a job's dumps are encrypted.
import type { Encryption } from "../../schemas/encryption.ts"
import { definedKeys } from "../core/encryption-asked.ts"
import { Fault } from "../core/fault.ts"
import type { DesiredJob } from "../core/schedule-plan.ts"
import type { BackupDeps } from "./backup.ts"

/** Null when its labels ask for none. Throws a Fault `key-unknown` when they ask for one that is not defined: nothing is stored then. */
export function encryptionOf({ keys }: Pick<BackupDeps, "keys">, { spec }: DesiredJob): Encryption | null {
  if (spec.encrypt === "none") return null
  const key = keys().get(spec.encrypt)
  if (key) return { format: "age", key: spec.encrypt, recipients: [...key.recipients] }
  throw new Fault("key-unknown", `there is no encryption key named ${spec.encrypt}`, {
    hint: definedKeys([...keys().keys()]),
  })
}
