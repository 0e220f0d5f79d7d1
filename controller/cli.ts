#!/usr/bin/env bun
// `dbbackup …`: reads the command line, and leaves the work to a client of the API, to the linter, or to the controller itself.
import { readFileSync } from "node:fs"
import { createInterface } from "node:readline/promises"
import { parseArgs } from "node:util"
import { getReady } from "../schemas/api.ts"
import { accept } from "./cli/accept.ts"
import { usualAddress } from "./cli/address.ts"
import { backup, backups } from "./cli/backup.ts"
import { type Call, createClient, Refusal } from "./cli/client.ts"
import { confirmPrunes } from "./cli/confirm-prune.ts"
import { key } from "./cli/key.ts"
import { lintCompose } from "./cli/lint.ts"
import { rebuild } from "./cli/rebuild.ts"
import { restore } from "./cli/restore.ts"
import { rotateKey } from "./cli/rotate-key.ts"
import { cancel, runs } from "./cli/runs.ts"
import { change, changeAll, schedules } from "./cli/schedules.ts"
import { servers } from "./cli/servers.ts"
import { usage } from "./cli/usage.ts"
import { details, discover, why } from "./cli/why.ts"
import { Fault } from "./core/fault.ts"

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
  globals: { type: "boolean" },
  from: { type: "string" },
  out: { type: "string" },
  identity: { type: "string" },
  "passphrase-file": { type: "string" },
  "dry-run": { type: "boolean" },
  yes: { type: "boolean", short: "y" },
  help: { type: "boolean", short: "h" },
} as const

type Values = ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>["values"]

function say(line: string): void {
  process.stdout.write(`${printable(line)}\n`)
}

/** Beside the output, which may go to a file. */
function aside(line: string): void {
  process.stderr.write(`${printable(line)}\n`)
}

/** Labels and names are other people's text: what would steer the terminal is shown as a mark in its place. */
function printable(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n]/gu, "\u{FFFD}")
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
      return void (await import("./main.ts"))
    case "servers":
      return say(await serversAsked(call, args, values))
    case "discover":
      none(args)
      return say(await discover(call))
    case "schedules":
      none(args)
      return say(await schedules(call))
    case "pause":
    case "resume":
      if (!values.all) return change(call, command, operand(args, "a job, or --all,"), say)
      none(args)
      return say(await changeAll(call, command))
    case "follow-label":
      return change(call, command, operand(args, "a job"), say)
    case "runs":
      none(args)
      return say(
        await runs(call, {
          ...(values.server === undefined ? {} : { server: values.server }),
          ...(values.limit === undefined ? {} : { limit: values.limit }),
        }),
      )
    case "cancel":
      return say(await cancel(call, operand(args, "a run")))
    case "backup":
      return backup(call, operand(args, "a server or database"), say)
    case "backups":
      none(args)
      return say(await backups(call, await backupQuery(call, values)))
    case "accept":
      return say(await accept(call, operand(args, "a backup")))
    case "confirm-prune":
      return confirmPrunes(call, operand(args, "a database"), values.yes ? null : ask, say)
    case "restore":
      return restore(
        call,
        {
          source: operand(args, "a backup"),
          name: values.globals ? undefined : wanted(values.as, "--as NAME"),
          onto: values.on,
          owners: values.owners,
          content: values.content,
          identityFile: values.identity,
          dryRun: values["dry-run"] ?? false,
          confirm: values.yes ? async (_, name) => name : ask,
        },
        say,
      )
    case "rebuild":
      none(args)
      return rebuild(call, wanted(values.from, "--from DESTINATION"), say)
    case "lint":
      return lint(operand(args, "a compose file"))
    case "key":
      return key(args, { ...values, passphraseFile: values["passphrase-file"] }, process.env, say, aside)
    case "rotate-key":
      none(args)
      return say(rotateKey(process.env))
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

async function serversAsked(
  call: Call,
  args: readonly string[],
  { why: asked, json }: Values,
): Promise<string> {
  if (!asked && !json) none(args)
  const [name, ...more] = args
  none(more)
  return json ? JSON.stringify(await details(call, name), null, 2) : asked ? why(call, name) : servers(call)
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
  process.stderr.write(printable(`dbbackup: ${message}${hint ? `\n${hint}` : ""}\n`))
  process.exitCode = 1
}
