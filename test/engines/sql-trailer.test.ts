import { describe, expect, setDefaultTimeout, test } from "bun:test"
import fc from "fast-check"
import {
  mysqlDump,
  mysqlGlobals,
  postgresGlobals,
  type SqlEnds,
  sqlEnd,
} from "../../controller/engines/sql-trailer.ts"

setDefaultTimeout(120_000)

function verdict(ends: SqlEnds, bytes: Buffer, chunkBytes = 65_536): string {
  const detector = sqlEnd(ends)
  for (let at = 0; at < bytes.length; at += chunkBytes) detector.push(bytes.subarray(at, at + chunkBytes))
  return detector.finish()
}

const header =
  "-- MySQL dump 10.13  Distrib 9.7.4, for Linux (x86_64)\n--\n-- Host: localhost    Database: shop\n"
const closing = "/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;\n\n"
const trailer = "-- Dump completed on 2025-11-23  1:00:00\n"
const body = `INSERT INTO t VALUES (1,'${"x".repeat(9000)}');\n`
const dump = `${header}${body}${closing}${trailer}`

const samples: readonly (readonly [string, SqlEnds, string])[] = [
  ["mysqldump", mysqlDump, dump],
  ["mysqldump without a date", mysqlDump, `${header}${body}${closing}-- Dump completed\n`],
  ["mysqldump of an empty database", mysqlDump, `${header}${closing}${trailer}`],
  [
    "mariadb-dump with a sandbox line",
    mysqlDump,
    `/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.20-11.8.9-MariaDB, for debian-linux-gnu (x86_64)\n${body}/*M!100616 SET NOTE_VERBOSITY=@OLD_NOTE_VERBOSITY */;\n\n${trailer}`,
  ],
  [
    "mariadb-dump of 10.5",
    mysqlDump,
    `-- MariaDB dump 10.19  Distrib 10.5.29-MariaDB, for debian-linux-gnu (x86_64)\n${body}${closing}${trailer}`,
  ],
  [
    "accounts and grants",
    mysqlGlobals,
    "-- dbbackup: accounts, roles and grants\nCREATE USER x;\n-- dbbackup: end of accounts, roles and grants\n",
  ],
]

for (const [name, ends, text] of samples) {
  test(`${name}: whole, however it is cut into chunks`, () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000 }), (chunkBytes) => {
        expect(verdict(ends, Buffer.from(text), chunkBytes)).toBe(ends.seen)
      }),
    )
  })

  test(`${name}: refused when any number of bytes is missing at its end`, () => {
    const bytes = Buffer.from(text)
    for (let length = 0; length < bytes.length; length++)
      expect(() => verdict(ends, bytes.subarray(0, length), 4000)).toThrow()
  })
}

describe("PostgreSQL's roles", () => {
  const start = "--\n-- PostgreSQL database cluster dump\n--\n\n"
  const end = "--\n-- PostgreSQL database cluster dump complete\n--\n\n"
  const roles = "CREATE ROLE boss;\n\n\n"

  test("end with the trailer, before or after a line that lifts the restriction", () => {
    for (const text of [
      `${start}${roles}${end}`,
      `${start}\\restrict abc123\n${roles}\\unrestrict abc123\n\n${end}`,
      `\\restrict abc123\n${start}${roles}${end}\\unrestrict abc123\n\n`,
    ])
      expect(verdict(postgresGlobals, Buffer.from(text))).toBe("the cluster dump complete trailer")
  })

  test("are refused when more than white space is missing at the end", () => {
    const text = `${start}${roles}${end}`
    const least = text.trimEnd().length + 1
    for (let length = 0; length < least; length++)
      expect(() => verdict(postgresGlobals, Buffer.from(text.slice(0, length)))).toThrow()
  })
})

test("a row or a routine that holds the trailer's text proves nothing", () => {
  const row = `${header}INSERT INTO t VALUES ('${trailer.trim()}');\n`
  expect(() => verdict(mysqlDump, Buffer.from(row))).toThrow("without its trailer")
  const routine = `${header}CREATE PROCEDURE p() begin\n\n${trailer}`
  expect(() => verdict(mysqlDump, Buffer.from(routine))).toThrow("without its trailer")
  expect(verdict(mysqlDump, Buffer.from(`${row}${trailer}${closing}${trailer}`))).toBe(mysqlDump.seen)
})

test("text of another tool, or an error message, is no dump", () => {
  expect(() => verdict(mysqlDump, Buffer.from(`mysqldump: Got error\n${closing}${trailer}`))).toThrow(
    "does not begin",
  )
  expect(() => verdict(postgresGlobals, Buffer.from(dump))).toThrow("does not begin")
})

test("the trailer's last line may be spread over many small chunks after a large one", () => {
  const detector = sqlEnd(mysqlDump)
  detector.push(Buffer.from(`${header}${body}${closing}`))
  for (const letter of trailer) detector.push(Buffer.from(letter))
  expect(detector.finish()).toBe("the dump completed trailer")
})
