// What a person switched on or off over the API, over restarts.
import type { JobId } from "../../schemas/server.ts"
import type { Catalogue } from "../ports.ts"
import type { Store } from "./store.ts"

interface Row {
  readonly job_id: string
  readonly enabled: number
  readonly at: number
}

export function overridesIn(store: Store): Pick<Catalogue, "overrides" | "saveOverride" | "removeOverride"> {
  const { db } = store
  return {
    overrides() {
      return db
        .query<Row, []>("SELECT * FROM overrides ORDER BY job_id")
        .all()
        .map(({ job_id, enabled, at }) => ({
          jobId: job_id as JobId,
          enabled: enabled === 1,
          at: new Date(at),
        }))
    },
    saveOverride({ jobId, enabled, at }) {
      store.write(() =>
        db
          .query(
            `INSERT INTO overrides VALUES (?, ?, ?)
             ON CONFLICT (job_id) DO UPDATE SET enabled = excluded.enabled, at = excluded.at`,
          )
          .run(jobId, Number(enabled), at.getTime()),
      )
    },
    removeOverride(jobId) {
      store.write(() => db.query("DELETE FROM overrides WHERE job_id = ?").run(jobId))
    },
  }
}
