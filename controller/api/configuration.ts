// GET /api/system/export and POST /api/system/import.
import { exportConfiguration, importConfiguration } from "../../schemas/api.ts"
import { mount } from "./mount.ts"
import type { Router } from "./router.ts"
import type { Services } from "./services.ts"

export function mountConfiguration(app: Router, { configuration }: Pick<Services, "configuration">): void {
  mount(app, exportConfiguration, () => ({ data: configuration.export() }))
  mount(app, importConfiguration, ({ body }) => ({
    data: configuration.import(body.configuration, body.dryRun),
  }))
}
