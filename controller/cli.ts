#!/usr/bin/env bun
// `dbbackup …`: reads the command line, and leaves the work to a client of the API, to the linter, or to the controller itself.
import { readFileSync } from "node:fs"
import { createInterface } from "node:readline/promises"
import { parseArgs } from "node:util"
import { getReady } from "../schemas/api.ts"
import { usualAddress } from "./cli/address.ts"
import { backup, backups } from "./cli/backup.ts"
import { type Call, createClient, Refusal } from "./cli/client.ts"
import { lintCompose } from "./cli/lint.ts"
import { restore } from "./cli/restore.ts"
import { servers } from "./cli/servers.ts"
import { Fault } from "./core/fault.ts"

const usage = `Usage: dbbackup COMMAND

  serve                              run the controller
  servers                            every server and database: backed up or not, and why
  backup SERVER[/DATABASE]           back up now, and wait
  backups [--database SERVER/DATABASE] [--status STATUS] [--limit N]
                                     list backups, newest first
  restore BACKUP|SERVER/DATABASE --as NAME [--dry-run] [--yes]
                                     restore into a new database beside the old one
  lint COMPOSE_FILE                  check the labels of a compose file; exit code 1 for mistakes, not for notes
  healthcheck                        exit 0 when the controller is ready

Options:
  --url URL    the controller's address (DBBACKUP_URL, else that of the controller with this data folder)
  --help       this text`

const options = {
  url: { type: "string" },
  database: { type: "string" },
  status: { type: "string" },
  limit: { type: "string" },
  as: { type: "string" },
  "dry-run": { type: "boolean" },
  yes: { type: "boolean", short: "y" },
  help: { type: "boolean", short: "h" },
} as const

type Values = ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>["values"]

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

async function main(): Promise<void> {
  const { values, positionals } = parseCommandLine()
  const [command, ...args] = positionals
  if (values.help || command === undefined) return say(usage)
  const call = createClient(values.url ?? usualAddress(process.env))
  await run(command, args, values, call)
}

async function run(command: string, args: readonly string[], values: Values, call: Call): Promise<void> {
  switch (command) {
    case "serve":
      none(args)
      return (await import("./main.ts")).serve(process.env)
    case "servers":
      none(args)
      return say(await servers(call))
    case "backup":
      return backup(call, operand(args, "a server or database"), say)
    case "backups":
      none(args)
      return say(await backups(call, await backupQuery(call, values)))
    case "restore":
      return restore(
        call,
        {
          source: operand(args, "a backup"),
          name: wanted(values.as, "--as NAME"),
          dryRun: values["dry-run"] ?? false,
          confirm: values.yes ? async () => values.as ?? "" : ask,
        },
        say,
      )
    case "lint":
      return lint(operand(args, "a compose file"))
    case "healthcheck":
      none(args)
      return say(
        (await call(getReady)).data.checks.map(({ name, detail }) => `${name}: ${detail}`).join("\n"),
      )
    default:
      throw usageFault(`there is no command ${command}`)
  }
}

function parseCommandLine() {
  try {
    return parseArgs({ options, allowPositionals: true })
  } catch (error) {
    throw usageFault(error instanceof Error ? error.message : String(error))
  }
}

const usageFault = (message: string) =>
  new Fault("request-invalid", message, { hint: "dbbackup --help lists the commands." })

function operand([first, ...more]: readonly string[], what: string): string {
  none(more)
  return wanted(first, what)
}

/** An operand that is ignored would look like work that was done. */
function none([first]: readonly string[]): void {
  if (first !== undefined) throw usageFault(`what to do with ${first} is not clear`)
}

function wanted(value: string | undefined, what: string): string {
  if (value === undefined || value === "") throw usageFault(`${what} is missing`)
  return value
}

async function backupQuery(call: Call, { database, status, limit }: Values) {
  const { databasesNamed } = await import("./cli/backup.ts")
  const [named, ...more] = database === undefined ? [] : await databasesNamed(call, database)
  if (more.length > 0) throw usageFault(`${database} has several databases: name one as SERVER/DATABASE`)
  return {
    ...(named ? { databaseId: named.id } : {}),
    ...(status === undefined ? {} : { status }),
    ...(limit === undefined ? {} : { limit }),
  }
}

/** What the person typed; nothing when the input has ended, as it has in a script. */
async function ask(question: string): Promise<string> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const ended = new Promise<string>((resolve) => terminal.once("close", () => resolve("")))
  try {
    return (await Promise.race([terminal.question(question), ended])).trim()
  } finally {
    terminal.close()
  }
}

function lint(path: string): void {
  let text: string
  try {
    text = readFileSync(path, "utf8")
  } catch (cause) {
    throw new Fault(
      "request-invalid",
      `${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`,
      { hint: "Name a compose file." },
    )
  }
  const findings = lintCompose(text, process.env.DBBACKUP_LABEL_PREFIX || "dbbackup", process.env)
  for (const { service, line, message, kind } of findings)
    say(`${path}:${line}: ${kind === "note" ? "note: " : ""}${service}: ${message}`)
  if (findings.some(({ kind }) => kind === "mistake")) process.exitCode = 1
  else say(`${path}: the labels are good`)
}

try {
  await main()
} catch (error) {
  const { message, hint } =
    error instanceof Refusal
      ? error.error
      : error instanceof Fault
        ? error
        : { message: String(error instanceof Error ? error.stack : error), hint: null }
  process.stderr.write(`dbbackup: ${message}${hint ? `\n${hint}` : ""}\n`)
  process.exitCode = 1
}
