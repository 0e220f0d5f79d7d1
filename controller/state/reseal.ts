// Every sealed secret at once, when the operator's key changes.
import { bucketPurpose, serverPurpose } from "../core/sealed-purposes.ts"
import type { SealedStore } from "../ports.ts"
import type { Store } from "./store.ts"

interface Bucket {
  readonly id: string
  readonly access: string
  readonly secret: string
}
interface Server {
  readonly name: string
  readonly password: string
}

export function resealIn({ db, write }: Store): SealedStore {
  return {
    reseal: (change) =>
      write(() => {
        const buckets = db
          .query<Bucket, []>(
            "SELECT id, access_key_id AS access, secret_access_key AS secret FROM s3_configs WHERE access_key_id IS NOT NULL",
          )
          .all()
        const keys = db.query("UPDATE s3_configs SET access_key_id = ?, secret_access_key = ? WHERE id = ?")
        for (const { id, access, secret } of buckets)
          keys.run(
            change(access, bucketPurpose(id, "accessKeyId")),
            change(secret, bucketPurpose(id, "secretAccessKey")),
            id,
          )
        const servers = db
          .query<Server, []>("SELECT name, password FROM kept_servers WHERE password IS NOT NULL")
          .all()
        const password = db.query("UPDATE kept_servers SET password = ? WHERE name = ?")
        for (const server of servers)
          password.run(change(server.password, serverPurpose(server.name)), server.name)
        return 2 * buckets.length + servers.length
      }),
  }
}
