// What a file with a dump in it is, from its first bytes and never from its name: how it is wrapped, which tool wrote it, of what.
import type { DumpFormat } from "../../schemas/manifest.ts"
import type { Engine } from "../../schemas/scalar.ts"
import { Fault } from "./fault.ts"

export interface DumpKind {
  readonly engine: Engine
  readonly format: DumpFormat
  /** `globals`: roles and grants alone. */
  readonly of: "database" | "globals"
  readonly tool: string
  /** As the file says; `unknown` when it does not. */
  readonly toolVersion: string
  readonly serverVersion: string
}

/** What must be there to decide; less only of a file that is shorter. */
export const headBytes = 4096

const wrappings = [
  ["gzip", Buffer.from([0x1f, 0x8b])],
  ["zstd", Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
  ["age", Buffer.from("age-encryption.org/v1\n")],
  ["xz", Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])],
  ["bzip2", Buffer.from("BZh")],
  ["lz4", Buffer.from([0x04, 0x22, 0x4d, 0x18])],
  ["zip", Buffer.from("PK\x03\x04", "latin1")],
] as const
export type Wrapping = (typeof wrappings)[number][0]

/** Null: as the tool wrote it, or something else altogether. */
export function wrappingOf(head: Buffer): Wrapping | null {
  return wrappings.find(([, magic]) => head.subarray(0, magic.length).equals(magic))?.[0] ?? null
}

/** What is taken off before a dump is looked at. Throws a Fault for what cannot be. */
export function peelable(wrapping: Wrapping | null): "gzip" | "zstd" | "age" | "none" {
  if (wrapping === null) return "none"
  if (wrapping === "gzip" || wrapping === "zstd" || wrapping === "age") return wrapping
  throw unsupported(`the file is packed with ${wrapping}`, unpackHints[wrapping])
}

const packAgain = "plain, gzip, zstd and age are known. Pack it again with gzip or zstd, if it is large."
const unpackHints = {
  xz: `Unpack it first, with xz -d FILE; ${packAgain}`,
  bzip2: `Unpack it first, with bunzip2 FILE; ${packAgain}`,
  lz4: `Unpack it first, with lz4 -d FILE; ${packAgain}`,
  zip: `Unpack it first, with unzip FILE; ${packAgain}`,
} as const

/** Throws a Fault that says what it is instead. @param head the first `headBytes` with the wrapping taken off */
export function dumpKindOf(head: Buffer): DumpKind {
  requireBytes(head)
  if (isTar(head))
    throw unsupported(
      isDumpInTar(head)
        ? "the file is a dump of pg_dump's directory or tar format"
        : "the file is a tar archive",
      "Make one file of it: pg_restore -f dump.sql DUMP, or dump again with --format=custom. As it is, it can be restored: dbbackup restore FILE.",
    )
  const kind = knownKind(head)
  if (kind) return kind
  throw unsupported(
    "the file is no dump of pg_dump, pg_dumpall, mysqldump or mariadb-dump",
    "It must begin as the tool wrote it, with its first comment lines.",
  )
}

/** Of one file: what a tool wrote. Undefined for text of somebody else, or anything. Throws a Fault for what is packed once more. */
export function knownKind(head: Buffer): DumpKind | undefined {
  if (head.subarray(0, 5).toString("latin1") === "PGDMP") return archiveKind(head)
  const kind = sqlKind(head.toString("latin1"))
  const packed = wrappingOf(head)
  if (kind === undefined && packed !== null)
    throw unsupported(`the file is packed twice: inside is ${packed}`, "Unpack it once.")
  return kind
}

export function requireBytes(head: Buffer): void {
  if (head.length === 0) throw unsupported("the file has no bytes", "Check what was sent.")
}

export const isTar = (head: Buffer): boolean => head.subarray(257, 262).toString("latin1") === "ustar"

/** By the name of its first file, which any of a folder's may be. */
function isDumpInTar(head: Buffer): boolean {
  return (
    head.subarray(0, 7).toString("latin1") === "toc.dat" ||
    /^[^\0]*\/toc\.dat\0/.test(head.toString("latin1"))
  )
}

const postgresHead = /^(?:\s|--\n|\\restrict \w+\n)*-- PostgreSQL database (cluster )?dump\n/
const mysqlHead =
  /^(?:\/\*M?!999999\\- enable the sandbox mode \*\/ ?\n)?-- (MySQL|MariaDB) dump (\S+) +Distrib ([^\s,]+)/
const mysqlHeadNew = /^(?:\/\*M?!999999\\- enable the sandbox mode \*\/ ?\n)?-- (MySQL|MariaDB) dump/

function sqlKind(text: string): DumpKind | undefined {
  const postgres = postgresHead.exec(text)
  if (postgres)
    return {
      engine: "postgres",
      format: "sql",
      of: postgres[1] === undefined ? "database" : "globals",
      tool: postgres[1] === undefined ? "pg_dump" : "pg_dumpall",
      toolVersion: /\n-- Dumped by pg_dump(?:all)? version ([\d.\w]+)/.exec(text)?.[1] ?? "unknown",
      serverVersion: /\n-- Dumped from database version ([\d.\w]+)/.exec(text)?.[1] ?? "unknown",
    }
  if (!mysqlHeadNew.test(text)) return undefined
  const [, , , distribution = "unknown"] = mysqlHead.exec(text) ?? []
  const serverVersion = /\n-- Server version[ \t]+(\S+)/.exec(text)?.[1] ?? "unknown"
  // MariaDB's tool called itself MySQL's until 10.11 and its like; and a tool of one can dump a server of the other.
  const isMariadb = /mariadb/i.test(serverVersion === "unknown" ? text.slice(0, 200) : serverVersion)
  return {
    engine: isMariadb ? "mariadb" : "mysql",
    format: "sql",
    of: "database",
    tool: /MariaDB/.test(text.slice(0, 200)) ? "mariadb-dump" : "mysqldump",
    toolVersion: distribution,
    serverVersion,
  }
}

/** The header of pg_dump's custom format: sizes, then seven integers of time, then three texts. */
function archiveKind(head: Buffer): DumpKind {
  const minor = head[6] ?? 0
  let at = 11 + (minor >= 15 ? 1 : 5) + 7 * 5
  const text = (): string => {
    if (at + 5 > head.length) return ""
    const length = head[at] === 0 ? head.readUInt32LE(at + 1) : 0
    at += 5 + length
    return head.toString("utf8", at - length, Math.min(at, head.length))
  }
  const [, serverVersion, toolVersion] = [text(), text(), text()]
  return {
    engine: "postgres",
    format: "archive",
    of: "database",
    tool: "pg_dump",
    toolVersion: wordOf(toolVersion),
    serverVersion: wordOf(serverVersion),
  }
}

const wordOf = (text = "") => /^[\d.\w]+/.exec(text)?.[0] ?? "unknown"

export const unsupported = (message: string, hint: string) => new Fault("import-refused", message, { hint })
