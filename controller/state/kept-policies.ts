// Retention policies that were entered over the API.
import { z } from "zod"
import { Retention } from "../../schemas/retention.ts"
import type { KeptPolicy, PolicyStore } from "../ports.ts"
import { json, readRow, readRows } from "./row.ts"
import type { Store } from "./store.ts"

interface Row {
  readonly name: string
  readonly policy: string
  readonly created_at: number
  readonly updated_at: number
}
const Document = z.object({ retention: z.string(), description: z.string().nullable() })

export function keptPoliciesIn(store: Store): PolicyStore {
  const { db } = store
  return {
    keptPolicies() {
      const rows = db.query<Row, []>("SELECT * FROM retention_policies ORDER BY name").all()
      return readRows(store, rows, policyOf)
    },
    savePolicy({ name, retention, description, createdAt, updatedAt }) {
      store.write(() =>
        db
          .query(
            `INSERT INTO retention_policies VALUES (?, ?, ?, ?)
             ON CONFLICT (name) DO UPDATE SET policy = excluded.policy, updated_at = excluded.updated_at`,
          )
          .run(name, JSON.stringify({ retention, description }), createdAt.getTime(), updatedAt.getTime()),
      )
    },
    forgetPolicy(name) {
      store.write(() => db.query("DELETE FROM retention_policies WHERE name = ?").run(name))
    },
  }
}

function policyOf({ name, policy, created_at, updated_at }: Row): KeptPolicy {
  return readRow(`retention policy ${name}`, () => {
    const { retention, description } = Document.parse(json(policy))
    return {
      ...{ name, retention, description, policy: Retention.parse(retention) },
      ...{ createdAt: new Date(created_at), updatedAt: new Date(updated_at) },
    }
  })
}
