// A load into a MySQL or MariaDB database that is there. Each statement is committed by itself, so the way back is a backup made before.

import type { Access, Script } from "./engine.ts"
import type { InPlace } from "./in-place.ts"
import * as sql from "./mysql-in-place-sql.ts"
import { fromHex } from "./mysql-sql.ts"

/** `generated`: runs a query, then the statements that it answers with. */
export function mysqlInPlace(
  ask: (query: string, access: Access) => Script,
  generated: (query: string, access: Access, ...options: string[]) => Script,
): InPlace {
  return {
    atomic: false,
    refusal({ backup: { part }, order: { content } }) {
      if (part?.content !== "data" || content === "data") return null
      return {
        message: "the backup holds rows and no tables (content=data)",
        hint: "Restore with content data.",
      }
    },
    occupied: (name, access) => ask(sql.askOccupied(name), access),
    readOccupied({ stdout }) {
      const rows = stdout.split("\n").map((line) => line.split("\t"))
      if (!rows.some(([key]) => key === "there")) return undefined
      const sessions = rows.filter(([key]) => key === "session")
      return {
        sessions: sessions.reduce((sum, [, , count]) => sum + Number(count), 0),
        who: sessions.map(([, user]) => fromHex(user)),
        obstacles: [],
      }
    },
    before: {
      // A session that is gone by then is no failure.
      endSessions: (name, access) => generated(sql.endSessions(name), access, "--force"),
      requireUnlocked: (name, access) => generated(sql.lockAll(name), access),
      clear(name, mode, views, access) {
        if (mode === "replace") return generated(sql.dropAll(name), access)
        return views.length > 0 ? generated(sql.dropViews(name, views), access) : null
      },
    },
    nameOf: ({ name }) => name,
    rewriter: () => undefined,
  }
}
