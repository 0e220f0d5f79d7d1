// What was typed after `dbbackup`: options by name, operands in order. Nothing is passed over in silence.
import { parseArgs } from "node:util"
import { Fault } from "../core/fault.ts"
import { outsideOptions } from "./outside.ts"

const options = {
  url: { type: "string" },
  database: { type: "string" },
  status: { type: "string" },
  server: { type: "string" },
  why: { type: "boolean" },
  json: { type: "boolean" },
  all: { type: "boolean" },
  limit: { type: "string" },
  as: { type: "string" },
  on: { type: "string" },
  owners: { type: "string" },
  content: { type: "string" },
  jobs: { type: "string" },
  table: { type: "string", multiple: true },
  globals: { type: "boolean" },
  file: { type: "boolean" },
  from: { type: "string" },
  catalogue: { type: "boolean" },
  policy: { type: "string" },
  out: { type: "string" },
  identity: { type: "string" },
  level: { type: "string" },
  destination: { type: "string" },
  wait: { type: "boolean" },
  "passphrase-file": { type: "string" },
  "made-at": { type: "string" },
  adopt: { type: "boolean" },
  clean: { type: "boolean" },
  mend: { type: "boolean" },
  swap: { type: "boolean" },
  replace: { type: "boolean" },
  "end-connections": { type: "boolean" },
  "keep-for": { type: "string" },
  "no-safety-backup": { type: "boolean" },
  "dry-run": { type: "boolean" },
  ...outsideOptions,
  yes: { type: "boolean", short: "y" },
  help: { type: "boolean", short: "h" },
} as const

export type Values = ReturnType<
  typeof parseArgs<{ options: typeof options; allowPositionals: true }>
>["values"]

export function parseCommandLine() {
  try {
    return parseArgs({ options, allowPositionals: true })
  } catch (error) {
    throw usageFault(error instanceof Error ? error.message : String(error))
  }
}

export const usageFault = (message: string) =>
  new Fault("request-invalid", message, { hint: "dbbackup --help lists the commands." })

export function operand([first, ...more]: readonly string[], what: string): string {
  none(more)
  return wanted(first, what)
}

/** An operand that is ignored would look like work that was done. */
export function none([first]: readonly string[]): void {
  if (first !== undefined) throw usageFault(`what to do with ${first} is not clear`)
}

export function wanted(value: string | undefined, what: string): string {
  if (value === undefined || value === "") throw usageFault(`${what} is missing`)
  return value
}
