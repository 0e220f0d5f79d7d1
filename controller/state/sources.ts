// Files that were uploaded or chosen to be restored: what is known of them, until they are forgotten.
import { RestoreSource } from "../../schemas/restore-source.ts"
import { SourceReading } from "../../schemas/source-reading.ts"
import type { Catalogue } from "../ports.ts"
import { json, readRow, readRows } from "./row.ts"
import type { Store } from "./store.ts"

interface Row {
  readonly id: string
  readonly source: string
  readonly reading: string
}

export function sourcesIn(
  store: Store,
): Pick<Catalogue, "addSource" | "source" | "sources" | "forgetSource"> {
  const { db } = store
  const read = (row: Row) => readRow(`source ${row.id}`, () => RestoreSource.parse(json(row.source)))
  return {
    addSource(source, reading) {
      const at = (instant: string) => new Date(instant).getTime()
      store.write(() =>
        db
          .query("INSERT INTO sources (id, added_at, expires_at, source, reading) VALUES (?, ?, ?, ?, ?)")
          .run(
            source.id,
            at(source.addedAt),
            at(source.expiresAt),
            JSON.stringify(source),
            JSON.stringify(reading),
          ),
      )
    },
    source(id) {
      const row = db.query<Row, [string]>("SELECT * FROM sources WHERE id = ?").get(id)
      if (row === null) return undefined
      const reading = readRow(`the reading of source ${id}`, () => SourceReading.parse(json(row.reading)))
      return { source: read(row), reading }
    },
    sources: () =>
      readRows(store, db.query<Row, []>("SELECT * FROM sources ORDER BY added_at DESC, id DESC").all(), read),
    forgetSource(id) {
      store.write(() => db.query("DELETE FROM sources WHERE id = ?").run(id))
    },
  }
}
