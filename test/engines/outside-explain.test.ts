// What clients say when a server outside Docker does not answer as it should, word for word, and what is made of it.
import { expect, test } from "bun:test"
import { Fault } from "../../controller/core/fault.ts"
import type { Probe } from "../../controller/engines/engine.ts"
import { explainOutside, requireEngine } from "../../controller/engines/outside-explain.ts"
import { rulesFor } from "../../controller/engines/registry.ts"
import type { FaultCode } from "../../schemas/errors.ts"
import { OutsideServer } from "../../schemas/outside.ts"
import type { Engine } from "../../schemas/scalar.ts"

const server = (type: Engine) => OutsideServer.parse({ type, host: "db.example.com", user: "backup" })

function explained(type: Engine, stderr: string): Fault {
  try {
    rulesFor(type).readProbe({ code: 1, stdout: "", stderr })
  } catch (error) {
    if (error instanceof Fault) return explainOutside(error, server(type))
  }
  throw new Error("the probe was read")
}

const psql = (why: string) =>
  `psql: error: connection to server at "db.example.com" (10.0.0.1), port 5432 failed: ${why}`

const cases: readonly (readonly [Engine, string, FaultCode, string])[] = [
  ["postgres", psql('FATAL:  password authentication failed for user "backup"'), "access-denied", "password"],
  ["postgres", psql("fe_sendauth: no password supplied"), "access-denied", "password"],
  ["postgres", psql('FATAL:  role "backup" does not exist'), "access-denied", "user (backup)"],
  [
    "postgres",
    psql(
      'FATAL:  no pg_hba.conf entry for host "10.0.0.9", user "backup", database "postgres", no encryption',
    ),
    "access-denied",
    "pg_hba.conf",
  ],
  [
    "postgres",
    'psql: error: could not translate host name "db.example.com" to address: Name or service not known',
    "host-unknown",
    "knows no db.example.com",
  ],
  [
    "postgres",
    psql("Connection refused\n\tIs the server running on that host"),
    "server-not-ready",
    "firewall",
  ],
  ["postgres", psql("timeout expired"), "server-not-ready", "firewall"],
  ["postgres", psql("server does not support SSL, but SSL was required"), "tls-refused", "has no TLS"],
  ["postgres", psql("SSL error: certificate verify failed"), "tls-refused", "tls.ca"],
  [
    "postgres",
    psql('server certificate for "db1" (and 1 other name) does not match host name "db.example.com"'),
    "tls-refused",
    "verify-ca",
  ],
  ["postgres", psql("received invalid response to SSL negotiation: K"), "engine-mismatch", "postgres"],
  [
    "postgres",
    psql("expected authentication request from server, but received K"),
    "engine-mismatch",
    "port",
  ],
  [
    "mysql",
    "ERROR 1045 (28000): Access denied for user 'backup'@'10.0.0.9' (using password: YES)",
    "access-denied",
    "password",
  ],
  [
    "mysql",
    "ERROR 1130 (HY000): Host '10.0.0.9' is not allowed to connect to this MySQL server",
    "access-denied",
    "address",
  ],
  [
    "mysql",
    "ERROR 2005 (HY000): Unknown MySQL server host 'db.example.com' (-2)",
    "host-unknown",
    "knows no",
  ],
  [
    "mysql",
    "ERROR 2003 (HY000): Can't connect to MySQL server on 'db.example.com:3306' (111)",
    "server-not-ready",
    "firewall",
  ],
  [
    "mysql",
    "ERROR 2026 (HY000): SSL connection error: error:0A000086:SSL routines::certificate verify failed",
    "tls-refused",
    "tls.ca",
  ],
  [
    "mysql",
    "ERROR 2013 (HY000): Lost connection to MySQL server at 'waiting for initial communication packet', system error: 110",
    "engine-mismatch",
    "mysql",
  ],
  ["mariadb", "ERROR 2005 (HY000): Unknown server host 'db.example.com' (-2)", "host-unknown", "knows no"],
  [
    "mariadb",
    "ERROR 2002 (HY000): Can't connect to server on 'db.example.com' (115)",
    "server-not-ready",
    "firewall",
  ],
  ["mariadb", "ERROR 2026 (HY000): TLS/SSL error: self-signed certificate", "tls-refused", "tls.ca"],
  [
    "mariadb",
    "ERROR 2013 (HY000): Lost connection to server at 'handshake: reading initial communication packet', system error: 110",
    "engine-mismatch",
    "mariadb",
  ],
  // A port that is published while its server is still starting: closed at once, not silent.
  [
    "mysql",
    "ERROR 2013 (HY000): Lost connection to MySQL server at 'reading initial communication packet', system error: 0",
    "server-not-ready",
    "starting",
  ],
  // Rights are no matter of the password.
  [
    "mysql",
    "ERROR 1044 (42000): Access denied for user 'backup'@'%' to database 'x'",
    "access-denied",
    "lacks rights",
  ],
]

for (const [type, stderr, code, words] of cases)
  test(`${type}: ${stderr.slice(0, 120)}`, () => {
    const fault = explained(type, stderr)
    expect([fault.code, fault.hint ?? ""]).toEqual([code, expect.stringContaining(words)])
  })

test("what has nothing to do with the way there stays as it is", () => {
  const missing = new Fault("tool-missing", "no local image has the tools of postgres", {
    hint: "docker pull",
  })
  expect(explainOutside(missing, server("postgres"))).toBe(missing)
})

test("MySQL that was named as MariaDB is told, and the other way round", () => {
  const wrong = (engine: Engine, serverVersion: string) => {
    try {
      requireEngine({ engine, serverVersion } as Probe)
    } catch (error) {
      return error instanceof Fault ? [error.code, error.hint] : error
    }
  }
  expect(wrong("mysql", "11.8.3-MariaDB")).toEqual(["engine-mismatch", "Write type: mariadb."])
  expect(wrong("mariadb", "9.7.4")).toEqual(["engine-mismatch", "Write type: mysql."])
  for (const [engine, version] of [
    ["mysql", "8.0.40"],
    ["mariadb", "10.11.6-MariaDB"],
    // A server may be told to call itself something else.
    ["mariadb", "11.8.3"],
    ["postgres", "17.6"],
  ] as const)
    expect([version, wrong(engine, version)]).toEqual([version, undefined])
})
