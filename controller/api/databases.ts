// GET /api/databases, /api/databases/:id; POST /api/databases/discover, /api/databases/:id/confirm-prune
import { confirmPrune, discoverDatabases, getDatabase, listDatabases } from "../../schemas/api.ts"
import { databasesAsked } from "../core/database-search.ts"
import { serverDetails } from "../core/server-detail.ts"
import { found } from "./found.ts"
import { mount } from "./mount.ts"
import type { Router } from "./router.ts"
import type { Services } from "./services.ts"

export function mountDatabases(
  app: Router,
  { view, discover, confirmPrune: confirm }: Pick<Services, "view" | "discover" | "confirmPrune">,
): void {
  const database = (id: string) =>
    found(
      view.databases().find((database) => database.id === id),
      "database",
      id,
      "/api/databases",
    )
  mount(app, listDatabases, ({ query }) => ({ data: databasesAsked(view.databases(), view.jobs(), query) }))
  mount(app, getDatabase, ({ params: { id } }) => ({ data: database(id) }))
  mount(app, confirmPrune, ({ params: { id }, body: { backups } }) => {
    confirm(database(id).id, backups)
    return { data: database(id), location: `/api/databases/${encodeURIComponent(id)}` }
  })
  mount(app, discoverDatabases, async () => {
    await discover()
    return { data: serverDetails(view.servers(), view.jobs(), view.databases()) }
  })
}
