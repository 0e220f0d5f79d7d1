// The restores: list, plan, begin, look at, cancel.
import {
  cancelRestore,
  createRestore,
  getRestore,
  getRestoreLogs,
  listRestores,
  planRestore,
  undoRestore,
} from "../../schemas/api.ts"
import type { RestoreFrom } from "../ports.ts"
import { found } from "./found.ts"
import { answer, type Handler, mount } from "./mount.ts"
import { Refusal } from "./refusal.ts"
import { readJson } from "./request.ts"
import type { Router } from "./router.ts"
import type { Services } from "./services.ts"

export function mountRestores(
  app: Router,
  { catalogue, actions }: Pick<Services, "catalogue" | "actions">,
): void {
  const restore = (id: string) => found(catalogue.restore(id), "restore", id, "/api/restores")
  const locationOf = (id: string) => `/api/restores/${encodeURIComponent(id)}`

  const from = ({
    backupId,
    sourceId,
    sourceDatabase,
  }: Pick<Parameters<typeof plan>[0]["body"], "backupId" | "sourceId" | "sourceDatabase">): RestoreFrom => {
    if (backupId !== undefined)
      return { backupId: found(catalogue.backup(backupId), "backup", backupId, "/api/backups").id }
    const id = sourceId ?? ""
    return {
      sourceId: found(catalogue.source(id), "file", id, "/api/restores/sources").source.id,
      sourceDatabase,
    }
  }
  const plan: Handler<typeof planRestore> = async ({ body }) => {
    const { databaseId, options, identity } = body
    return { data: await actions.planRestore(from(body), databaseId, options, identity) }
  }
  const create: Handler<typeof createRestore> = async ({ body: { dryRun: _, ...body } }) => {
    const { databaseId, options, identity, planHash } = body
    const begun = await actions.restore(from(body), databaseId, options, identity, planHash)
    return { data: begun, location: locationOf(begun.id) }
  }

  mount(app, listRestores, ({ query: { page, limit, databaseId, status } }) => {
    const { rows, total } = catalogue.restores({ databaseId, status }, { page, limit })
    return { data: rows, paging: { page, limit, total } }
  })
  // Two endpoints on one path: `dryRun: true` asks for the plan.
  app.post(createRestore.path, async (c) => {
    const isDryRun = (body: unknown) => (body as { dryRun?: unknown } | null)?.dryRun === true
    return isDryRun(await readJson(c)) ? answer(c, planRestore, plan) : answer(c, createRestore, create)
  })
  mount(app, getRestore, ({ params: { id } }) => ({ data: restore(id) }))
  mount(app, cancelRestore, ({ params: { id } }) => {
    const { id: restoreId, status } = restore(id)
    if (status !== "queued" && status !== "running") {
      throw new Refusal({
        status: 409,
        code: "CONFLICT",
        message: `restore ${id} is ${status} already`,
        hint: "Only a queued or running restore can be cancelled.",
      })
    }
    actions.cancelRestore(restoreId)
    return { data: restore(id), location: locationOf(id) }
  })
  mount(app, undoRestore, async ({ params: { id }, body: { endConnections } }) => {
    await actions.undoRestore(restore(id).id, endConnections)
    return { data: restore(id), location: locationOf(id) }
  })
  mount(app, getRestoreLogs, ({ params, query }) => ({
    data: catalogue.logs(restore(params.id).id, query.level ?? "debug"),
  }))
}
