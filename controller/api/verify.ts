// Stored backups checked again: ask for it, follow it, and what was found of a backup so far.
import {
  cancelVerification,
  getVerification,
  listVerifications,
  verificationsOf,
  verifyBackup,
} from "../../schemas/api.ts"
import { existingBackup } from "./backups.ts"
import { found } from "./found.ts"
import { mount } from "./mount.ts"
import { Refusal } from "./refusal.ts"
import type { Router } from "./router.ts"
import type { Services } from "./services.ts"

export function mountVerify(
  app: Router,
  { catalogue, verifications }: Pick<Services, "catalogue" | "verifications">,
): void {
  const task = (id: string) => found(verifications.task(id), "verification", id, "/api/verifications")
  const locationOf = (id: string) => `/api/verifications/${encodeURIComponent(id)}`

  mount(app, verifyBackup, ({ params, body: { level, destination = null, identity } }) => {
    const { id } = existingBackup(catalogue, params.id)
    const begun = verifications.ask({ backupId: id, level, destination, identity, askedBy: "person" })
    return { data: begun, location: locationOf(begun.id) }
  })
  mount(app, verificationsOf, ({ params: { id } }) => {
    // A deleted backup's too.
    found(catalogue.backup(id), "backup", id, "/api/backups")
    return { data: catalogue.verifications(id) }
  })
  mount(app, listVerifications, () => ({ data: verifications.tasks() }))
  mount(app, getVerification, ({ params: { id } }) => ({ data: task(id) }))
  mount(app, cancelVerification, ({ params }) => {
    const { id, status } = task(params.id)
    if (!verifications.cancel(id))
      throw new Refusal({
        status: 409,
        code: "CONFLICT",
        message: `verification ${id} is ${status} already`,
        hint: "Only a queued or running verification can be cancelled.",
      })
    return { data: task(id), location: locationOf(id) }
  })
}
