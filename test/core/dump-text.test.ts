// What stands in the way of loading a text into a new database, wherever it stands and however the text comes.
import { describe, expect, test } from "bun:test"
import { dumpKindOf } from "../../controller/core/dump-kind.ts"
import { checkOf } from "../../controller/core/dump-text.ts"
import { Fault } from "../../controller/core/fault.ts"

const heads = {
  postgres: "--\n-- PostgreSQL database dump\n--\n\nSET standard_conforming_strings = on;\n",
  globals: "--\n-- PostgreSQL database cluster dump\n--\n\nSET standard_conforming_strings = on;\n",
  mysql: "-- MySQL dump 10.13  Distrib 9.7.0, for Linux (x86_64)\n",
}
function refusal(of: keyof typeof heads, text: string, piece: number): string | null {
  const whole = Buffer.from(heads[of] + text)
  const check = checkOf(dumpKindOf(whole))
  for (let at = 0; at < whole.length; at += piece) check.push(whole.subarray(at, at + piece))
  try {
    check.finish()
    return null
  } catch (error) {
    if (error instanceof Fault && error.code === "import-refused" && error.hint) return error.message
    throw error
  }
}

describe.each([1, 7, 1000])("in pieces of %d bytes,", (piece) => {
  test.each([
    [
      "postgres",
      "\\connect shop\n",
      "the dump leaves the database that it is loaded into: \\connect shop in line 6",
    ],
    ["postgres", "select 1; \\! id\n", "psql would run a command of its own: \\! id in line 6"],
    [
      "globals",
      "create role a;\n\\connect template1\n",
      "the file holds several databases: it is pg_dumpall's of a whole server",
    ],
    [
      "postgres",
      "SET standard_conforming_strings = off;\n",
      "the text changes how strings are read (standard_conforming_strings)",
    ],
    [
      "postgres",
      "select set_config('standard_conforming_strings', 'off', false);",
      "the text changes how strings are read (standard_conforming_strings)",
    ],
    [
      "mysql",
      "\n-- Current Database: `shop`\n",
      "the dump names the database it is loaded into: -- Current Database: `",
    ],
    ["mysql", "x\nUSE `shop`;\n", "the dump names the database it is loaded into: USE `"],
    ["mysql", "x\nCREATE DATABASE x;\n", "the dump names the database it is loaded into: CREATE DATABASE"],
    [
      "mysql",
      "x\nSET @@GLOBAL.GTID_PURGED=/*!80000 '+'*/ 'a:1-2';\n",
      "the dump sets the transactions that the whole server has seen (GTID_PURGED)",
    ],
  ] as const)("%s: %j is refused", (of, text, message) => {
    expect(refusal(of, text, piece)).toBe(message)
  })

  test.each([
    ["postgres", "COPY public.t (a) FROM stdin;\n\\N\n\\connect\n\\.\n"],
    ["globals", "CREATE ROLE a;\n"],
    ["mysql", "INSERT INTO `t` VALUES ('x\\nUSE `shop`');\n"],
  ] as const)("%s: %j is taken", (of, text) => {
    expect(refusal(of, text, piece)).toBeNull()
  })
})
