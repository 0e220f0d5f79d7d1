// GET /api/destinations/:name/orphans, and what may be done about what it lists.
import { adoptOrphans, cleanOrphans, listOrphans, mendMissing } from "../../schemas/api.ts"
import { mount } from "./mount.ts"
import { untilAnswered } from "./patience.ts"
import type { Context, Router } from "./router.ts"
import type { Services } from "./services.ts"

// A bucket tells a thousand names at a time, and a large one has many.
const milliseconds = 115_000

const patience = (c: Context): AbortSignal =>
  AbortSignal.any([untilAnswered(c), AbortSignal.timeout(milliseconds)])

export function mountOrphans(app: Router, { orphans }: Pick<Services, "orphans">): void {
  mount(app, listOrphans, async ({ params: { name } }, c) => ({
    data: await orphans.look(name, patience(c)),
  }))
  mount(app, adoptOrphans, async ({ params: { name }, body: { keys } }, c) => ({
    data: await orphans.adopt(name, keys, patience(c)),
  }))
  mount(app, cleanOrphans, async ({ params: { name }, body }, c) => ({
    data: await orphans.clean(name, body, patience(c)),
  }))
  mount(app, mendMissing, async ({ params: { name }, body: { keys } }, c) => ({
    data: await orphans.mend(name, keys, patience(c)),
  }))
}
