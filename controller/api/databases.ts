// GET /api/databases, /api/databases/:id; POST /api/databases/discover
import { discoverDatabases, getDatabase, listDatabases } from "../../schemas/api.ts"
import { databasesAsked } from "../core/database-search.ts"
import { serverDetails } from "../core/server-detail.ts"
import { found } from "./found.ts"
import { mount } from "./mount.ts"
import type { Router } from "./router.ts"
import type { Services } from "./services.ts"

export function mountDatabases(app: Router, { view, discover }: Pick<Services, "view" | "discover">): void {
  mount(app, listDatabases, ({ query }) => ({ data: databasesAsked(view.databases(), view.jobs(), query) }))
  mount(app, getDatabase, ({ params: { id } }) => {
    const database = view.databases().find((database) => database.id === id)
    return { data: found(database, "database", id, "/api/databases") }
  })
  mount(app, discoverDatabases, async () => {
    await discover()
    return { data: serverDetails(view.servers(), view.jobs(), view.databases()) }
  })
}
