// Buckets that were configured over the API, their keys sealed.
import { BucketPlaced } from "../../schemas/s3-config.ts"
import type { BucketStore, KeptBucket } from "../ports.ts"
import { json, readRow, readRows } from "./row.ts"
import type { Store } from "./store.ts"

interface Row {
  readonly id: string
  readonly name: string
  readonly settings: string
  readonly access_key_id: string | null
  readonly access_key_end: string | null
  readonly secret_access_key: string | null
  readonly created_at: number
  readonly updated_at: number
}

export function keptBucketsIn(store: Store): BucketStore {
  const { db } = store
  return {
    keptBuckets() {
      const rows = db.query<Row, []>("SELECT * FROM s3_configs ORDER BY created_at, id").all()
      return readRows(store, rows, (row) => readRow(`bucket ${row.id}`, () => bucketOf(row)))
    },
    saveBucket({ id, name, place, keys, createdAt, updatedAt }) {
      store.write(() =>
        db
          .query(
            `INSERT INTO s3_configs VALUES (?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, settings = excluded.settings,
               access_key_id = excluded.access_key_id, access_key_end = excluded.access_key_end,
               secret_access_key = excluded.secret_access_key, updated_at = excluded.updated_at`,
          )
          .run(
            id,
            name,
            JSON.stringify(place),
            keys?.accessKeyId ?? null,
            keys?.end ?? null,
            keys?.secretAccessKey ?? null,
            createdAt.getTime(),
            updatedAt.getTime(),
          ),
      )
    },
    forgetBucket(id) {
      store.write(() => db.query("DELETE FROM s3_configs WHERE id = ?").run(id))
    },
    copiesAt(destination) {
      const counted = db
        .query<{ n: number }, [string]>(
          `SELECT count(*) AS n FROM copies c JOIN backups b ON b.id = c.backup_id
           WHERE c.destination = ? AND c.state = 'stored' AND b.deleted_at IS NULL`,
        )
        .get(destination)
      return counted?.n ?? 0
    },
  }
}

function bucketOf(row: Row): KeptBucket {
  const { access_key_id: accessKeyId, secret_access_key: secretAccessKey, access_key_end: end } = row
  return {
    id: row.id,
    name: row.name,
    place: BucketPlaced.parse(json(row.settings)),
    keys:
      accessKeyId === null || secretAccessKey === null
        ? null
        : { accessKeyId, secretAccessKey, end: end ?? "" },
    createdAt: new Date(row.created_at),
    updatedAt: new Date(row.updated_at),
  }
}
