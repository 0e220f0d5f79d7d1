// GET /api/servers, /api/servers/:id
import { getServer, listServers } from "../../schemas/api.ts"
import { found } from "./found.ts"
import { mount } from "./mount.ts"
import type { Router } from "./router.ts"
import type { Services } from "./services.ts"

export function mountServers(app: Router, { view }: Pick<Services, "view">): void {
  mount(app, listServers, () => ({ data: view.servers() }))
  mount(app, getServer, ({ params: { id } }) => {
    const server = found(
      view.servers().find((server) => server.id === id),
      "server",
      id,
      "/api/servers",
    )
    return {
      data: {
        ...server,
        schedules: view.jobs().filter(({ serverId }) => serverId === id),
        databases: view.databases().filter((database) => database.server.id === id),
      },
    }
  })
}
