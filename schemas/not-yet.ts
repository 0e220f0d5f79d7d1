// How the vocabulary marks keys that are read and checked already, and carried out by a later version.
import type { z } from "zod"

/** The schema, described as what it will mean and what happens `instead` for now. The documents and the controller say both. */
export function notYet<T extends z.ZodType>(schema: T, meaning: string, instead: string): T {
  return schema.meta({ description: `${meaning} *Not in force yet:* ${instead}.`, notInForce: instead }) as T
}

/** What happens instead of what a key says; undefined for a key that is carried out. */
export function insteadOf(schema: z.ZodType): string | undefined {
  const instead = schema.meta()?.notInForce
  return typeof instead === "string" ? instead : undefined
}
