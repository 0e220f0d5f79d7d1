#!/usr/bin/env bun
// `dbbackup …`: reads the command line, and leaves the work to a client of the API, to the linter, or to the controller itself.
import { getReady } from "../schemas/api.ts"
import { accept } from "./cli/accept.ts"
import { usualAddress } from "./cli/address.ts"
import { backup, backups, databasesNamed } from "./cli/backup.ts"
import { catalogue, maintenance } from "./cli/catalogue.ts"
import { type Call, createClient, Refusal } from "./cli/client.ts"
import { none, operand, parseCommandLine, usageFault, type Values, wanted } from "./cli/command-line.ts"
import { exportTo, importFrom } from "./cli/configuration.ts"
import { confirmPrunes } from "./cli/confirm-prune.ts"
import { importFile } from "./cli/import.ts"
import { key } from "./cli/key.ts"
import { lintFile } from "./cli/lint-file.ts"
import { orphans } from "./cli/orphans.ts"
import { outside } from "./cli/outside.ts"
import { pin, unpin } from "./cli/pin.ts"
import { rebuild } from "./cli/rebuild.ts"
import { restore, restoreChoice } from "./cli/restore.ts"
import { retention } from "./cli/retention.ts"
import { rotateKey } from "./cli/rotate-key.ts"
import { cancel, runs } from "./cli/runs.ts"
import { change, changeAll, schedules } from "./cli/schedules.ts"
import { servers } from "./cli/servers.ts"
import { aside, ask, printable, say } from "./cli/terminal.ts"
import { undo } from "./cli/undo.ts"
import { usage } from "./cli/usage.ts"
import { verify } from "./cli/verify.ts"
import { details, discover, why } from "./cli/why.ts"
import { Fault } from "./core/fault.ts"

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
    case "pin":
      return say(await pin(call, args))
    case "unpin":
      return say(await unpin(call, operand(args, "a backup")))
    case "retention":
      return say(await retention(call, args, values.policy))
    case "confirm-prune":
      return confirmPrunes(call, operand(args, "a database"), values.yes ? null : ask, say)
    case "restore":
      return restore(
        call,
        values.url ?? usualAddress(process.env),
        restoreChoice(operand(args, "a backup or file"), values, values.yes ? null : ask),
        say,
      )
    case "undo":
      return undo(
        call,
        operand(args, "a restore"),
        values["end-connections"] ?? false,
        values.yes ? null : ask,
        say,
      )
    case "import":
      return importFile(
        values.url ?? usualAddress(process.env),
        {
          path: operand(args, "a file"),
          server: wanted(values.server, "--server SERVER"),
          database: wanted(values.database, "--database NAME"),
          madeAt: values["made-at"],
        },
        say,
      )
    case "orphans":
      return orphans(call, args, { ...values, confirm: values.yes ? null : ask }, say)
    case "verify":
      return verify(
        call,
        {
          source: operand(args, "a backup"),
          level: values.level ?? "checksum",
          destination: values.destination,
          identityFile: values.identity,
          wait: values.wait ?? false,
        },
        say,
      )
    case "rebuild":
      none(args)
      return rebuild(call, wanted(values.from, "--from DESTINATION"), say, values.catalogue)
    case "catalogue": {
      const [what, ...more] = args
      none(more)
      return catalogue(call, what, say)
    }
    case "export":
      none(args)
      return exportTo(call, values.out, say)
    case "import-config":
      return importFrom(call, operand(args, "a file"), values.yes ?? false, say)
    case "maintenance":
      return maintenance(call, operand(args, "cleanup, vacuum or verify"), say)
    case "lint":
      return lintFile(operand(args, "a compose file"), process.env, say)
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

async function serversAsked(call: Call, args: readonly string[], values: Values): Promise<string> {
  const { why: asked, json } = values
  const [verb, ...named] = args
  if (!asked && !json && verb !== undefined)
    return outside(call, verb, () => operand(named, "a server"), values)
  const [name, ...more] = args
  none(more)
  return json ? JSON.stringify(await details(call, name), null, 2) : asked ? why(call, name) : servers(call)
}

async function backupQuery(call: Call, { database, status, limit }: Values) {
  const [named, ...more] = database === undefined ? [] : await databasesNamed(call, database)
  if (more.length > 0) throw usageFault(`${database} has several databases: name one as SERVER/DATABASE`)
  return {
    ...(named ? { databaseId: named.id } : {}),
    ...(status === undefined ? {} : { status }),
    ...(limit === undefined ? {} : { limit }),
  }
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
