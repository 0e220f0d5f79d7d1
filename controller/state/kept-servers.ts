// Servers outside Docker that were added over the API, their passwords sealed.
import { KeptPlace } from "../../schemas/kept-server.ts"
import type { KeptServer, KeptServerStore } from "../ports.ts"
import { json, readRow, readRows } from "./row.ts"
import type { Store } from "./store.ts"

interface Row {
  readonly name: string
  readonly settings: string
  readonly password: string | null
  readonly created_at: number
  readonly updated_at: number
}

export function keptServersIn(store: Store): KeptServerStore {
  const { db } = store
  return {
    keptServers() {
      const rows = db.query<Row, []>("SELECT * FROM kept_servers ORDER BY name").all()
      return readRows(store, rows, (row) => readRow(`server ${row.name} of the API`, () => serverOf(row)))
    },
    saveKeptServer({ name, place, password, createdAt, updatedAt }) {
      store.write(() =>
        db
          .query(
            `INSERT INTO kept_servers VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (name) DO UPDATE SET settings = excluded.settings, password = excluded.password,
               updated_at = excluded.updated_at`,
          )
          .run(name, JSON.stringify(place), password, createdAt.getTime(), updatedAt.getTime()),
      )
    },
    forgetKeptServer(name) {
      store.write(() => db.query("DELETE FROM kept_servers WHERE name = ?").run(name))
    },
  }
}

const serverOf = (row: Row): KeptServer => ({
  name: row.name,
  place: KeptPlace.parse(json(row.settings)),
  password: row.password,
  createdAt: new Date(row.created_at),
  updatedAt: new Date(row.updated_at),
})
