// MySQL, where it differs from MariaDB.
import { mysqlFamily } from "./mysql-family.ts"

export const mysql = mysqlFamily({
  engine: "mysql",
  client: "mysql",
  prefixes: ["MYSQL"],
  // Without it the dump carries the server's transaction ids, which a running server refuses.
  dumpOptions: ["--set-gtid-purged=OFF"],
  clientOptions: [],
  canDump: () => true,
})
