// GET /api/servers, /api/servers/:id
import { getServer, listServers } from "../../schemas/api.ts"
import { serverDetails } from "../core/server-detail.ts"
import { found } from "./found.ts"
import { mount } from "./mount.ts"
import type { Router } from "./router.ts"
import type { Services } from "./services.ts"

export function mountServers(app: Router, { view }: Pick<Services, "view">): void {
  mount(app, listServers, () => ({ data: view.servers() }))
  mount(app, getServer, ({ params: { id } }) => {
    const asked = view.servers().filter((server) => server.id === id)
    const [server] = serverDetails(asked, view.jobs(), view.databases())
    return { data: found(server, "server", id, "/api/servers") }
  })
}
