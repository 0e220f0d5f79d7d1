// What a session of MySQL or MariaDB is asked for a lock, when it does not ask for one, and what tells that the dump has its snapshot.
import { describe, expect, test } from "bun:test"
import { Fault } from "../../controller/core/fault.ts"
import { mysqlInstant } from "../../controller/engines/mysql-instant.ts"

const hex = (text: string) => Buffer.from(text).toString("hex")
const long = (id: number, number = 0, seconds = 3) => `long\t${id}\t${number}\t${hex("app")}\t${seconds}`

/** Answers every look with one of the answers, and then with the last for ever. What was asked, and what came of it. */
function talk(engine: "mysql" | "mariadb", answers: readonly (readonly string[])[]) {
  const asked: string[] = []
  const left = [...answers]
  const talking = mysqlInstant(engine).lock(["shop", "users"])
  let next = talking.next()
  try {
    while (!next.done) {
      const question = next.value
      asked.push(question)
      expect(question.trim().endsWith("select 'dbbackup: end';")).toBe(true)
      const looks = question.includes("processlist")
      next = talking.next(looks ? ((left.length > 1 ? left.shift() : left[0]) ?? []) : [`of ${asked.length}`])
    }
    return { asked, before: next.value }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { asked, refused: error.message }
  }
}
const locks = (asked: readonly string[]) => asked.filter((one) => one.includes("with read lock")).length

describe.each(["mysql", "mariadb"] as const)("the lock of %s", (engine) => {
  test("is asked for last, for a second, in a session that the server ends by itself", () => {
    const { asked, before } = talk(engine, [[]])
    const last = asked.at(-1) ?? ""
    expect(last).toMatch(
      /lock_wait_timeout = 1\b.*wait_timeout = 5\b[\s\S]*flush tables with read lock;\nstart transaction/,
    )
    expect(locks(asked)).toBe(1)
    // What comes next in each database was asked before.
    expect(before && [...before]).toEqual([
      ["shop", ["of 2"]],
      ["users", ["of 3"]],
    ])
  })

  test("is asked for once a long statement has ended, half a second after each look", () => {
    const { asked } = talk(engine, [[long(7)], [long(7)], []])
    const looks = asked.filter((one) => one.includes("processlist"))
    expect(looks.map((one) => one.includes("do sleep(0.5)"))).toEqual([false, true, true])
    expect(locks(asked)).toBe(1)
  })

  test("is not asked for while a statement runs on", () => {
    const { asked, refused } = talk(engine, [[long(7, 0, 9), long(8)]])
    expect(locks(asked)).toBe(0)
    expect(refused).toBe("a statement of session 7 (user app) has run for 9 s, and a lock would wait for it")
  })

  test("is not asked for by an account that does not see the statements of others", () => {
    expect(talk(engine, [[]]).asked[0]).toContain("innodb_trx")
  })
})

test("MariaDB counts a procedure's time: its statements are told apart by their numbers", () => {
  const procedure = talk("mariadb", [[long(7, 100)], [long(7, 101)]])
  expect(locks(procedure.asked)).toBe(1)
  // One beside it that is new in the second look may be long.
  const beside = talk("mariadb", [[long(7, 100)], [long(7, 101), long(8, 50)]])
  expect(locks(beside.asked)).toBe(0)
})

test("MySQL's lock waits for statements that only read, MariaDB's does not", () => {
  const look = (engine: "mysql" | "mariadb") =>
    talk(engine, [[]]).asked.find((one) => one.includes("processlist"))
  expect(look("mysql")).not.toContain("select'")
  expect(look("mariadb")).toContain("not regexp '^[[:space:]]*select'")
})

describe("a dump has its snapshot", () => {
  const opened = (text: string) => mysqlInstant("mysql").hasOpened(Buffer.from(text))
  const heads = [
    `-- MySQL dump 10.13  Distrib 9.7.4, for Linux (x86_64)\n--\n-- Host: localhost    Database: shop\n-- ------------------------------------------------------\n-- Server version\t9.7.4\n\n/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;\n`,
    `/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19-11.8.9-MariaDB, for debian-linux-gnu (x86_64)\n--\n-- Host: localhost    Database: \n-- ------------------------------------------------------\n-- Server version\t11.8.9-MariaDB\n\n/*M!100616 SET @OLD_NOTE_VERBOSITY=@@NOTE_VERBOSITY, NOTE_VERBOSITY=0 */;\n`,
  ]
  test("not by its head", () => {
    for (const head of heads) {
      expect(opened(head)).toBe(false)
      expect(opened(head.slice(0, 60))).toBe(false)
    }
  })

  test("by the first thing in it, or by its end when it is empty", () => {
    const firsts = [
      "Table structure for table `a`",
      "Temporary table structure for view `v`",
      "Temporary view structure for view `v`",
      "Sequence structure for `s`",
      "Current Database: `shop`",
      "Dumping events for database 'shop'",
      "Dump completed on 2026-11-24  9:00:00",
    ]
    for (const head of heads)
      for (const first of firsts) expect([first, opened(`${head}\n--\n-- ${first}\n`)]).toEqual([first, true])
  })
})

test("how long writers waited comes from the server, and is never below zero", () => {
  const { heldMilliseconds } = mysqlInstant("mysql")
  expect(heldMilliseconds(["held\t23456"])).toBe(23.456)
  expect(heldMilliseconds(["held\t-5"])).toBe(0)
})

test("tables that know no transactions are in no snapshot, and the fingerprint says so", () => {
  const read = (outside: number) => {
    const reading = mysqlInstant("mysql").fingerprint("shop", "exact", [`next\t${hex("t")}\t5`])
    expect(String(reading.next().value)).toContain("rollback to savepoint dbbackup;\nselect 'dbbackup: end'")
    const end = reading.next(["bytes\t16384", `rows\t${hex("t")}\t4`, `outside\t${outside}`, "fingerprint"])
    return end.done ? end.value : undefined
  }
  expect(read(0)).toMatchObject({ sameSnapshot: true, rows: { t: 4 }, sequences: { t: "5" } })
  expect(read(1)).toMatchObject({ sameSnapshot: false, rows: { t: 4 } })
})
