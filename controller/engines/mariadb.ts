// MariaDB, where it differs from MySQL.
import { mysqlFamily } from "./mysql-family.ts"

export const mariadb = mysqlFamily({
  engine: "mariadb",
  client: "mariadb",
  prefixes: ["MARIADB", "MYSQL"],
  dumpOptions: [],
  // Its client otherwise prints the failing statement, customer data included.
  clientOptions: ["--skip-print-query-on-error"],
})
