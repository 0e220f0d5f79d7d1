// A PostgreSQL database's fingerprint: in one go by a script, or as a conversation with the session that holds a dump's snapshot.
import { z } from "zod"
import type { FingerprintLevel } from "../../schemas/manifest.ts"
import { Fault } from "../core/fault.ts"
import type { DumpPlan, FingerprintReading, SharedSnapshot } from "./engine.ts"
import * as sql from "./postgres-fingerprint-sql.ts"

/** A session that its writer has left ends after the statements that it has: not more than these many tables and bytes of them. */
const tablesAtOnce = 100
const bytesAtOnce = 256 * 1024 * 1024

const Described = z.object({
  schemaSha256: z.string(),
  extensions: z.record(z.string(), z.string()),
  roles: z.array(z.string()),
  databaseBytes: z.number(),
})
const Line = z.union([
  Described,
  z.object({ rows: z.record(z.string(), z.number()) }),
  z.object({ sequences: z.record(z.string(), z.string()) }),
  z.object({ snapshot: z.string() }),
  z.object({ tables: z.array(z.tuple([z.number(), z.number()])) }),
  z.object({ table: z.string(), rows: z.number(), rewritten: z.boolean() }),
])
type Line = z.output<typeof Line>

/** Statements that answer with all of it, of a snapshot of their own. */
export function fingerprintStatements(level: FingerprintLevel): string {
  return `${sql.begin}${sql.listSequences}${sql.describeStatements(level)}${level === "exact" ? sql.countAllRows : ""}${sql.finish}`
}

export const postgresSnapshot: Omit<SharedSnapshot, "session"> = {
  endLine: sql.endLine,
  open: `${sql.begin}${sql.exportSnapshot}${sql.listSequences}${sql.finish}`,
  readId([line = "{}"]) {
    return z.object({ snapshot: z.string() }).parse(JSON.parse(line)).snapshot
  },
  dump(plan: DumpPlan, id: string): DumpPlan {
    const option = `--snapshot=${id}`
    const { script, args } = plan.script
    return { ...plan, script: { script, args: [...args, option] }, command: [...plan.command, option] }
  },
  *fingerprint(level, opened) {
    const described = yield `${sql.describeStatements(level)}${sql.finish}`
    const counted: string[] = []
    for (const batch of batchesOf(described)) counted.push(...(yield `${sql.countRows(batch)}${sql.finish}`))
    return readFingerprint([...opened, ...described, ...counted, sql.endLine])
  },
}

/** Ids of the tables to count, the small ones many at a time. */
function batchesOf(described: readonly string[]): readonly (readonly number[])[] {
  const batches: number[][] = []
  let batch: number[] = []
  let batchBytes = 0
  for (const line of described.filter((line) => line !== "").map(parsed)) {
    for (const [id, bytes] of "tables" in line ? line.tables : []) {
      if (batch.length === 0 || batch.length === tablesAtOnce || batchBytes + bytes > bytesAtOnce) {
        batch = []
        batchBytes = 0
        batches.push(batch)
      }
      batch.push(id)
      batchBytes += bytes
    }
  }
  return batches
}

/** Throws a Fault when something is missing, or was not to be seen any more. */
export function readFingerprint(lines: readonly string[]): FingerprintReading {
  let described: z.output<typeof Described> | undefined
  const rows: Record<string, number> = {}
  let sequences: Record<string, string> | undefined
  for (const line of lines.filter((line) => line !== "" && line !== sql.endLine).map(parsed)) {
    if ("schemaSha256" in line) described = line
    else if ("table" in line) {
      if (line.rewritten) throw rewritten(line.table)
      rows[line.table] = line.rows
    } else if ("sequences" in line) sequences = line.sequences
    else if ("rows" in line) Object.assign(rows, line.rows)
  }
  if (!described || !sequences || !lines.includes(sql.endLine))
    throw new Fault("dump-failed", "the server's answer breaks off", {
      hint: "Look at the server's log.",
    })
  return { ...described, sequences: sorted(sequences), rows: sorted(rows) }
}

const sorted = <T>(byName: Record<string, T>): Record<string, T> =>
  Object.fromEntries(Object.entries(byName).sort(([a], [b]) => (a < b ? -1 : 1)))

const parsed = (line: string): Line => Line.parse(JSON.parse(line))

function rewritten(table: string): Fault {
  return new Fault(
    "dump-failed",
    `the table ${table} was emptied or rewritten before its rows were counted`,
    {
      hint: "TRUNCATE, VACUUM FULL and most ALTER TABLE do that. Let them run at another time than backups.",
    },
  )
}
