// GET /api/system/catalogue, POST /api/system/catalogue/copies, POST /api/system/maintenance.
import { copyCatalogue, getCatalogue, maintain } from "../../schemas/api.ts"
import { mount } from "./mount.ts"
import type { Router } from "./router.ts"
import type { Services } from "./services.ts"

export function mountCatalogue(app: Router, { catalogueCare }: Pick<Services, "catalogueCare">): void {
  mount(app, getCatalogue, () => ({ data: catalogueCare.state() }))
  mount(app, copyCatalogue, async () => {
    await catalogueCare.copyNow()
    return { data: catalogueCare.state() }
  })
  mount(app, maintain, async ({ body: { task } }) => ({ data: await catalogueCare.maintain(task) }))
}
