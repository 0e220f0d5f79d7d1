// POST and GET /api/system/rebuild.
import { getRebuild, startRebuild } from "../../schemas/api.ts"
import { mount } from "./mount.ts"
import type { Router } from "./router.ts"
import type { Services } from "./services.ts"

export function mountRebuild(app: Router, { rebuilding }: Pick<Services, "rebuilding">): void {
  mount(app, startRebuild, ({ body: { destination, catalogue } }) => ({
    data: rebuilding.begin(destination, catalogue),
    location: getRebuild.path,
  }))
  mount(app, getRebuild, () => ({ data: rebuilding.state() }))
}
