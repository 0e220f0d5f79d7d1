import { describe, expect, test } from "bun:test"
import { Fault } from "../../controller/core/fault.ts"
import { explainMysql } from "../../controller/engines/mysql-explain.ts"
import { explainPostgres } from "../../controller/engines/postgres-explain.ts"
import { rulesFor } from "../../controller/engines/registry.ts"
import type { FaultCode } from "../../schemas/errors.ts"

const socket = 'connection to server on socket "/var/run/postgresql/.s.PGSQL.5432" failed: '

const postgres: readonly (readonly [string, number, FaultCode])[] = [
  [`pg_dump: error: ${socket}FATAL:  password authentication failed for user "app"`, 1, "access-denied"],
  [
    `psql: error: ${socket}FATAL:  no pg_hba.conf entry for host "[local]", user "app", database "x"`,
    2,
    "access-denied",
  ],
  [`psql: error: ${socket}FATAL:  Peer authentication failed for user "postgres"`, 2, "access-denied"],
  [`psql: error: ${socket}fe_sendauth: no password supplied`, 2, "access-denied"],
  [`psql: error: ${socket}FATAL:  role "app" does not exist`, 2, "access-denied"],
  ["pg_dump: error: query failed: ERROR:  permission denied for table secrets", 1, "access-denied"],
  [`pg_dump: error: ${socket}FATAL:  database "shop" does not exist`, 1, "database-gone"],
  [`psql: error: ${socket}FATAL:  the database system is starting up`, 2, "server-not-ready"],
  [`psql: error: ${socket}FATAL:  the database system is shutting down`, 2, "server-not-ready"],
  [`psql: error: ${socket}FATAL:  sorry, too many clients already`, 2, "server-not-ready"],
  [
    'psql: error: connection to server at "127.0.0.1", port 5432 failed: Connection refused',
    2,
    "server-not-ready",
  ],
  [
    'pg_dump: error: Dumping the contents of table "t" failed: PQgetResult() failed.\npg_dump: detail: Error message from server: server closed the connection unexpectedly',
    1,
    "server-lost",
  ],
  [
    "pg_dump: error: query failed: FATAL:  terminating connection due to administrator command",
    1,
    "server-lost",
  ],
  ["pg_dump: error: query failed: ERROR:  canceling statement due to lock timeout", 1, "dump-failed"],
  ["pg_dump: error: aborting because of server version mismatch", 1, "tool-missing"],
  ["sh: 1: pg_dump: not found", 127, "tool-missing"],
  ["dbbackup: tool-missing: there is no pg_dump in the container", 96, "tool-missing"],
  ["", 137, "dump-failed"],
  ["pg_dump: error: something new", 1, "dump-failed"],
]

describe("PostgreSQL's messages", () => {
  for (const [stderr, code, expected] of postgres) {
    test(`${expected}: ${stderr.replace(socket, "… ").replace(/\n.*/, " …") || `exit code ${code}`}`, () => {
      const fault = explainPostgres("dumping shop", { code, stderr, stdout: "" }, {})
      expect(fault.code).toBe(expected)
      expect(fault.message).toStartWith("dumping shop: ")
      expect(fault.message).not.toContain("\n")
    })
  }

  test("say what was tried, and that the image's variables only apply at first", () => {
    const stderr = `pg_dump: error: ${socket}FATAL:  password authentication failed for user "app"`
    const access = { user: "app", passwordEnv: "APP_PASSWORD" }
    const { message, hint } = explainPostgres("dumping shop", { code: 1, stderr, stdout: "" }, access)
    expect(message).toBe(
      `dumping shop: pg_dump exited 1: ${socket}FATAL:  password authentication failed for user "app"`,
    )
    expect(hint).toContain("the user app that dbbackup.user names with the password from APP_PASSWORD")
    expect(hint).toContain("only applies when the volume is first created")
  })

  test("a restore that fails is no failed dump", () => {
    const stderr = 'pg_restore: error: could not execute query: ERROR:  role "app" does not exist'
    const fault = explainPostgres("loading shop", { code: 1, stderr, stdout: "" }, {})
    expect(fault.code).toBe("restore-failed")
    expect(fault.hint).toContain("Make the role again")
  })

  test("values of rows stay out", () => {
    const stderr =
      'pg_restore: error: COPY failed for table "t": ERROR:  invalid input syntax for type integer: "4111 1111"\nCONTEXT:  COPY t, line 1, column a: "4111 1111"'
    const { message } = explainPostgres("loading shop", { code: 1, stderr, stdout: "" }, {})
    expect(message).toContain("invalid input syntax for type integer: …")
    expect(message).not.toContain("4111")
  })
})

const mysql: readonly (readonly [string, number, FaultCode])[] = [
  [
    "mysqldump: Got error: 1045: Access denied for user 'root'@'localhost' (using password: YES) when trying to connect",
    2,
    "access-denied",
  ],
  ["ERROR 1698 (28000): Access denied for user 'root'@'localhost'", 1, "access-denied"],
  [
    "mysqldump: Got error: 1044: Access denied for user 'app'@'%' to database 'shop' when selecting the database",
    2,
    "access-denied",
  ],
  ["mariadb-dump: app has insufficent privileges to SHOW CREATE PROCEDURE `p`!", 2, "access-denied"],
  [
    "ERROR 1142 (42000) at line 1: SELECT command denied to user 'app'@'%' for table 'user'",
    1,
    "access-denied",
  ],
  ["mysqldump: Got error: 1049: Unknown database 'shop' when selecting the database", 2, "database-gone"],
  [`mariadb-dump: Got error: 1049: "Unknown database 'o\\'x'" when selecting the database`, 2, "dump-failed"],
  [
    "ERROR 2002 (HY000): Can't connect to local MySQL server through socket '/var/run/mysqld/mysqld.sock' (2)",
    1,
    "server-not-ready",
  ],
  [
    "mysqldump: Error 2013: Lost connection to MySQL server during query when dumping table `t` at row: 7",
    3,
    "server-lost",
  ],
  ["mysqldump: Couldn't execute 'SELECT …': MySQL server has gone away (2006)", 2, "server-lost"],
  [
    "mysqldump: Couldn't execute 'SHOW FIELDS FROM `v`': View 'shop.v' references invalid table(s) (1356)",
    2,
    "dump-failed",
  ],
  ["ERROR 1007 (HY000) at line 3: Can't create database 'x'; database exists", 1, "target-exists"],
  ["mysqldump: Got errno 28 on write", 5, "dump-failed"],
  [
    "dbbackup: access-denied: the variable X, named by dbbackup.password-env, is not set in the container",
    96,
    "access-denied",
  ],
  ["", 143, "dump-failed"],
]

describe("the messages of MySQL and MariaDB", () => {
  for (const [stderr, code, expected] of mysql) {
    test(`${expected}: ${stderr || `exit code ${code}`}`, () => {
      expect(explainMysql("dumping shop", { code, stderr, stdout: "" }, {}).code).toBe(expected)
    })
  }

  test("warnings do not hide the error, values of rows stay out", () => {
    const stderr = `Warning: mariadb: unknown option '--loose-x'
mysql: [Warning] Using a password on the command line interface can be insecure.
ERROR 1062 (23000) at line 7: Duplicate entry 'bob@private.example' for key 'users.email'`
    expect(explainMysql("loading shop", { code: 1, stderr, stdout: "" }, {})).toMatchObject({
      code: "restore-failed",
      message:
        "loading shop: the client exited 1: ERROR 1062 (23000) at line 7: Duplicate entry '…' for key 'users.email'",
    })
    const syntax =
      "ERROR 1064 (42000) at line 3: You have an error in your SQL syntax; check the manual for the right syntax to use near 'bob@private.example' at line 1"
    expect(explainMysql("loading shop", { code: 1, stderr: syntax, stdout: "" }, {}).message).not.toContain(
      "bob",
    )
  })

  test("a note of ours is added to the reason, and long messages are cut", () => {
    const stderr = `dbbackup: note: cannot read the file /run/secret that MYSQL_ROOT_PASSWORD_FILE names\nERROR 1045 (28000): ${"x".repeat(500)}`
    const { message } = explainMysql("dumping shop", { code: 1, stderr, stdout: "" }, {})
    expect(message).toContain("cannot read the file /run/secret that MYSQL_ROOT_PASSWORD_FILE names")
    expect(message.length).toBeLessThan(500)
  })
})

test("a look that loses its connection is taken up again, not given up", () => {
  const lost = (engine: "postgres" | "mysql", stderr: string) => () =>
    rulesFor(engine).readProbe({ code: 2, stdout: "", stderr })
  const codes: FaultCode[] = []
  for (const look of [
    lost("postgres", `psql: error: ${socket}server closed the connection unexpectedly`),
    lost(
      "mysql",
      "ERROR 2013 (HY000): Lost connection to MySQL server at 'reading initial communication packet'",
    ),
    lost("mysql", "ERROR 1053 (08S01): Server shutdown in progress"),
  ]) {
    try {
      look()
    } catch (error) {
      if (error instanceof Fault) codes.push(error.code)
    }
  }
  expect(codes).toEqual(["server-not-ready", "server-not-ready", "server-not-ready"])
})
