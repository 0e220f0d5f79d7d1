// POST /api/backups/import: the body is the file, and goes on to the destinations as it comes.
import { Readable } from "node:stream"
import { importBackup } from "../../schemas/api.ts"
import { Fault } from "../core/fault.ts"
import { mount } from "./mount.ts"
import { untilAnswered } from "./patience.ts"
import { Refusal } from "./refusal.ts"
import type { Router } from "./router.ts"
import type { Services } from "./services.ts"

export function mountImport(app: Router, { importDump }: Pick<Services, "importDump">): void {
  mount(app, importBackup, async ({ query }, c) => {
    if (!/^application\/octet-stream\s*(;|$)/i.test(c.req.header("content-type") ?? ""))
      throw new Refusal({
        status: 415,
        code: "VALIDATION_ERROR",
        message: "the body is not sent as a file",
        hint: "Send the file itself with the header Content-Type: application/octet-stream.",
      })
    const { body } = c.req.raw
    if (body === null)
      throw new Fault("import-refused", "the file has no bytes", { hint: "Send it as the body." })
    // Reading a copy back takes its time after the last byte has come.
    const signal = untilAnswered(c)
    const file = Readable.fromWeb(body as unknown as Parameters<typeof Readable.fromWeb>[0])
    return { data: await importDump({ ...query, madeAt: new Date(query.madeAt) }, file, signal) }
  })
}
