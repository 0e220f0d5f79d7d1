// Servers outside Docker that people add here, and how any server answers now. Passwords come in and never go out.
import {
  addDatabases,
  changeDatabases,
  deleteDatabases,
  testConnection,
  tryConnection,
} from "../../schemas/api.ts"
import type { ServerId } from "../../schemas/server.ts"
import { serverDetails } from "../core/server-detail.ts"
import { found } from "./found.ts"
import { mount } from "./mount.ts"
import { untilAnswered } from "./patience.ts"
import type { Router } from "./router.ts"
import type { Services } from "./services.ts"

export function mountOutsideServers(
  app: Router,
  { view, outside }: Pick<Services, "view" | "outside">,
): void {
  const detail = (id: ServerId) => {
    const server = view.servers().filter((server) => server.id === id)
    return found(serverDetails(server, view.jobs(), view.databases())[0], "server", id, "/api/servers")
  }
  mount(app, addDatabases, async ({ body }, c) => {
    const id = await outside.add(body, untilAnswered(c))
    return { data: detail(id), location: `/api/servers/${id}` }
  })
  mount(app, changeDatabases, async ({ params: { id }, body }, c) => ({
    data: detail(await outside.change(id, body, untilAnswered(c))),
  }))
  mount(app, deleteDatabases, ({ params: { id } }) => ({
    data: { id, deletedAt: outside.remove(id).toISOString() },
  }))
  mount(app, tryConnection, async ({ body }, c) => ({ data: await outside.try(body, untilAnswered(c)) }))
  mount(app, testConnection, async ({ params: { id } }, c) => ({
    data: await outside.test(id, untilAnswered(c)),
  }))
}
