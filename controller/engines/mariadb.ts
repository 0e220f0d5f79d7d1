// MariaDB, where it differs from MySQL.
import { mysqlFamily } from "./mysql-family.ts"

export const mariadb = mysqlFamily({
  engine: "mariadb",
  client: "mariadb",
  prefixes: ["MARIADB", "MYSQL"],
  // Rows that a table with versions had before; tools before 10.11 do not know the option.
  dumpOptions: ["--loose-dump-history"],
  // Its client otherwise prints the failing statement, customer data included. Older ones do not, and do not know the option.
  clientOptions: ["--loose-skip-print-query-on-error"],
  // It selects the database by its name as escaped for a string before it reads these.
  canDump: ({ name, facts: { objects = {} } }) =>
    !/['"\\]/.test(name) || !(objects.procedures || objects.functions || objects.events),
})
