// GET /api/servers, /api/servers/:id
import { getServer, listServers } from "../../schemas/api.ts"
import { found } from "./found.ts"
import { mount } from "./mount.ts"
import type { Router } from "./router.ts"
import type { Services } from "./services.ts"

export function mountServers(app: Router, { view }: Pick<Services, "view">): void {
  mount(app, listServers, () => ({ data: view.servers() }))
  mount(app, getServer, ({ params: { id } }) => {
    const server = view.servers().find((server) => server.id === id)
    return { data: found(server, "server", id, "/api/servers") }
  })
}
