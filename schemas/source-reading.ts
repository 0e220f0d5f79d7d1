// What was found when a file was looked through, beside what people are shown of it: what a restore of it needs to know.
import { z } from "zod"
import { ObjectCounts } from "./manifest.ts"
import { Engine, Sha256 } from "./scalar.ts"

const Offset = z.number().int().nonnegative()

/** One database of the file, or its globals, or all of it. */
export const SourcePart = z.object({
  /** Of a script: whose client would read it so. Null: the file says which engine it is of. */
  engine: Engine.nullable(),
  /** Null where the file names none. */
  database: z.string().nullable(),
  /** Stretches of the unpacked bytes, in order, that are loaded: from, and until. Null: all bytes. */
  ranges: z.array(z.tuple([Offset, Offset])).nullable(),
  counts: ObjectCounts,
  /** That own, are granted, or define something, sorted. */
  roles: z.array(z.string()),
  extensions: z.array(z.string()),
  /** Of the database, as far as the file says: charset, collation. */
  attributes: z.record(z.string(), z.string()),
  /** Why it is not loaded; null when nothing speaks against that. */
  refusal: z.string().nullable(),
})
export type SourcePart = z.output<typeof SourcePart>

export const SourceReading = z.object({
  /** Of the unpacked bytes. */
  rawSha256: Sha256,
  /** Of an archive: what pg_dump compressed with. */
  sourceCompression: z.string().nullable(),
  parts: z.array(SourcePart).min(1),
})
export type SourceReading = z.output<typeof SourceReading>
