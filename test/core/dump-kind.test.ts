// What a file is, from its first bytes: the dumps of each tool, and what is none.
import { describe, expect, test } from "bun:test"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { dumpKindOf, headBytes, peelable, wrappingOf } from "../../controller/core/dump-kind.ts"
import { Fault } from "../../controller/core/fault.ts"

const archives = join(import.meta.dir, "../engines/archives")
const refusal = (call: () => unknown) => {
  try {
    call()
  } catch (error) {
    if (error instanceof Fault && error.hint) return error.message
    throw error
  }
  throw new Error("it was taken")
}
const kind = (text: string) => dumpKindOf(Buffer.from(text))

describe("an archive of pg_dump", () => {
  test.each(readdirSync(archives).filter((name) => name.endsWith(".dump")))(
    "%s is known, with the versions it tells",
    (name) => {
      const head = readFileSync(join(archives, name)).subarray(0, headBytes)
      const major = /-(\d+)-/.exec(name)?.[1] ?? ""
      const found = dumpKindOf(head)
      expect(found).toMatchObject({ engine: "postgres", format: "archive", of: "database", tool: "pg_dump" })
      expect(found.serverVersion).toStartWith(`${major}.`)
      expect(found.toolVersion).toStartWith(`${major}.`)
      expect(dumpKindOf(head.subarray(0, 20)).serverVersion).toBe("unknown")
    },
  )
})

describe("text", () => {
  const postgres =
    "--\n-- PostgreSQL database dump\n--\n\n\\restrict Abc\n\n-- Dumped from database version 17.6 (Debian)\n-- Dumped by pg_dump version 17.7\n"
  const mysql =
    "-- MySQL dump 10.13  Distrib 9.7.0, for Linux (x86_64)\n--\n-- Host: localhost    Database: shop\n-- ------------------------------------------------------\n-- Server version\t9.7.0\n"
  const mariadb =
    "/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19-11.8.3-MariaDB, for debian-linux-gnu (x86_64)\n--\n-- Server version\t11.8.3-MariaDB-0+deb13u1\n"
  const old =
    "-- MySQL dump 10.19  Distrib 10.3.39-MariaDB, for debian-linux-gnu (x86_64)\n--\n-- Server version\t10.3.39-MariaDB\n"
  test.each([
    [
      "pg_dump's",
      postgres,
      { engine: "postgres", of: "database", tool: "pg_dump", serverVersion: "17.6", toolVersion: "17.7" },
    ],
    [
      "pg_dump's, restricted first",
      `\\restrict x\n${postgres}`,
      { engine: "postgres", serverVersion: "17.6" },
    ],
    [
      "pg_dumpall's",
      "--\n-- PostgreSQL database cluster dump\n--\n",
      { engine: "postgres", of: "globals", tool: "pg_dumpall" },
    ],
    [
      "mysqldump's",
      mysql,
      { engine: "mysql", tool: "mysqldump", serverVersion: "9.7.0", toolVersion: "9.7.0" },
    ],
    [
      "mariadb-dump's",
      mariadb,
      { engine: "mariadb", tool: "mariadb-dump", serverVersion: "11.8.3-MariaDB-0+deb13u1" },
    ],
    ["an older mysqldump's of MariaDB", old, { engine: "mariadb", serverVersion: "10.3.39-MariaDB" }],
  ])("%s is known", (_, text, expected) => {
    expect(kind(text)).toMatchObject({ format: "sql", ...expected } as never)
  })
})

describe("what is refused says what it is:", () => {
  const tar = (first: string) =>
    Buffer.concat([Buffer.from(first.padEnd(257, "\0")), Buffer.from("ustar\x0000"), Buffer.alloc(300)])
  test.each([
    ["nothing", "", "the file has no bytes"],
    ["a page", "<!DOCTYPE html>", "the file is no dump of"],
    ["one that begins later", "select 1;\n--\n-- PostgreSQL database dump\n--\n", "the file is no dump of"],
    ["packed twice", "\x1f\x8bxx", "the file is packed twice"],
  ])("%s", (_, text, message) => {
    expect(refusal(() => dumpKindOf(Buffer.from(text, "latin1")))).toStartWith(message)
  })

  test("a tar archive, of pg_dump or not", () => {
    expect(refusal(() => dumpKindOf(tar("toc.dat")))).toContain("directory or tar format")
    expect(refusal(() => dumpKindOf(tar("dump/toc.dat")))).toContain("directory or tar format")
    expect(refusal(() => dumpKindOf(tar("etc/passwd")))).toBe("the file is a tar archive")
  })

  test.each([
    ["xz", "\xfd7zXZ\0"],
    ["bzip2", "BZh9"],
    ["lz4", "\x04\x22\x4d\x18"],
    ["zip", "PK\x03\x04"],
  ])("%s", (name, magic) => {
    const wrapping = wrappingOf(Buffer.from(magic, "latin1"))
    expect(wrapping).toBe(name as never)
    expect(refusal(() => peelable(wrapping))).toContain(name)
  })
})

test("gzip, zstd and age are taken off", () => {
  expect(peelable(wrappingOf(Buffer.from("age-encryption.org/v1\n-> X25519")))).toBe("age")
  expect(peelable(wrappingOf(Buffer.from(Bun.gzipSync(Buffer.from("x")))))).toBe("gzip")
  expect(peelable(wrappingOf(Buffer.from(Bun.zstdCompressSync(Buffer.from("x")))))).toBe("zstd")
  expect(peelable(wrappingOf(Buffer.from("PGDMP")))).toBe("none")
})
