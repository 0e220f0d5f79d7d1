// What was begun on a server and is to be undone there, also after a crash.
import { z } from "zod"
import { hookMoments } from "../../schemas/labels.ts"
import { ServerId } from "../../schemas/server.ts"
import type { Catalogue, LooseEnd } from "../ports.ts"
import { json, readRow, readRows } from "./row.ts"
import type { Store } from "./store.ts"

const base = { owner: z.string(), serverId: ServerId }
const Row = z.discriminatedUnion("kind", [
  z.object({
    ...base,
    kind: z.literal("hook"),
    detail: z.object({
      moment: z.enum(hookMoments),
      argv: z.array(z.string()),
      timeoutSeconds: z.number(),
      onError: z.enum(["fail", "continue"]),
    }),
  }),
  z.object({ ...base, kind: z.literal("tools"), detail: z.null() }),
  z.object({
    ...base,
    kind: z.literal("database"),
    detail: z.object({ name: z.string(), inPlace: z.enum(["at-once", "in-turns"]).optional() }),
  }),
])

interface Raw {
  readonly owner: string
  readonly kind: string
  readonly serverId: string
  readonly detail: string
}

export function looseEndsIn(
  store: Store,
): Pick<Catalogue, "installation" | "addLooseEnd" | "looseEnds" | "removeLooseEnd"> {
  const { db } = store
  return {
    installation: () => db.query<{ id: string }, []>("SELECT id FROM installation").get()?.id ?? "",
    addLooseEnd({ owner, serverId, kind, detail }) {
      store.write(() =>
        db
          .query("INSERT OR REPLACE INTO loose_ends VALUES (?, ?, ?, ?)")
          .run(owner, kind, serverId, JSON.stringify(detail)),
      )
    },
    looseEnds(serverId) {
      const rows = db
        .query<Raw, [string]>(
          `SELECT owner, kind, server_id AS serverId, detail FROM loose_ends WHERE server_id = ? ORDER BY owner, kind`,
        )
        .all(serverId)
      return readRows(store, rows, (row) =>
        readRow(
          `what ${row.owner} left open`,
          () => Row.parse({ ...row, detail: json(row.detail) }) as LooseEnd,
        ),
      )
    },
    removeLooseEnd({ owner, kind }) {
      store.write(() => db.query("DELETE FROM loose_ends WHERE owner = ? AND kind = ?").run(owner, kind))
    },
  }
}
