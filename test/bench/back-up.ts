// One backup by the controller, from the request to the listed backup, and how long something takes.
import { createBackup, getBackup } from "../../schemas/api.ts"
import type { CompletedBackup } from "../../schemas/backup.ts"
import type { DatabaseId } from "../../schemas/server.ts"
import type { Controller } from "../support/controller.ts"

export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return (performance.now() - began) / 1000
}

export const databaseIdOf = async (controller: Controller, name: string): Promise<DatabaseId> =>
  (await controller.database(name, () => true)).id

/** Throws when it does not complete. */
export async function backUp(controller: Controller, databaseId: DatabaseId): Promise<CompletedBackup> {
  const { data: begun } = await controller.call(createBackup, { body: { databaseId } })
  for (;;) {
    const { data } = await controller.call(getBackup, { params: { id: begun.id } })
    if (data.status === "completed") return data
    if (data.status !== "queued" && data.status !== "running") throw new Error(JSON.stringify(data))
    await Bun.sleep(20)
  }
}
