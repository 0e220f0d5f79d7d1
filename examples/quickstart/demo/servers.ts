// The sample servers of compose.yaml: what the init scripts put on them, and how to see that they ran to their end.
import type { EngineName } from "./client.ts"

export interface SampleServer {
  /** The compose service; its volume is `<service>-data`. */
  readonly service: EngineName
  readonly image: string
  readonly databases: readonly string[]
  /** The one that the demo restores. */
  readonly restored: string
  /** A query that only works once the last init script has finished. */
  readonly lastThing: { readonly database: string; readonly sql: string }
}

export const project = "dbbackup-quickstart"

export const sampleServers: readonly SampleServer[] = [
  {
    service: "postgres",
    image: "postgres:17",
    databases: ["shop", "analytics"],
    restored: "shop",
    lastThing: {
      database: "analytics",
      sql: "SELECT last_value FROM tracking.import_number WHERE is_called;\n",
    },
  },
  {
    service: "mysql",
    image: "mysql:9",
    databases: ["crm", "billing"],
    restored: "crm",
    lastThing: { database: "mysql", sql: "SHOW GRANTS FOR auditor;\n" },
  },
  {
    service: "mariadb",
    image: "mariadb:11.8",
    databases: ["wiki", "tickets"],
    restored: "wiki",
    lastThing: { database: "mysql", sql: "SHOW GRANTS FOR helpdesk;\n" },
  },
]

/** The image that the Dockerfile starts from. */
export const controllerBase = `oven/bun:${Bun.version}-slim`

export function restoredName(database: string): string {
  return `${database}_restored`
}
