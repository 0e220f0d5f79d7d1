// GET /api/databases, /api/databases/:id
import { getDatabase, listDatabases } from "../../schemas/api.ts"
import { found } from "./found.ts"
import { mount } from "./mount.ts"
import type { Router } from "./router.ts"
import type { Services } from "./services.ts"

export function mountDatabases(app: Router, { view }: Pick<Services, "view">): void {
  mount(app, listDatabases, ({ query: { engine, serverId, state } }) => ({
    data: view
      .databases()
      .filter(
        (database) =>
          (engine === undefined || database.engine === engine) &&
          (serverId === undefined || database.server.id === serverId) &&
          (state === undefined || database.state === state),
      ),
  }))
  mount(app, getDatabase, ({ params: { id } }) => {
    const database = view.databases().find((database) => database.id === id)
    return { data: found(database, "database", id, "/api/databases") }
  })
}
