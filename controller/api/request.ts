// Reads path parameters, query and body strictly: what an endpoint does not know is refused, with what it does know.
import { z } from "zod"
import { Refusal } from "./refusal.ts"
import type { Context } from "./router.ts"

const nothing = z.strictObject({})

export function readParams(c: Context, schema: z.ZodObject = nothing): unknown {
  return parse(schema, c.req.param(), "path")
}

export function readQuery(c: Context, schema: z.ZodObject = nothing): unknown {
  const given: Record<string, unknown> = {}
  for (const [name, values] of Object.entries(c.req.queries())) {
    if (values.length > 1)
      throw invalid("query", [{ path: name, message: "is given more than once" }], schema)
    given[name] = values[0]
  }
  return parse(schema, given, "query")
}

export async function readBody(c: Context, schema: z.ZodType): Promise<unknown> {
  return parse(schema, await readJson(c), "body")
}

/** The body as JSON of any shape. */
export async function readJson(c: Context): Promise<unknown> {
  const type = c.req.header("content-type") ?? ""
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    throw new Refusal({
      status: 415,
      code: "VALIDATION_ERROR",
      message: type === "" ? "the body has no content type" : `the body is ${type.slice(0, 100)}, not JSON`,
      hint: "Send JSON with the header Content-Type: application/json.",
    })
  }
  const text = await c.req.text()
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Refusal({
      status: 400,
      code: "VALIDATION_ERROR",
      message: `the body is not JSON: ${error instanceof Error ? error.message : String(error)}`,
      hint: "Check the quotes, commas and braces of the body.",
    })
  }
}

interface Mistake {
  readonly path: string
  readonly message: string
}

function parse(schema: z.ZodType, value: unknown, where: string): unknown {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const mistakes = result.error.issues.map(({ path, message }) => ({ path: path.join("."), message }))
  throw invalid(where, mistakes, schema)
}

function invalid(where: string, mistakes: readonly Mistake[], schema: z.ZodType): Refusal {
  const text = mistakes.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ")
  return new Refusal({
    status: 400,
    code: "VALIDATION_ERROR",
    message: `the ${where} is not valid: ${text}`,
    hint: hintFor(where, schema),
    details: mistakes,
  })
}

function hintFor(where: string, schema: z.ZodType): string {
  const names = schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
  if (names.length > 0) return `The ${where} takes: ${names.join(", ")}.`
  return where === "query" ? "This path takes no query parameters." : `Correct the ${where} and try again.`
}
