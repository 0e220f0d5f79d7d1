// Which servers and databases a search text leaves: those whose name, image or container contains it.
import type { Database, Server } from "../../../../schemas/server.ts"

export interface ServerWithDatabases {
  readonly server: Server
  readonly databases: readonly Database[]
}

/** A server that matches keeps all its databases; else it stays for those of its databases that match. Active ones come first. */
export function matching(
  servers: readonly Server[],
  databases: readonly Database[],
  text: string,
): readonly ServerWithDatabases[] {
  const wanted = text.trim().toLowerCase()
  const has = (...names: readonly (string | null | undefined)[]) =>
    names.some((name) => name?.toLowerCase().includes(wanted))
  return [...servers]
    .sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name))
    .map((server) => {
      const own = databases.filter((database) => database.server.id === server.id)
      const whole = has(server.name, server.engine, server.container?.name, server.container?.image)
      return { server, databases: whole ? own : own.filter(({ name }) => has(name)), whole }
    })
    .filter(({ whole, databases }) => whole || databases.length > 0)
}

/** What needs a person first, then what works, then what is gone. */
function rank({ state }: Server): number {
  const order: readonly Server["state"][] = [
    "conflict",
    "misconfigured",
    "unprotected",
    "active",
    "disabled",
    "retired",
  ]
  return order.indexOf(state)
}
