// GET /api/system/settings. They are changed in the environment and in the file, never over the API.
import { getSettings } from "../../schemas/api.ts"
import { mount } from "./mount.ts"
import type { Router } from "./router.ts"
import type { Services } from "./services.ts"

export function mountSettings(app: Router, { settings }: Pick<Services, "settings">): void {
  mount(app, getSettings, () => ({ data: settings() }))
}
