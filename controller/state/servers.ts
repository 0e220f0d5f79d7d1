// Servers and their databases, as remembered over restarts and after a container is gone.
import { z } from "zod"
import { Engine } from "../../schemas/scalar.ts"
import { Managed, ServerId } from "../../schemas/server.ts"
import type { Catalogue, ServerRecord } from "../ports.ts"
import { json, readRow, readRows } from "./row.ts"
import type { Store } from "./store.ts"

const Milliseconds = z
  .number()
  .int()
  .transform((at) => new Date(at))

const Row = z.object({
  id: ServerId,
  name: z.string(),
  project: z.string().nullable(),
  service: z.string().nullable(),
  engine: Engine.nullable(),
  serverVersion: z.string().nullable(),
  containerName: z.string(),
  image: z.string(),
  goodLabels: z.string().nullable().transform(json).pipe(z.record(z.string(), z.string()).nullable()),
  managed: Managed,
  lastSeenAt: Milliseconds,
  retiredAt: Milliseconds.nullable(),
})

export function serversIn(
  store: Store,
): Pick<Catalogue, "saveServer" | "servers" | "saveDatabases" | "databases"> {
  const { db } = store
  const save = db.query(
    `INSERT INTO servers VALUES ($id, $name, $project, $service, $engine, $serverVersion, $containerName,
       $image, $goodLabels, $lastSeenAt, $retiredAt, $managed)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, project = excluded.project, service = excluded.service,
       engine = excluded.engine, server_version = excluded.server_version, container_name = excluded.container_name,
       image = excluded.image, good_labels = excluded.good_labels, last_seen_at = excluded.last_seen_at,
       retired_at = excluded.retired_at, managed = excluded.managed`,
  )
  return {
    saveServer(server) {
      store.writeSoon(() => save.run(rowOf(server)))
    },
    servers() {
      const rows = db
        .query<{ id: string }, []>(
          `SELECT id, name, project, service, engine, server_version AS serverVersion,
             container_name AS containerName, image, good_labels AS goodLabels, last_seen_at AS lastSeenAt,
             retired_at AS retiredAt, managed
           FROM servers ORDER BY id`,
        )
        .all()
      return readRows(store, rows, (row) => readRow(`server ${row.id}`, () => Row.parse(row)))
    },
    saveDatabases(serverId, names, seenAt) {
      const at = seenAt.getTime()
      store.writeSoon(() => {
        db.query("UPDATE databases SET gone_at = ? WHERE server_id = ? AND gone_at IS NULL").run(at, serverId)
        const seen = db.query(
          `INSERT INTO databases VALUES (?, ?, ?, NULL)
           ON CONFLICT DO UPDATE SET seen_at = excluded.seen_at, gone_at = NULL`,
        )
        for (const name of names) seen.run(serverId, name, at)
      })
    },
    databases(serverId) {
      return db
        .query<{ name: string }, [string]>(
          "SELECT name FROM databases WHERE server_id = ? AND gone_at IS NULL ORDER BY name",
        )
        .all(serverId)
        .map((row) => row.name)
    },
  }
}

function rowOf(server: ServerRecord) {
  return {
    ...server,
    goodLabels: server.goodLabels === null ? null : JSON.stringify(server.goodLabels),
    lastSeenAt: server.lastSeenAt.getTime(),
    retiredAt: server.retiredAt?.getTime() ?? null,
  }
}
